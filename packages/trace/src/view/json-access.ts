/** An object of JSON whose members are not known. */
export type Json = Readonly<Record<string, unknown>>

/** Whether a value is an object of JSON. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The first of several members that is there; names differ between writers. */
export function memberOf(holder: Json, ...names: readonly string[]): unknown {
  for (const name of names) if (Object.hasOwn(holder, name)) return holder[name]
  return undefined
}

/** The objects of a list that is a member. */
export function listOf(holder: Json, ...names: readonly string[]): readonly Json[] {
  const found = memberOf(holder, ...names)
  return Array.isArray(found) ? found.filter(isJson) : []
}

/** A member that is an object, or an empty one. */
export function objectOf(holder: Json, ...names: readonly string[]): Json {
  const found = memberOf(holder, ...names)
  return isJson(found) ? found : {}
}

/** A member that is a text with something in it. */
export function textOf(holder: Json, ...names: readonly string[]): string | undefined {
  const found = memberOf(holder, ...names)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** A member that is a number, or a text that is one. */
export function numberOf(holder: Json, ...names: readonly string[]): number | undefined {
  const found = memberOf(holder, ...names)
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
