import { AosError } from '../errors.ts'
import { hasPrivateMembers } from '../instrument/private-members.ts'
import { classNameOf } from '../values/class-name.ts'
import { Reach, type InstrumentObjectOptions, type ObjectOwner, type ReachedObject } from './reach.ts'

/** Any method of an object that is instrumented. */
export type Method = (...args: never[]) => unknown

/** What an object is made into its gated form with. */
export interface GatedParts<T extends object> {
  readonly target: T
  readonly owner: ObjectOwner | undefined
  readonly options: InstrumentObjectOptions | undefined
  /** Methods the object must have, or it is none of its kind. */
  readonly needs: readonly string[]
  readonly kind: string
  /** Of which kind of component it is. */
  readonly component: 'knowledge' | 'memory' | 'mcp' | 'agent'
  /** What of it nothing judges. */
  readonly note?: string | undefined
  /** Gives what takes the place of members. */
  readonly gate: (at: { readonly reach: Reach; readonly name: string }) => Gate<T>
}

/** What takes the place of an object's members. */
export interface Gate<T extends object> {
  /** A gated method in place of the object's own, or nothing. */
  method(key: string, own: (...args: readonly unknown[]) => unknown, self: T): Method | undefined
  /** Whether a method goes through the gated ones, and therefore gets the gated object as `this`. */
  readonly goesThrough?: (key: PropertyKey) => boolean
  /** Another value in place of a member that is no method. */
  readonly member?: (key: string, own: unknown) => unknown
}

const gatedObjects = new WeakMap<object, ObjectOwner | typeof ANYBODY>()
const ANYBODY: unique symbol = Symbol('anybody')

/** Whether an object is instrumented already, for the given owner or, without one, for anybody. */
export function isGated(value: unknown, owner?: ObjectOwner): boolean {
  if (typeof value !== 'object' || value === null) return false
  const known = gatedObjects.get(value)
  return known !== undefined && (owner === undefined || known === owner)
}

/**
 * Gives an object back behind a proxy: same type, still `instanceof` its class, the original untouched. What its
 * own methods do with it is gated too, except in a class with #private members, which only the original has. Instrumenting it again gives the same object.
 */
export function gatedObject<T extends object>(parts: GatedParts<T>): T {
  const { target, owner, needs, kind } = parts
  if (isGated(target, owner)) return target
  if (typeof target !== 'object' || target === null || !needs.every((key) => isMethod(target, key))) {
    throw new AosError({
      code: 'invalid_options',
      message: `This is no ${kind}`,
      why: `It does not have ${needs.join(', ')}, so nothing of it could be judged.`,
      fix: `Pass the ${kind} itself.`,
    })
  }
  const fixed = needs.find((key) => isFixed(target, key))
  if (fixed !== undefined) {
    throw new AosError({
      code: 'invalid_options',
      message: `This ${kind} is frozen`,
      why: `Its ${fixed} cannot be replaced, so it could not be judged.`,
      fix: `Pass the ${kind} before it is frozen, or a copy of it.`,
    })
  }
  const name = parts.options?.name ?? nameOf(target, kind)
  const gate = parts.gate({
    reach: new Reach(owner, {
      component: `${parts.component}:${name}`,
      note: parts.note,
      facts: factsOf(parts),
    }),
    name,
  })
  const proxy: T = new Proxy(
    target,
    trapsOf(parts, gate, () => proxy),
  )
  gatedObjects.set(proxy, owner ?? ANYBODY)
  return proxy
}

function trapsOf<T extends object>(parts: GatedParts<T>, gate: Gate<T>, self: () => T): ProxyHandler<T> {
  const ownOnly = hasPrivateMembers(parts.target)
  const made = new Map<PropertyKey, { readonly own: unknown; readonly given: unknown }>()
  const make = (target: T, key: PropertyKey, own: unknown): unknown => {
    if (typeof own !== 'function')
      return typeof key === 'string' && gate.member !== undefined ? gate.member(key, own) : own
    if (key === 'constructor') return own
    const bound = (...args: readonly unknown[]): unknown => Reflect.apply(own, target, args)
    const gated = typeof key === 'string' ? gate.method(key, bound, self()) : undefined
    if (gated !== undefined) return gated
    // what the object does with itself goes through the gate as well, unless it could not reach its #private members then
    const outside = ownOnly && gate.goesThrough?.(key) !== true && !Object.hasOwn(target, key)
    return outside ? bound : own
  }
  return {
    get(target, key) {
      const own: unknown = Reflect.get(target, key, target)
      const known = made.get(key)
      if (known !== undefined && known.own === own) return known.given
      const given = make(target, key, own)
      if (given !== own) made.set(key, { own, given })
      return given
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  }
}

// how knowledge is searched and memory is kept (AOS Inspect, knowledge and memory)
function factsOf({ target, component }: Pick<GatedParts<object>, 'target' | 'component'>): Facts | undefined {
  if (component !== 'knowledge' && component !== 'memory') return undefined
  const facts: Record<string, string | number | boolean> = {}
  const implementation = classNameOf(target)
  if (implementation !== undefined) facts['implementation'] = implementation
  for (const name of ['searchType', 'k', 'scoreThreshold']) {
    const value: unknown = Reflect.get(target, name)
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value
  }
  return facts
}

type Facts = NonNullable<ReachedObject['facts']>

/** Whether an object has a method of this name. */
export function isMethod(target: object, key: string): boolean {
  return typeof Reflect.get(target, key) === 'function'
}

// a proxy must give such a member as it is
function isFixed(target: object, key: string): boolean {
  const own = Object.getOwnPropertyDescriptor(target, key)
  return own !== undefined && own.configurable === false && own.writable === false
}

function nameOf(target: object, kind: string): string {
  const name: unknown = Reflect.get(target, 'name')
  return typeof name === 'string' && name !== '' ? name : (classNameOf(target) ?? kind)
}
