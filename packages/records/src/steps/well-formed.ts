/** A value with valid texts only: half a surrogate pair has no UTF-8 and no canonical form. Copies only what it changes. */
export function wellFormed<T>(value: T): T {
  return replaced(value) as T
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return wellFormedText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const made = items.map(replaced)
    return made.some((item, at) => item !== items[at]) ? made : value
  }
  let changed: Record<string, unknown> | undefined
  for (const [name, member] of Object.entries(value)) {
    const made = replaced(member)
    if (made !== member) (changed ??= { ...value })[name] = made
  }
  return changed ?? value
}

// cheap for what is valid, which nearly all is
function wellFormedText(text: string): string {
  return SURROGATE.test(text) ? text.replaceAll(/\p{Surrogate}/gu, '\ufffd') : text
}

const SURROGATE = /[\ud800-\udfff]/
