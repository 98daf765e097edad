/** A copy without members that are undefined, and without numbers that JSON cannot hold. */
export function withoutUndefined<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map((entry: unknown) => withoutUndefined(entry)) as Value
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || (typeof member === 'number' && !Number.isFinite(member))) continue
    // a member that is called __proto__ stays a member
    Object.defineProperty(kept, name, {
      value: withoutUndefined(member),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return kept as Value
}

/** Whole milliseconds, as OCSF has its times. */
export function milliseconds(time: number): number {
  return Number.isFinite(time) ? Math.round(time) : 0
}

/** A count that is whole and finite; providers report all sorts of things. */
export function count(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined
}

/** What remains of an object when nothing in it says anything. */
export function unlessEmpty<Value extends object>(value: Value): Value | undefined {
  return Object.values(value).some((member) => member !== undefined) ? value : undefined
}
