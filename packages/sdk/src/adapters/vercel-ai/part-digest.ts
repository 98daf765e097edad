import { createHash, type Hash } from 'node:crypto'

const MAX_DEPTH = 32
const MAX_NODES = 10_000

/**
 * Digest of a part of a message: equal for equal parts, whatever the order of their keys, and for no two others.
 * Gives nothing for what has no such digest (functions, class instances, cycles, what is deep, huge or unreadable).
 */
export function partDigest(part: unknown): string | undefined {
  const walk: Walk = { hash: createHash('sha256'), depth: 0, left: MAX_NODES }
  try {
    return feed(part, walk) ? walk.hash.digest('hex') : undefined
  } catch {
    // what cannot be read is like no other part
    return undefined
  }
}

interface Walk {
  readonly hash: Hash
  depth: number
  left: number
}

// each form begins with a tag and ends where its length or its syntax says, so that no two values read the same
function feed(value: unknown, walk: Walk): boolean {
  if (--walk.left < 0 || walk.depth > MAX_DEPTH) return false
  switch (typeof value) {
    case 'string':
      walk.hash.update(JSON.stringify(value))
      return true
    case 'number':
      walk.hash.update(`n${Object.is(value, -0) ? '-0' : String(value)};`)
      return true
    case 'boolean':
    case 'undefined':
    case 'bigint':
      walk.hash.update(`${typeof value}${String(value)};`)
      return true
    case 'object':
      return value === null ? feedText('null;', walk) : feedObject(value, walk)
    default:
      return false
  }
}

function feedObject(value: object, walk: Walk): boolean {
  if (value instanceof Uint8Array) return feedBytes(value, walk)
  if (value instanceof ArrayBuffer) return feedBytes(new Uint8Array(value), walk)
  if (value instanceof URL) return feedText(`url${JSON.stringify(value.href)}`, walk)
  if (value instanceof Date) return feedText(`date${value.getTime()};`, walk)
  walk.depth++
  const fed = Array.isArray(value) ? feedItems(value, walk) : feedMembers(value, walk)
  walk.depth--
  return fed
}

function feedItems(items: readonly unknown[], walk: Walk): boolean {
  feedText(`[${items.length};`, walk)
  return items.length <= MAX_NODES && Array.from(items).every((item) => feed(item, walk))
}

function feedMembers(value: object, walk: Walk): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return false
  const keys = Object.keys(value).toSorted()
  feedText(`{${keys.length};`, walk)
  return keys.every((key) => feedText(JSON.stringify(key), walk) && feed(Reflect.get(value, key), walk))
}

function feedBytes(bytes: Uint8Array, walk: Walk): boolean {
  walk.hash.update(`bytes${bytes.byteLength};`).update(bytes)
  return true
}

function feedText(text: string, walk: Walk): boolean {
  walk.hash.update(text)
  return true
}
