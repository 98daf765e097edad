import { instrumentA2AClient, instrumentA2AHandler, type A2AOptions } from '@aos/sdk/a2a'
import { guarded, type Guarded, type Judge } from './agents.ts'
import type { ConnectOptions, Lane, LaneClient, Served, ServeOptions } from './lane.ts'

/** What judges each side, and how. */
export interface Sides {
  readonly client?: Judge | Guarded
  readonly server?: Judge | Guarded
  readonly options?: A2AOptions
  readonly serve?: Omit<ServeOptions, 'gate'>
  readonly connect?: Omit<ConnectOptions, 'instrument'>
}

/** A client and a server of one lane. */
export interface Pair {
  readonly served: Served
  readonly client: LaneClient
}

/** Makes pairs, and closes what they have opened. */
export class Pairs {
  readonly #open: Served[] = []

  async of(lane: Lane, { client, server, options, serve, connect }: Sides): Promise<Pair> {
    const served = await lane.serve({
      ...serve,
      ...(server === undefined
        ? {}
        : { gate: (handler) => instrumentA2AHandler(handler, agentOf(server), options) }),
    })
    this.#open.push(served)
    const connected = await lane.connect(served.url, {
      ...connect,
      ...(client === undefined
        ? {}
        : { instrument: (own) => instrumentA2AClient(own, agentOf(client), options) }),
    })
    return { served, client: connected }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((served) => served.close()))
  }
}

function agentOf(side: Judge | Guarded): Guarded {
  return 'registerHook' in side ? side : guarded(side)
}

/** What a stream says until it ends or fails. */
export async function heard(
  events: AsyncGenerator<string, void, undefined>,
): Promise<{ readonly said: readonly string[]; readonly error?: unknown }> {
  const said: string[] = []
  try {
    for await (const event of events) said.push(event)
    return { said }
  } catch (error) {
    return { said, error }
  }
}
