import { isDeepStrictEqual } from '../values/deep-equal.ts'
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
    const copy: unknown = structuredClone(value.raw)
    return fits(copy, { ancestors: new Set(), left: MAX_NODES }) ? copy : boundedCopy(copy)
  } catch {
    return boundedCopy(value.raw)
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
const MAX_NODES = 100_000
const CUT = '[too large]'

interface Walk {
  readonly ancestors: Set<object>
  /** Nodes that may still be looked at; what is shared counts at each place, which multiplies with every level. */
  left: number
}

/** Whether a clone is small enough to be compared, place by place, with what a handler leaves of it. */
function fits(value: unknown, walk: Walk): boolean {
  if (--walk.left < 0) return false
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true
  if (walk.ancestors.has(value)) return true
  walk.ancestors.add(value)
  const isList = Array.isArray(value) || value instanceof Map || value instanceof Set
  const members: Iterable<unknown> = isList ? value : Object.values(value)
  for (const member of members) if (!fits(member, walk)) return false
  walk.ancestors.delete(value)
  return true
}

function boundedCopy(value: unknown): unknown {
  return lossyCopy(value, { ancestors: new Set(), left: MAX_NODES })
}

function lossyCopy(value: unknown, walk: Walk): unknown {
  if (--walk.left < 0) return CUT
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    return `[${typeof value}]`
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  if (walk.ancestors.has(value)) return '[circular]'
  if (walk.ancestors.size >= MAX_DEPTH) return '[too deep]'
  walk.ancestors.add(value)
  try {
    return copyMembers(value, walk)
  } catch {
    return '[unreadable]'
  } finally {
    walk.ancestors.delete(value)
  }
}

function copyMembers(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return copyEach(value, (item) => lossyCopy(item, walk), walk)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set)
    return copyEach(value, (item) => lossyCopy(item, walk), walk)
  return Object.fromEntries(copyEach(Object.keys(value), (key) => [key, memberCopy(value, key, walk)], walk))
}

// the first item beyond the budget stands there as cut, so that a handler sees that there was more
function copyEach<T, C>(items: Iterable<T>, copy: (item: T) => C, walk: Walk): C[] {
  const copies: C[] = []
  for (const item of items) {
    copies.push(copy(item))
    if (walk.left < 0) break
  }
  return copies
}

function memberCopy(value: object, key: string, walk: Walk): unknown {
  try {
    return lossyCopy(Reflect.get(value, key), walk)
  } catch {
    return '[unreadable]'
  }
}
