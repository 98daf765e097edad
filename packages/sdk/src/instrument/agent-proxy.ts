import type { BoundAgent } from './adapter.ts'
import { HANDLE_MEMBERS, type Handle } from './handle.ts'
import { hasPrivateMembers } from './private-members.ts'
import { answeringFor, isFixed, shadowOf } from './shadow.ts'

/** The agent behind a proxy: the members of its handle and its gated entry points win over its own. */
export function agentProxy<A extends object>(agent: A, handle: Handle<A>, bound: BoundAgent): A {
  const replaced = replacements(handle, bound)
  const { call } = bound
  const members = bound.inside === undefined ? asTheyAre(agent) : gatedMembers(agent, bound.inside)
  const fixed = isFixed(agent)
  const traps: ProxyHandler<A> = {
    ...(fixed ? answeringFor(agent) : {}),
    get(_target, key) {
      const other = replaced(key)
      return other === undefined ? members.get(key, proxy) : other.value
    },
    set: (_target, key, value) => members.set(key, value, proxy),
    has: (_target, key) => replaced(key) !== undefined || Reflect.has(agent, key),
    getOwnPropertyDescriptor(_target, key) {
      const own = Reflect.getOwnPropertyDescriptor(agent, key)
      if (own === undefined) return own
      const other = 'value' in own ? replaced(key) : undefined
      return { ...own, ...other, ...(fixed ? { configurable: true } : {}) }
    },
    ...(call === undefined ? {} : { apply: (_target, _self, args: unknown[]) => call(...args) }),
  }
  const proxy: A = new Proxy(fixed ? shadowOf(agent) : agent, traps)
  return proxy
}

type Replacement = { readonly value: unknown } | undefined

function replacements<A extends object>(
  handle: Handle<A>,
  bound: BoundAgent,
): (key: PropertyKey) => Replacement {
  const own = new Map<string, { readonly value: unknown }>()
  for (const name of HANDLE_MEMBERS) {
    const member: unknown = Reflect.get(handle, name)
    if (typeof member === 'function') own.set(name, { value: member.bind(handle) })
  }
  const { members } = bound
  return (key) => {
    if (typeof key !== 'string') return undefined
    return own.get(key) ?? (Object.hasOwn(members, key) ? { value: members[key] } : undefined)
  }
}

/** How what is not replaced is read and written. */
interface Members {
  get(key: PropertyKey, proxy: object): unknown
  set(key: PropertyKey, value: unknown, proxy: object): boolean
}

// the agent is the receiver, so that classes with #private members work
function asTheyAre(agent: object): Members {
  return {
    get: (key) => Reflect.get(agent, key, agent) as unknown,
    set: (key, value) => Reflect.set(agent, key, value, agent),
  }
}

/**
 * Members whose `this` is the proxy, so that whatever they call on it is gated, now and later. A class with `#private`
 * members only works on the agent itself, and a function the agent itself holds may know the agent and never look at
 * `this`: these run inside of the gate.
 */
function gatedMembers(agent: object, inside: NonNullable<BoundAgent['inside']>): Members {
  const isPrivate = hasPrivateMembers(agent)
  const gated = new WeakMap<object, object>()
  const gate = (member: (...args: unknown[]) => unknown, proxy: object): unknown => {
    const known = gated.get(member)
    if (known !== undefined) return known
    const made = new Proxy(member, {
      apply: (target, self: unknown, args) =>
        inside(() => Reflect.apply(target, isPrivate && self === proxy ? agent : self, args)),
    })
    gated.set(member, made)
    return made
  }
  const within = <T>(key: PropertyKey, work: () => T): T => (isAccessor(agent, key) ? inside(work) : work())
  return {
    get(key, proxy) {
      if (!isPrivate && !Object.hasOwn(agent, key)) return Reflect.get(agent, key, proxy) as unknown
      const value = within(key, (): unknown => Reflect.get(agent, key, isPrivate ? agent : proxy))
      return typeof value === 'function' && key !== 'constructor'
        ? gate(value as (...args: unknown[]) => unknown, proxy)
        : value
    },
    set: (key, value, proxy) => within(key, () => Reflect.set(agent, key, value, isPrivate ? agent : proxy)),
  }
}

function isAccessor(object: object, key: PropertyKey): boolean {
  for (let at: object | null = object; at !== null; at = Reflect.getPrototypeOf(at)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(at, key)
    if (descriptor !== undefined) return !('value' in descriptor)
  }
  return false
}
