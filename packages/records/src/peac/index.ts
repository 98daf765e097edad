// The public surface of @aos/records/peac.
export {}
