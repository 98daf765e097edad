// half a surrogate pair, which JSON.stringify writes as an escape, not after a backslash that is one itself
const LONE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** A value as JSON gives it back: with valid names and texts, without numbers that JSON does not have. */
export function plainJson<T extends object>(value: T): T {
  const text = JSON.stringify(value)
  return JSON.parse(text.replaceAll(LONE, '$1\ufffd')) as T
}
