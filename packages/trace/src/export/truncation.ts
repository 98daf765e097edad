import { createHash } from 'node:crypto'

/** Attribute of a span that lists what was cut from it, as `<attribute> <bytes it had> sha256:<digest of it>`. */
export const TRUNCATED = 'aos.truncated'

/** Cuts the longest texts of one span, and remembers what they were. */
export interface Truncation {
  /** One entry for each text that was cut. */
  readonly entries: readonly string[]
  /** Takes over an entry of an earlier truncation. */
  keep(entry: string): void
  /** The text itself, or as much of it as may stay. */
  cut(text: Uint8Array, key: string): Uint8Array
}

const SHORTEST_LIMIT = 64

/** Creates a truncation that takes at least so many bytes from texts of the given lengths; `undefined` when they have less. */
export function createTruncation(lengths: readonly number[], excess: number): Truncation | undefined {
  const saved = (limit: number): number =>
    lengths.reduce((sum, length) => sum + Math.max(0, length - limit), 0)
  let limit = lengths.reduce((longest, length) => Math.max(longest, length), 0)
  while (saved(limit) < excess && limit > SHORTEST_LIMIT)
    limit = Math.max(SHORTEST_LIMIT, Math.floor(limit / 2))
  if (saved(limit) < excess) return undefined
  const entries = new Map<string, string>()
  const add = (key: string, entry: string): void => void (entries.has(key) || entries.set(key, entry))
  return {
    get entries() {
      return [...entries.values()]
    },
    keep: (entry) => add(entry.split(' ', 1)[0] ?? '', entry),
    cut(text, key) {
      if (text.byteLength <= limit) return text
      const digest = createHash('sha256').update(text).digest('hex')
      add(key, `${key} ${text.byteLength} sha256:${digest}`)
      return text.subarray(0, characterEnd(text, limit))
    },
  }
}

/** The end of the last whole UTF-8 character that ends at or before a position. */
function characterEnd(text: Uint8Array, position: number): number {
  let end = position
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}
