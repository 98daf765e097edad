import type { Run } from '../run/run.ts'
import type { FrameExchange } from './exchange.ts'
import { idAt } from './frames.ts'

/** The exchanges that wait for an answer from one side of a connection. */
export class Pending {
  readonly #byId = new Map<string, FrameExchange>()
  readonly #byToken = new Map<string, FrameExchange>()

  get(id: string | number | undefined): FrameExchange | undefined {
    return id === undefined ? undefined : this.#byId.get(keyOf(id))
  }

  /** The exchange that a progress notification is about. */
  about(token: string | number | undefined): FrameExchange | undefined {
    return token === undefined ? undefined : (this.#byToken.get(keyOf(token)) ?? this.get(token))
  }

  /** The runs that wait for answers. */
  runs(): ReadonlySet<Run | undefined> {
    const runs = new Set<Run | undefined>()
    for (const { run } of this.#byId.values()) runs.add(run)
    return runs
  }

  /** The one that was begun last. */
  latest(): FrameExchange | undefined {
    let latest: FrameExchange | undefined
    for (const exchange of this.#byId.values()) latest = exchange
    return latest
  }

  add(exchange: FrameExchange): void {
    this.#byId.set(keyOf(exchange.request.id), exchange)
    const token = tokenOf(exchange)
    if (token !== undefined) this.#byToken.set(token, exchange)
  }

  delete(exchange: FrameExchange): void {
    const id = keyOf(exchange.request.id)
    if (this.#byId.get(id) === exchange) this.#byId.delete(id)
    const token = tokenOf(exchange)
    if (token !== undefined && this.#byToken.get(token) === exchange) this.#byToken.delete(token)
  }

  cancelAll(): void {
    for (const exchange of Array.from(this.#byId.values())) exchange.cancel()
  }
}

function tokenOf({ request }: FrameExchange): string | undefined {
  const token = idAt(request.params, '_meta', 'progressToken')
  return token === undefined ? undefined : keyOf(token)
}

// the SDKs count their requests, and read ids as numbers: what is one to them is one here, and a large one is exact
function keyOf(id: string | number): string {
  const number = Number(id)
  return Number.isSafeInteger(number) ? String(number) : String(id)
}
