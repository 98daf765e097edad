import { createHash } from 'node:crypto'

import canonicalize from 'canonicalize'

import { notCanonical } from './errors.ts'

/**
 * Gives the canonical text of a JSON value (RFC 8785). As in `JSON.stringify`, `toJSON` is called and a member that is
 * `undefined` counts as absent; what JSON would lose or bend throws `not_canonical`: `undefined` elsewhere, functions,
 * symbols, bigint, numbers that are not finite, lone surrogates, cycles, and objects such as `Map`.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined
  try {
    text = canonicalize(toPlain(value, { path: '', above: new Set() }))
  } catch (cause) {
    throw notCanonical(reasonOf(cause), cause)
  }
  if (text === undefined) throw notCanonical('it is empty', undefined)
  return text
}

/** SHA-256 of a UTF-8 text, in lowercase hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

interface Place {
  readonly path: string
  /** The objects that hold this value. */
  readonly above: Set<object>
}

function toPlain(value: unknown, place: Place): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value) ? fail('a lone surrogate', place) : value
  if (typeof value === 'number') return Number.isFinite(value) ? value : fail(String(value), place)
  if (typeof value !== 'object') return fail(typeof value, place)
  if (place.above.has(value)) return fail('a cycle', place)
  place.above.add(value)
  const plain = toPlainObject(value, place)
  place.above.delete(value)
  return plain
}

function toPlainObject(value: object, place: Place): unknown {
  if (hasToJson(value)) return toPlain(value.toJSON(), place)
  // from() also visits the holes of a sparse array
  if (Array.isArray(value)) return Array.from(value, (item, index) => toPlain(item, below(place, index)))
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    return fail('an object that is not plain', place)
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, toPlain(member, below(place, key))]))
}

function hasToJson(value: object): value is { readonly toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function below({ path, above }: Place, key: string | number): Place {
  return { path: `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`, above }
}

function fail(what: string, { path }: Place): never {
  throw new TypeError(`${what} at ${path === '' ? 'its top' : path}`)
}

function reasonOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'it is nested too deeply'
  return cause instanceof Error ? cause.message : 'reading it failed'
}
