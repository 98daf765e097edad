import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createOutbox, type DeliveryResult, type Outbox, type OutboxItem } from '@aos/sdk/outbox'
import { failureOf, withoutTracing } from '../../export/otlp-delivery.ts'
import type { LossReport } from '../../export/loss-report.ts'
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

const KIND = 'ocsf'
const MAX_BATCH_BYTES = 512 * 1024
const NEWLINE = Buffer.from('\n')

/** Posts events through the durable outbox, several in one request. */
export class HttpOutput implements Output {
  readonly #options: HttpOutputOptions
  readonly #outbox: Outbox

  constructor(options: HttpOutputOptions) {
    const {
      target,
      spool,
      writeAhead,
      maxQueueBytes,
      maxBatchEvents,
      scheduleDelayMs,
      exportTimeoutMs,
      report,
    } = options
    this.#options = options
    const name = spoolNameOf(target, typeof spool === 'string')
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      writeAhead,
      maxQueueBytes,
      attemptTimeoutMs: exportTimeoutMs,
      batching: {
        maxBytes: MAX_BATCH_BYTES,
        maxUnits: maxBatchEvents,
        maxWaitMs: scheduleDelayMs,
        unitsOf: () => 1,
        join: joined,
      },
      deliver: (item, signal) => this.#deliver(item, signal),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
    })
  }

  take(line: string): void {
    this.#outbox.enqueue({
      id: randomUUID(),
      kind: KIND,
      contentType: 'application/x-ndjson',
      body: Buffer.from(line),
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
    const { accepted, recovered, delivered, spooled, rejected, dropped, expired, queued, inFlight } =
      this.#outbox.stats()
    return {
      taken: accepted - recovered,
      recovered,
      delivered,
      spooled,
      dropped: rejected + dropped + expired,
      queued: queued + inFlight,
    }
  }

  async #deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const { target, fetch } = this.#options
    const isArray = target.format === 'json'
    const lines = Buffer.from(item.body.buffer, item.body.byteOffset, item.body.byteLength)
    const response = await withoutTracing(() =>
      fetch(target.url, {
        method: 'POST',
        headers: { ...target.headers, 'content-type': isArray ? 'application/json' : item.contentType },
        body: isArray ? `[${lines.toString().replaceAll('\n', ',')}]` : `${lines.toString()}\n`,
        // a redirect could carry the key to somebody else
        redirect: 'manual',
        signal,
      }),
    )
    // read to the end, so that the connection is used again
    await response.arrayBuffer()
    if (response.ok) return { status: 'delivered' }
    if (response.status === 413) return { status: 'too_large', reason: 'HTTP 413' }
    return failureOf(response)
  }
}

// JSON on one line holds no newline of its own
function joined(items: readonly OutboxItem[]): OutboxItem {
  const [first, ...others] = items
  if (first === undefined) throw new Error('nothing to join')
  return { ...first, body: Buffer.concat([first.body, ...others.flatMap(({ body }) => [NEWLINE, body])]) }
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
