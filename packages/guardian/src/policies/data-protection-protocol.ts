import type { PolicyContext } from '../policy/policy.ts'
import type { DataScan, DataScanner } from './data-protection-scan.ts'

/** What the names of a member's children are: of the message itself, of a schema, of its properties, of anything else. */
type Place = 'message' | 'schema' | 'properties' | 'data'

// what MCP calls a token of progress names a request and opens nothing
const TOKEN = 'progressToken'
const WITH_SCHEMAS: ReadonlySet<string> = new Set([
  'tools/list',
  'elicitation/create',
  'sampling/createMessage',
])
const SCHEMAS: ReadonlySet<string> = new Set(['inputSchema', 'outputSchema', 'requestedSchema'])
const OF_NAMES: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions'])
const MAX_DEPTH = 60

/**
 * Looks a protocol message through. A property that a schema describes is no secret because of its name, and a token of
 * progress neither; what stands in them is looked at like everything else.
 */
export function scanMessage({ value, protocol }: PolicyContext, scan: DataScanner): DataScan {
  const names = new Names(WITH_SCHEMAS.has(protocol?.method ?? ''))
  const found = scan(names.plain(value, 'message'))
  return found.status === 'found'
    ? { ...found, value: names.restored(found.value, value, { place: 'message' }) }
    : found
}

class Names {
  readonly #withSchemas: boolean

  constructor(withSchemas: boolean) {
    this.#withSchemas = withSchemas
  }

  /** The value with such names replaced by ones that say nothing. */
  plain(value: unknown, place: Place, depth = 0): unknown {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
    if (Array.isArray(value)) return value.map((item) => this.plain(item, place, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]: [string, unknown], index) => [
        nameOf(key, member, { place, index }),
        this.plain(member, this.#within(place, key), depth + 1),
      ]),
    )
  }

  /** A value that was made of the plain one, with the names as they were. */
  restored(
    value: unknown,
    original: unknown,
    { place, depth = 0 }: { place: Place; depth?: number },
  ): unknown {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
    if (typeof original !== 'object' || original === null) return value
    const within = (member: unknown, key: string | number, inner: Place): unknown =>
      this.restored(member, Reflect.get(original, key), { place: inner, depth: depth + 1 })
    if (Array.isArray(value)) return value.map((item, index) => within(item, index, place))
    const names = new Map(
      Object.entries(original).map(([key, member]: [string, unknown], index) => [
        nameOf(key, member, { place, index }),
        key,
      ]),
    )
    return Object.fromEntries(
      Object.entries(value).map(([name, member]: [string, unknown]) => {
        const key = names.get(name) ?? name
        return [key, within(member, key, this.#within(place, key))]
      }),
    )
  }

  #within(place: Place, key: string): Place {
    if (place === 'properties') return 'schema'
    if (place === 'schema') return OF_NAMES.has(key) ? 'properties' : 'schema'
    if (this.#withSchemas && SCHEMAS.has(key)) return 'schema'
    return place === 'message' && key === '_meta' ? 'message' : 'data'
  }
}

function nameOf(
  key: string,
  member: unknown,
  { place, index }: { readonly place: Place; readonly index: number },
): string {
  // a property that holds a value and no schema is data
  if (place === 'properties' && typeof member === 'object') return `property_${index}`
  return place === 'message' && key === TOKEN ? 'progress_of' : key
}
