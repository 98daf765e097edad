import { isMethod, type Gate } from '../objects/gated-object.ts'
import type { ObjectOwner, Reach } from '../objects/reach.ts'
import { FrameGuard } from './frame-guard.ts'
import type { InstrumentMcpOptions } from './options.ts'
import { Peers, type Role } from './peers.ts'
import { guardedTransport, guardTransport, type TransportShape } from './transport.ts'

/** How the connections of one client or server are judged. */
export interface ConnectionSettings {
  readonly reach: Reach
  readonly role?: Role | undefined
  readonly options: InstrumentMcpOptions
  /** What both ends have said to the object that connects. */
  readonly known?: () => Parameters<Peers['known']>[0]
}

/** Makes what connects to a transport connect to a guarded one, and guards the connection it has. */
export function connectionGate<C extends object>(target: object, settings: ConnectionSettings): Gate<C> {
  guardConnection(target, settings)
  return {
    method(key, own) {
      if (key === 'connect')
        return (transport: TransportShape, ...rest: readonly unknown[]) =>
          own(guarded(transport, settings), ...rest)
      if (key === 'fork')
        return async (...args: readonly unknown[]) => {
          const fork = await (own(...args) as Promise<object>)
          guardConnection(fork, { ...settings, known: () => knownOf(fork) })
          return fork
        }
      return undefined
    },
  }
}

const owners = new WeakMap<object, Set<ObjectOwner | undefined>>()

/** Takes a transport for an owner; false where its messages are judged for that owner already. */
function claim(transport: object, owner: ObjectOwner | undefined): boolean {
  const known = owners.get(transport) ?? new Set()
  owners.set(transport, known)
  if (known.has(owner)) return false
  known.add(owner)
  return true
}

/** A guarded form of a transport; the transport itself where it is one already. */
export function guarded<T extends TransportShape>(transport: T, settings: ConnectionSettings): T {
  const { owner } = settings.reach
  if (owners.get(transport)?.has(owner) === true) return transport
  const proxy = guardedTransport(transport, guardOf(transport, settings))
  for (const other of owners.get(transport) ?? []) claim(proxy, other)
  claim(proxy, owner)
  return proxy
}

/** Guards the connection that an object has, in place. */
export function guardConnection(target: object, settings: ConnectionSettings): void {
  const transport: unknown = Reflect.get(target, 'transport')
  if (typeof transport !== 'object' || transport === null || !isMethod(transport, 'send')) return
  const { owner } = settings.reach
  if (!claim(transport, owner)) return
  guardTransport(transport as TransportShape, guardOf(transport, settings), () =>
    owners.get(transport)?.delete(owner),
  )
}

function guardOf(transport: object, { reach, role, options, known }: ConnectionSettings): FrameGuard {
  const peers = new Peers({ role, name: options.name, url: () => urlOf(transport) })
  if (known !== undefined) peers.known(known())
  peers.known({ version: textAt(transport, 'protocolVersion') })
  return new FrameGuard({
    reach,
    peers,
    toolCalls: options.toolCalls ?? 'once',
    propagate: options.propagate ?? true,
    session: () => textAt(transport, 'sessionId'),
  })
}

/** What a client or server of one of the SDKs has been told of both ends. */
export function knownOf(target: object): Parameters<Peers['known']>[0] {
  return {
    server:
      asked(target, 'getServerVersion') ??
      Reflect.get(target, 'serverInfo') ??
      Reflect.get(target, '_serverInfo'),
    client:
      asked(target, 'getClientVersion') ??
      Reflect.get(target, '_clientInfo') ??
      Reflect.get(target, 'clientInfo'),
    version: asked(target, 'getNegotiatedProtocolVersion') ?? Reflect.get(target, 'protocolVersion'),
  }
}

function asked(target: object, key: string): unknown {
  const method: unknown = Reflect.get(target, key)
  return typeof method === 'function' ? Reflect.apply(method, target, []) : undefined
}

function textAt(target: object, key: string): string | undefined {
  const text: unknown = Reflect.get(target, key)
  return typeof text === 'string' ? text : undefined
}

// what may be secret in an address is not part of it
function urlOf(transport: object): string | undefined {
  const given: unknown = Reflect.get(transport, '_url') ?? Reflect.get(transport, 'url')
  const text = given instanceof URL ? given.href : given
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const { origin, pathname } = new URL(text)
  return origin === 'null' ? undefined : `${origin}${pathname}`
}
