import { AsyncLocalStorage } from 'node:async_hooks'
import { AosError } from '../../errors.ts'

/** What an agent shows to the work of one call, and to nobody else. */
interface Scope {
  readonly agent: object
  readonly members: Readonly<Record<string, unknown>>
  readonly outer: Scope | undefined
}

const SCOPES = new AsyncLocalStorage<Scope | undefined>()
const OVERLAID = ['generate', 'stream', 'settings', 'tools']

/**
 * Runs work that finds other members on the agent itself, for this call and whatever it leaves behind: nobody else sees
 * them, and once nothing of the call can run any more the agent is as it was.
 */
export function showing<T>(agent: object, members: Readonly<Record<string, unknown>>, work: () => T): T {
  return SCOPES.run(open(agent, members, without(SCOPES.getStore(), agent)), work)
}

/** Runs work that finds the agent's own members. */
export function asItIs<T>(agent: object, work: () => T): T {
  const scope = SCOPES.getStore()
  return scopeOf(scope, agent) === undefined ? work() : SCOPES.run(without(scope, agent), work)
}

function scopeOf(scope: Scope | undefined, agent: object): Scope | undefined {
  for (let at = scope; at !== undefined; at = at.outer) if (at.agent === agent) return at
  return undefined
}

// each agent stands in a line once, so that calls which start one another make no endless line
function without(scope: Scope | undefined, agent: object): Scope | undefined {
  if (scope === undefined || scopeOf(scope, agent) === undefined) return scope
  const outer = without(scope.outer, agent)
  return scope.agent === agent ? outer : open(scope.agent, scope.members, outer)
}

const ended = new FinalizationRegistry<Overlay>((overlay) => overlay.close())

function open(agent: object, members: Scope['members'], outer: Scope | undefined): Scope {
  const scope: Scope = { agent, members, outer }
  const overlay = overlayOf(agent)
  overlay.open()
  ended.register(scope, overlay)
  return scope
}

const OVERLAYS = new WeakMap<object, Overlay>()

function overlayOf(agent: object): Overlay {
  let overlay = OVERLAYS.get(agent)
  if (overlay === undefined) OVERLAYS.set(agent, (overlay = new Overlay(agent)))
  return overlay
}

/** Accessors that stand on an agent as long as a scope may ask for them. */
class Overlay {
  readonly #agent: object
  readonly #members = new Map<string, OverlaidMember>()
  #scopes = 0

  constructor(agent: object) {
    this.#agent = agent
  }

  open(): void {
    if (this.#scopes === 0) this.#install()
    this.#scopes++
  }

  close(): void {
    this.#scopes--
    if (this.#scopes > 0) return
    for (const member of this.#members.values()) member.remove()
    this.#members.clear()
  }

  #install(): void {
    const agent = this.#agent
    const names = OVERLAID.filter((name) => name in agent)
    for (const name of names) {
      const own = Reflect.getOwnPropertyDescriptor(agent, name)
      const open = own === undefined ? Object.isExtensible(agent) : own.configurable === true
      if (!open) throw notReachable()
    }
    for (const name of names) this.#members.set(name, new OverlaidMember(agent, name))
  }
}

class OverlaidMember {
  readonly #agent: object
  readonly #name: string
  readonly #get: () => unknown
  #own: PropertyDescriptor | undefined

  constructor(agent: object, name: string) {
    this.#agent = agent
    this.#name = name
    this.#own = Reflect.getOwnPropertyDescriptor(agent, name)
    const read = (receiver: unknown): unknown => this.#read(receiver)
    const write = (receiver: unknown, value: unknown): void => this.#write(receiver, value)
    this.#get = function get(this: unknown) {
      return read(this)
    }
    Object.defineProperty(agent, name, {
      configurable: true,
      enumerable: this.#own?.enumerable ?? false,
      get: this.#get,
      set(this: unknown, value: unknown) {
        write(this, value)
      },
    })
  }

  remove(): void {
    const agent = this.#agent
    // whoever has put something else here meanwhile keeps it
    if (Reflect.getOwnPropertyDescriptor(agent, this.#name)?.get !== this.#get) return
    if (this.#own === undefined) Reflect.deleteProperty(agent, this.#name)
    else Reflect.defineProperty(agent, this.#name, this.#own)
  }

  #read(receiver: unknown): unknown {
    const scope = scopeOf(SCOPES.getStore(), this.#agent)
    if (scope !== undefined && Object.hasOwn(scope.members, this.#name)) return scope.members[this.#name]
    const own = this.#own
    if (own === undefined) return Reflect.get(prototypeOf(this.#agent), this.#name, receiver)
    return 'value' in own ? (own.value as unknown) : (own.get?.call(receiver) as unknown)
  }

  #write(receiver: unknown, value: unknown): void {
    const own = this.#own
    if (own !== undefined && !('value' in own)) own.set?.call(receiver, value)
    else if (own?.writable !== false)
      this.#own = { configurable: true, enumerable: true, writable: true, ...own, value }
  }
}

function prototypeOf(object: object): object {
  return Reflect.getPrototypeOf(object) ?? Object.prototype
}

function notReachable(): AosError {
  return new AosError({
    code: 'unsupported_agent',
    message: 'This agent is frozen, and what it calls of itself cannot be gated',
    why: 'Its class has #private members, or it holds functions of its own: these reach the agent itself and not its instrument, so its model and tools would be judged by nobody.',
    fix: 'Leave the agent unfrozen, or wrap the functions instead: instrumentAI(ai).',
  })
}
