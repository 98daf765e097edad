const MAX_DEPTH = 32
const MAX_ITEMS = 10_000
const MAX_MEMBERS = 1_000
const MAX_TEXT = 65_536
const MAX_NODES = 100_000

/** Says which bound of a record's structure a value passes: depth, items, members, length of texts, or size in all. */
export function structuralFault(value: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }]
  let nodes = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nodes++
    const fault = nodes > MAX_NODES ? `more than ${MAX_NODES} values` : faultOf(next.value, next.depth)
    if (fault !== undefined) return fault
    if (typeof next.value !== 'object' || next.value === null) continue
    const depth = next.depth + 1
    for (const child of Object.values(next.value)) waiting.push({ value: child, depth })
  }
  return undefined
}

function faultOf(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`
  if (typeof value === 'string') {
    return value.length > MAX_TEXT ? `a text of more than ${MAX_TEXT} characters` : undefined
  }
  if (Array.isArray(value)) {
    return value.length > MAX_ITEMS ? `an array of more than ${MAX_ITEMS} items` : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return Object.keys(value).length > MAX_MEMBERS ? `an object of more than ${MAX_MEMBERS} members` : undefined
}
