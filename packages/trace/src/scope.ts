/** Name of the instrumentation scope of what this package records itself. */
export const SCOPE = '@aos/trace'
