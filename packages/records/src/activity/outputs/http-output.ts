import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  createOutbox,
  type DeliveryResult,
  type Outbox,
  type OutboxClock,
  type OutboxItem,
  type Outcome,
} from '@aos/sdk/outbox'
import type { ActivitySigner } from '../signature.ts'
import type { ActivityOutput, LossReport, OutgoingEvent, OutputCounts, Taken } from './output.ts'

/** What an {@link HttpOutput} is made from. */
export interface HttpOutputOptions {
  readonly url: string
  /** Credentials among them; they never reach the disk. */
  readonly headers: Readonly<Record<string, string>>
  readonly signer: ActivitySigner
  /** Names the account, so that the events of one never wait among those of another. */
  readonly team: string | undefined
  /** Folder of spools; `undefined` for the default one, `false` for none. */
  readonly spool: string | false | undefined
  readonly maxQueueBytes: number
  readonly timeoutMs: number
  readonly clock: OutboxClock
  readonly fetch: typeof globalThis.fetch
  readonly report: LossReport
}

const KIND = 'agent_activity.v1'
const CONTENT_TYPE = 'application/json'

/** Statuses that say the request itself is wrong; everything else can heal, so the event is kept. */
const HOPELESS: ReadonlySet<number> = new Set([400, 406, 410, 411, 413, 414, 415, 422, 431])
/** The receiver has an event with this key already. */
const CONFLICT = 409

/** Posts each event in a request of its own, through the durable outbox; a repeated request has the same key and body. */
export class HttpOutput implements ActivityOutput {
  readonly #options: HttpOutputOptions
  readonly #outbox: Outbox
  readonly #watched = new Map<string, (taken: Taken) => void>()

  constructor(options: HttpOutputOptions) {
    const { spool, maxQueueBytes, timeoutMs, clock, report } = options
    this.#options = options
    const name = spoolNameOf(options)
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      maxQueueBytes,
      attemptTimeoutMs: timeoutMs,
      clock,
      writeAhead: spool !== false,
      deliver: (item, signal) => this.#deliver(item, signal),
      onOutcome: (items, outcome) => this.#tell(items, outcome),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
    })
  }

  take({ id, line }: OutgoingEvent): Taken {
    const state = this.#outbox.enqueueDurably(toItem(id, line))
    return state === 'dropped' ? { state: 'lost', reason: 'the queue is full, or closed' } : { state }
  }

  keep(outgoing: OutgoingEvent): Promise<Taken> {
    const { clock, timeoutMs } = this.#options
    return new Promise((resolve) => {
      const taken = this.take(outgoing)
      if (taken.state !== 'queued') return resolve(taken)
      // in memory alone it is not safe: what the receiver says decides
      const settle = (settled: Taken): void => {
        cancel()
        this.#watched.delete(outgoing.id)
        resolve(settled)
      }
      const reason = `it is not on disk, and was not delivered within ${timeoutMs} ms`
      const cancel = clock.schedule(() => settle({ state: 'lost', reason }), timeoutMs, true)
      this.#watched.set(outgoing.id, settle)
    })
  }

  async flush(deadlineMs: number): Promise<void> {
    await this.#outbox.flush(deadlineMs)
  }

  saveSync(): void {
    this.#outbox.spoolSync()
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#outbox.close(deadlineMs)
  }

  counts(): OutputCounts {
    const stats = this.#outbox.stats()
    return {
      delivered: stats.delivered,
      spooled: stats.spooled,
      dropped: stats.dropped + stats.rejected + stats.expired,
      queued: stats.queued + stats.inFlight,
      recovered: stats.recovered,
    }
  }

  async #deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const { url, headers, signer, clock, fetch } = this.#options
    const timestamp = Math.floor(clock.now() / 1000)
    const proof = await signer({ body: item.body, eventId: item.id, timestamp })
    // names in any letters are the same header
    const all = new Headers(headers)
    for (const [name, value] of Object.entries(proof)) all.set(name, value)
    all.set('content-type', CONTENT_TYPE)
    all.set('idempotency-key', item.id)
    const response = await fetch(url, {
      method: 'POST',
      headers: all,
      body: Buffer.from(item.body) as Uint8Array<ArrayBuffer>,
      // a redirect could carry the event to somebody else
      redirect: 'manual',
      signal,
    })
    // read to the end, so that the connection is used again; the status has told already what became of it
    await response.arrayBuffer().catch(() => undefined)
    return resultOf(response, clock.now())
  }

  #tell(items: readonly OutboxItem[], outcome: Outcome): void {
    for (const { id } of items) this.#watched.get(id)?.(takenOf(outcome))
  }
}

function toItem(id: string, line: string): OutboxItem {
  return { id, kind: KIND, contentType: CONTENT_TYPE, body: Buffer.from(line) }
}

function takenOf(outcome: Outcome): Taken {
  if (outcome === 'delivered') return { state: 'delivered' }
  return outcome === 'spooled' ? { state: 'saved' } : { state: 'lost', reason: outcome }
}

function resultOf(response: Response, nowMs: number): DeliveryResult {
  const { ok, status } = response
  const retryAfter = response.headers.get('retry-after')
  // with a time to come back the first request with this key is still under way
  if (ok || (status === CONFLICT && retryAfter === null)) return { status: 'delivered' }
  const reason = `HTTP ${status}`
  if (HOPELESS.has(status)) return { status: 'rejected', reason }
  return { status: 'retry', reason, retryAfterMs: retryAfterMs(retryAfter, nowMs) }
}

// seconds, or a date (RFC 9110, 10.2.3)
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function spoolNameOf({ url, team }: HttpOutputOptions): string {
  const identity = JSON.stringify([url, team ?? null])
  return `agent-activity-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}
