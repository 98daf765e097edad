import type { Outcome, Received } from './applications.ts'
import type { Connection } from './connect.ts'
import { isOwnMessage, type Kind } from './kinds.ts'
import type { Frame } from './tap.ts'

/** What came of one message of a kind. */
export interface Sent {
  readonly outcome: Outcome
  /** Params of this kind that the other side's application was handed. */
  readonly received: readonly unknown[]
  /** What crossed that belongs to it. */
  readonly frames: readonly Frame[]
}

/**
 * Sends one message of a kind and waits until it and what it causes have come in; `crosses` says whether a
 * notification of the server is expected to reach the client's transport.
 */
export async function sent(kind: Kind, connection: Connection, crosses = true): Promise<Sent> {
  const receiver = async (): Promise<readonly Received[]> =>
    kind.from === 'client' ? connection.served() : connection.clientApp.received
  const before = (await receiver()).length
  const crossed = connection.wire.length
  const frames = (): readonly Frame[] => ownFrames(kind, connection.wire.slice(crossed))
  const outcome = await kind.send(connection)
  if (!kind.asks && kind.from === 'server' && crosses) await connection.until(() => frames().length > 0)
  await fence(connection)
  return { outcome, received: ownOf(kind, (await receiver()).slice(before)), frames: frames() }
}

/** What is sent after something comes in after it. */
export async function fence({ request }: Connection): Promise<void> {
  await request('prompts/get', { name: 'greet', arguments: { who: 'a fence' } })
}

/** Params of what an application was handed of a kind. */
export function ownOf({ method, params }: Kind, received: readonly Received[]): readonly unknown[] {
  return received
    .filter(
      (one) =>
        one.method === method &&
        !isFence(one.params) &&
        !(method === 'notifications/progress' && isFirst(one.params)),
    )
    .map((one) => one.params ?? params)
}

/** The messages on the wire that belong to a kind, answers included. */
export function ownFrames(kind: Kind, crossed: Connection['wire']): readonly Frame[] {
  const ids = new Set<unknown>()
  return crossed
    .map(({ frame }) => frame)
    .filter(({ method, id, params }) => {
      const own = method === kind.method && isOwnMessage(kind, params ?? {})
      if (own && id !== undefined) ids.add(id)
      return own || (method === undefined && ids.has(id))
    })
}

const LINKS = new Set(['traceparent', 'tracestate', 'baggage'])

/** Messages without what tells one exchange from another: their ids, and the trace they belong to. */
export function meaningOf(frames: readonly Frame[]): unknown {
  return JSON.parse(
    JSON.stringify(frames, (key, value: unknown) => {
      if (key === 'id' || key === 'progressToken') return 'an id'
      if (key !== '_meta') return value
      const kept = Object.entries(value as object).filter(([name]) => !LINKS.has(name))
      return kept.length === 0 ? undefined : Object.fromEntries(kept)
    }),
  )
}

const isFence = (params: unknown): boolean => JSON.stringify(params ?? {}).includes('a fence')
const isFirst = (params: unknown): boolean => (params as { progress?: unknown }).progress === 1

/** Has what a server tells by itself come in, where that must be asked for (2026-07-28). */
export async function follow({ line, client }: Connection): Promise<unknown> {
  if (!line.stateless) return undefined
  return (client as unknown as { listen(filter: object): Promise<unknown> }).listen({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['kit://a', 'kit://b'],
  })
}
