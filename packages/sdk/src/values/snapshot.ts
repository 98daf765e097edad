import { classNameOf } from './class-name.ts'

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The snapshot of a value, or why JSON cannot hold it. */
export type Snapshot =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly reason: string }

const MAX_DEPTH = 64
const MAX_NODES = 1_000_000
const FAILED: unique symbol = Symbol('failed')

interface Walk {
  nodes: number
  readonly ancestors: object[]
  reason: string
  /** Path segments of the failure, innermost first. */
  readonly path: string[]
}

/**
 * Copies a value deeply into JSON, reading each member once; what JSON cannot hold without loss (functions, class
 * instances, bigint, cycles, more than 64 levels, a million nodes, throwing getters, non-finite numbers) is refused
 * with a reason that names the path.
 */
export function snapshot(value: unknown): Snapshot {
  const walk: Walk = { nodes: 0, ancestors: [], reason: '', path: [] }
  let json: Json | typeof FAILED
  try {
    json = copyNode(value, walk)
  } catch {
    json = fail(walk, 'cannot be read')
  }
  if (json !== FAILED) return { ok: true, json }
  return { ok: false, reason: `$${walk.path.reverse().join('')} ${walk.reason}` }
}

/** Copies a JSON value deeply; the copy shares no array and no object with it. */
export function copyJson(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) {
    const items: Json[] = []
    for (const item of json) items.push(copyJson(item))
    return items
  }
  const copy: { [key: string]: Json } = {}
  for (const key of Object.keys(json)) setMember(copy, key, copyJson(json[key] as Json))
  return copy
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function equalJson(left: Json, right: Json): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) return Array.isArray(right) && equalArrays(left, right)
  return !Array.isArray(right) && equalObjects(left, right)
}

function equalArrays(left: readonly Json[], right: readonly Json[]): boolean {
  return left.length === right.length && left.every((item, index) => equalJson(item, right[index] as Json))
}

function equalObjects(left: { [key: string]: Json }, right: { [key: string]: Json }): boolean {
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key] as Json, right[key] as Json))
}

function copyNode(value: unknown, walk: Walk): Json | typeof FAILED {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) return fail(walk, `is ${value}, which JSON cannot hold`)
      // JSON has no negative zero
      return value === 0 ? 0 : value
    case 'object':
      return value === null ? null : copyObject(value, walk)
    case 'undefined':
      return fail(walk, 'is undefined')
    default:
      return fail(walk, `is a ${typeof value}`)
  }
}

function copyObject(value: object, walk: Walk): Json | typeof FAILED {
  if (walk.ancestors.includes(value)) return fail(walk, 'is circular')
  if (walk.ancestors.length >= MAX_DEPTH) return fail(walk, `is nested deeper than ${MAX_DEPTH} levels`)
  walk.ancestors.push(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  let copy: Json | typeof FAILED
  if (Array.isArray(value))
    copy = isArrayPrototype(prototype) ? copyArray(value, walk) : fail(walk, instanceReason(value))
  else copy = isPlainPrototype(prototype) ? copyMembers(value, walk) : fail(walk, instanceReason(value))
  walk.ancestors.pop()
  return copy
}

function copyArray(value: readonly unknown[], walk: Walk): Json | typeof FAILED {
  const copy: Json[] = []
  const length = value.length
  for (let index = 0; index < length; index++) {
    if (++walk.nodes > MAX_NODES) return fail(walk, `has more than ${MAX_NODES} nodes`)
    const item = copyRead(value, index, walk)
    if (item === FAILED) return failBelow(walk, `[${index}]`)
    copy.push(item)
  }
  return copy
}

function copyMembers(value: object, walk: Walk): Json | typeof FAILED {
  const copy: { [key: string]: Json } = {}
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol))
      return fail(walk, 'has a member with a symbol as its key')
  }
  for (const key of Object.keys(value)) {
    if (++walk.nodes > MAX_NODES) return fail(walk, `has more than ${MAX_NODES} nodes`)
    const member = copyRead(value, key, walk)
    if (member === undefined) continue
    if (member === FAILED) return failBelow(walk, pathSegment(key))
    setMember(copy, key, member)
  }
  return copy
}

function copyRead(holder: object, key: number, walk: Walk): Json | typeof FAILED
function copyRead(holder: object, key: string, walk: Walk): Json | typeof FAILED | undefined
function copyRead(holder: object, key: string | number, walk: Walk): Json | typeof FAILED | undefined {
  try {
    const value: unknown = Reflect.get(holder, key)
    return value === undefined && typeof key === 'string' ? undefined : copyNode(value, walk)
  } catch {
    return fail(walk, 'cannot be read')
  }
}

function setMember(target: { [key: string]: Json }, key: string, value: Json): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Holds for objects of another realm too: a prototype with no prototype of its own, with `Object`'s members. */
function isPlainPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype || prototype === null) return true
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'propertyIsEnumerable')
  )
}

function isArrayPrototype(prototype: unknown): boolean {
  if (prototype === Array.prototype) return true
  return Array.isArray(prototype) && isPlainPrototype(Object.getPrototypeOf(prototype))
}

function instanceReason(value: object): string {
  const name = classNameOf(value)
  return name === undefined ? 'is an instance of a class' : `is an instance of ${name}`
}

function fail(walk: Walk, reason: string): typeof FAILED {
  walk.reason = reason
  return FAILED
}

function failBelow(walk: Walk, segment: string): typeof FAILED {
  walk.path.push(segment)
  return FAILED
}

/** Keys stay readable when they look like names; others may be data, even a secret, and are not shown. */
function pathSegment(key: string): string {
  return /^[A-Za-z_$][\w$]{0,31}$/.test(key) && !/\d.*\d.*\d/.test(key) ? `.${key}` : '["…"]'
}
