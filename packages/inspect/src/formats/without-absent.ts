/** An object without the members that are undefined, in their order. */
export function withoutAbsent<T extends object>(value: T): T {
  const present = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(present) as T
}
