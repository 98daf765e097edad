import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createOutbox, type DeliveryResult, type Outbox, type OutboxItem } from '@aos/sdk/outbox'
import { failureOf, withoutTracing } from '../../export/otlp-delivery.ts'
import type { LossReport } from '../../export/loss-report.ts'
import { EventCounts } from './event-counts.ts'
import { bodyOf, divideItem, eventsIn, itemOf, joinItems } from './event-items.ts'
import { LineBatch } from './line-batch.ts'
import type { Output, OutputCounts } from './output.ts'

/** Where events are posted, and how. */
export interface HttpTarget {
  readonly url: string
  /** Credentials among them; they never reach the disk. */
  readonly headers: Readonly<Record<string, string>>
  /** A JSON array, or one event on each line. */
  readonly format: 'json' | 'ndjson'
}

/** What an {@link HttpOutput} is made from. */
export interface HttpOutputOptions {
  readonly target: HttpTarget
  /** Folder of spools; `undefined` for the default one, `false` for none. */
  readonly spool: string | false | undefined
  readonly writeAhead: boolean
  readonly maxQueueBytes: number
  readonly maxBatchEvents: number
  readonly scheduleDelayMs: number
  readonly exportTimeoutMs: number
  readonly fetch: typeof globalThis.fetch
  readonly report: LossReport
}

const MAX_BATCH_BYTES = 512 * 1024
const SMALLEST_BATCH_BYTES = 8 * 1024
/** Longest time that an event is in memory only. */
const GATHER_MS = 20
const GATHER_BYTES = 64 * 1024

/**
 * Posts events through the durable outbox, several in one request. What a receiver finds too large is sent in parts; an event
 * that alone is too large loses its longest texts.
 */
export class HttpOutput implements Output {
  readonly #options: HttpOutputOptions
  readonly #outbox: Outbox
  readonly #gathered: LineBatch
  readonly #counts = new EventCounts()
  #taken = 0
  #batchBytes = MAX_BATCH_BYTES

  constructor(options: HttpOutputOptions) {
    const { target, spool, writeAhead, maxQueueBytes, maxBatchEvents, scheduleDelayMs, report } = options
    this.#options = options
    const name = spoolNameOf(target, typeof spool === 'string')
    const batchBytes = (): number => this.#batchBytes
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      writeAhead,
      maxQueueBytes,
      attemptTimeoutMs: options.exportTimeoutMs,
      batching: {
        // what the receiver refuses as too large is not tried again
        get maxBytes() {
          return batchBytes()
        },
        maxUnits: maxBatchEvents,
        maxWaitMs: scheduleDelayMs,
        unitsOf: eventsIn,
        join: joinItems,
      },
      divide: (item) => this.#divide(item),
      deliver: (item, signal) => this.#deliver(item, signal),
      onOutcome: (items, outcome) => this.#counts.settle(items, outcome),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
    })
    const bounds = {
      maxLines: maxBatchEvents,
      get maxBytes() {
        return Math.min(GATHER_BYTES, maxQueueBytes / 4, batchBytes())
      },
      delayMs: Math.min(GATHER_MS, scheduleDelayMs),
    }
    this.#gathered = new LineBatch(bounds, (lines) => this.#enqueue(lines))
  }

  take(line: string): void {
    this.#taken += 1
    this.#gathered.add(line)
  }

  async flush(deadlineMs: number): Promise<void> {
    this.#gathered.seal()
    await this.#outbox.flush(deadlineMs)
  }

  saveSync(): void {
    this.#gathered.seal()
    this.#outbox.spoolSync()
  }

  async close(deadlineMs: number): Promise<void> {
    this.#gathered.seal()
    await this.#outbox.close(deadlineMs)
  }

  counts(): OutputCounts {
    const counts = this.#counts.get()
    return { ...counts, taken: this.#taken, queued: counts.queued + this.#gathered.size }
  }

  #enqueue(lines: readonly string[]): void {
    const item = itemOf(lines)
    this.#counts.add(item)
    this.#outbox.enqueue(item)
  }

  #divide(item: OutboxItem): readonly OutboxItem[] {
    const parts = divideItem(item)
    this.#counts.divide(item, parts)
    if (eventsIn(item) === 1 && parts.length === 1)
      this.#options.report('an event that is larger than the receiver takes was truncated')
    return parts
  }

  async #deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const { target, fetch } = this.#options
    const contentType = target.format === 'json' ? 'application/json' : item.contentType
    const response = await withoutTracing(() =>
      fetch(target.url, {
        method: 'POST',
        headers: { ...target.headers, 'content-type': contentType },
        body: bodyOf(item, target.format),
        // a redirect could carry the key to somebody else
        redirect: 'manual',
        signal,
      }),
    )
    // read to the end, so that the connection is used again
    await response.arrayBuffer()
    if (response.ok) return { status: 'delivered' }
    if (response.status === 413) this.#learn(item)
    return failureOf(response)
  }

  #learn({ body }: OutboxItem): void {
    const limit = Math.max(SMALLEST_BATCH_BYTES, Math.floor(body.byteLength / 2))
    this.#batchBytes = Math.min(this.#batchBytes, limit)
  }
}

/**
 * Events of one account wait in a folder of their own, so that another account never gets them. In a folder that was
 * chosen they are found again with new credentials.
 */
function spoolNameOf({ url, headers }: HttpTarget, isChosen: boolean): string {
  const account = isChosen ? [] : Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const identity = JSON.stringify([url, account])
  return `ocsf-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}
