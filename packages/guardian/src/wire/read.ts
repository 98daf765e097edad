/** What was read, or why it could not be. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** Gives what was read. */
export function readAs<T>(value: T): Reading<T> {
  return { ok: true, value }
}

/** Says why nothing was read. */
export function unreadable(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Gives an own member; what is inherited is nobody's message. */
export function member(source: unknown, name: string): unknown {
  return isRecord(source) && Object.hasOwn(source, name) ? source[name] : undefined
}

/** Gives an own member that is text. */
export function textMember(source: unknown, name: string): string | undefined {
  const value = member(source, name)
  return typeof value === 'string' ? value : undefined
}

/** Gives an own member that is an object. */
export function recordMember(source: unknown, name: string): JsonRecord | undefined {
  const value = member(source, name)
  return isRecord(value) ? value : undefined
}

/** Whether a value is a list of texts. */
export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** Gives an object of ours without the members that are undefined. */
export function defined<T extends object>(source: T): T {
  const given = source as Readonly<Record<string, unknown>>
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (value !== undefined) result[name] = value
  }
  return result as T
}

/** Levels of a message that are looked at. */
const MAX_DEPTH = 128

/** Whether a message names `__proto__` anywhere, or is too deep to tell. */
export function namesPrototype(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth > MAX_DEPTH) return true
  if (Array.isArray(value)) return value.some((item) => namesPrototype(item, depth + 1))
  const record = value as JsonRecord
  for (const name of Object.keys(record))
    if (name === '__proto__' || namesPrototype(record[name], depth + 1)) return true
  return false
}
