import { isMethod, type Gate } from '../../../objects/gated-object.ts'
import { FrameGuard } from './mcp-guard.ts'
import { guardedTransport, guardTransport, type TransportShape } from './mcp-transport.ts'
import type { InstrumentOwner, Reach } from '../../../objects/reach.ts'

/** Gates one client: the connection it has, and each that it makes from now on. */
export function clientGate<C extends object>(
  client: object,
  reach: Reach,
  name: string | undefined,
): Gate<C> {
  const server = (): string | undefined => name ?? serverName(client)
  guardConnection(client, reach, server)
  return {
    method(key, own) {
      if (key === 'connect')
        return (transport: TransportShape, ...rest: readonly unknown[]) =>
          own(guardedTransport(transport, new FrameGuard(reach, server)), ...rest)
      if (key === 'fork')
        return async (...args: readonly unknown[]) => {
          const fork = await (own(...args) as Promise<object>)
          guardConnection(fork, reach, server)
          return fork
        }
      return undefined
    },
  }
}

const guarded = new WeakMap<object, Set<InstrumentOwner | undefined>>()

function guardConnection(client: object, reach: Reach, server: () => string | undefined): void {
  const transport: unknown = Reflect.get(client, 'transport')
  if (typeof transport !== 'object' || transport === null || !isMethod(transport, 'send')) return
  const owners = guarded.get(transport) ?? new Set()
  guarded.set(transport, owners)
  if (owners.has(reach.owner)) return
  owners.add(reach.owner)
  guardTransport(transport as TransportShape, new FrameGuard(reach, server))
}

function serverName(client: object): string | undefined {
  const version: unknown = Reflect.get(client, 'getServerVersion')
  const info: unknown = typeof version === 'function' ? Reflect.apply(version, client, []) : undefined
  const name: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'name') : undefined
  return typeof name === 'string' ? name : undefined
}
