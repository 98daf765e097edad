import { isDeepStrictEqual } from 'node:util'
import { copyJson, equalJson, snapshot, type Json } from '../values/snapshot.ts'

/**
 * A value on its way through the hooks. `json` is our own snapshot, which nobody else holds; `opaque` is what
 * JSON cannot hold and may therefore be allowed or denied, not modified.
 */
export type JudgedValue =
  | { readonly kind: 'json'; readonly json: Json }
  | { readonly kind: 'opaque'; readonly raw: unknown; readonly reason: string }

/** Takes the one snapshot of a value. */
export function judgedValue(value: unknown): JudgedValue {
  if (value === undefined) return { kind: 'opaque', raw: undefined, reason: 'there is no value' }
  const taken = snapshot(value)
  return taken.ok ? { kind: 'json', json: taken.json } : { kind: 'opaque', raw: value, reason: taken.reason }
}

/** A copy for one handler; changing it changes nothing else. */
export function copyForHandler(value: JudgedValue): unknown {
  if (value.kind === 'json') return copyJson(value.json)
  try {
    return structuredClone(value.raw)
  } catch {
    return lossyCopy(value.raw, new Set(), 0)
  }
}

/** What the operation goes on with: the snapshot, or the original where none could be taken. */
export function settledValue(value: JudgedValue): unknown {
  return value.kind === 'json' ? value.json : value.raw
}

/** Whether two judged values are the same, so that a verdict on one holds for the other. */
export function sameValue(left: JudgedValue, right: JudgedValue): boolean {
  if (left === right) return true
  if (left.kind === 'json') return right.kind === 'json' && equalJson(left.json, right.json)
  return right.kind === 'opaque' && Object.is(left.raw, right.raw)
}

/** How a handler left its copy: untouched, changed into something else JSON can hold, or into something it cannot. */
export function changeOf(given: JudgedValue, left: unknown): JudgedValue | undefined {
  if (given.kind === 'opaque') return changeOfOpaque(given, left)
  const after = judgedValue(left)
  return sameValue(given, after) ? undefined : after
}

function changeOfOpaque(
  given: Extract<JudgedValue, { kind: 'opaque' }>,
  left: unknown,
): JudgedValue | undefined {
  return isDeepStrictEqual(copyForHandler(given), left) ? undefined : judgedValue(left)
}

const MAX_DEPTH = 32
const MAX_ENTRIES = 10_000

function lossyCopy(value: unknown, seen: Set<object>, depth: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    return `[${typeof value}]`
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  if (seen.has(value)) return '[circular]'
  if (depth >= MAX_DEPTH) return '[too deep]'
  seen.add(value)
  try {
    return copyMembers(value, seen, depth)
  } catch {
    return '[unreadable]'
  } finally {
    seen.delete(value)
  }
}

function copyMembers(value: object, seen: Set<object>, depth: number): unknown {
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => lossyCopy(item, seen, depth + 1))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set) return lossyCopy([...value], seen, depth + 1)
  const keys = Object.keys(value).slice(0, MAX_ENTRIES)
  return Object.fromEntries(keys.map((key) => [key, memberCopy(value, key, { seen, depth })]))
}

function memberCopy(
  value: object,
  key: string,
  at: { readonly seen: Set<object>; readonly depth: number },
): unknown {
  try {
    return lossyCopy(Reflect.get(value, key), at.seen, at.depth + 1)
  } catch {
    return '[unreadable]'
  }
}
