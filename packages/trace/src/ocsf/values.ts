import { validText } from '../export/valid-value.ts'

/** A copy as JSON would hold it, without members that are undefined. */
export function withoutUndefined<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map((entry: unknown) => withoutUndefined(entry)) as Value
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value))
    if (member !== undefined) kept[name] = withoutUndefined(member)
  return kept as Value
}

/** A copy in which no text holds half a surrogate pair. */
export function withValidTexts<Value>(value: Value): Value {
  if (typeof value === 'string') return validText(value) as Value
  if (Array.isArray(value)) return value.map((entry: unknown) => withValidTexts(entry)) as Value
  if (typeof value !== 'object' || value === null) return value
  const valid: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value))
    valid[validText(name)] = withValidTexts(member as unknown)
  return valid as Value
}

/** Whole milliseconds, as OCSF has its times. */
export function milliseconds(time: number): number {
  return Number.isFinite(time) ? Math.round(time) : 0
}

/** A count that is whole and finite; providers report all sorts of things. */
export function count(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined
}
