// The public surface of @aos/records/activity.
export {}
