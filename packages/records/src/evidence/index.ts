// The public surface of @aos/records/evidence.
export {}
