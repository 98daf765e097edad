import type { Outcome, Received } from './applications.ts'
import type { Connection } from './connect.ts'
import { isOwnMessage, type Kind } from './kinds.ts'

/** What came of one message of a kind. */
export interface Sent {
  readonly outcome: Outcome
  /** Params of this kind that the other side's application was handed. */
  readonly received: readonly unknown[]
  /** What crossed that belongs to it. */
  readonly frames: readonly unknown[]
}

/** Sends one message of a kind and waits until it and what it causes have come in. */
export async function sent(kind: Kind, connection: Connection): Promise<Sent> {
  const receiver = async (): Promise<readonly Received[]> =>
    kind.from === 'client' ? connection.served() : connection.clientApp.received
  const before = (await receiver()).length
  const crossed = connection.wire.length
  const outcome = await kind.send(connection)
  // what is sent after it has come in after it
  await connection.request('prompts/get', { name: 'greet', arguments: { who: 'a fence' } })
  const received = ownOf(kind, (await receiver()).slice(before))
  return { outcome, received, frames: ownFrames(kind, connection.wire.slice(crossed)) }
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
export function ownFrames(kind: Kind, crossed: Connection['wire']): readonly unknown[] {
  const ids = new Set<unknown>()
  return crossed
    .map(({ frame }) => frame)
    .filter(({ method, id, params }) => {
      const own = method === kind.method && isOwnMessage(kind, params ?? {})
      if (own && id !== undefined) ids.add(id)
      return own || (method === undefined && ids.has(id))
    })
}

const isFence = (params: unknown): boolean => JSON.stringify(params ?? {}).includes('a fence')
const isFirst = (params: unknown): boolean => (params as { progress?: unknown }).progress === 1

/** Has what a server tells by itself come in, where that must be asked for (2026-07-28). */
export async function follow({ line, client }: Connection): Promise<void> {
  if (!line.stateless) return
  await (client as unknown as { listen(filter: object): Promise<unknown> }).listen({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['kit://a', 'kit://b'],
  })
}
