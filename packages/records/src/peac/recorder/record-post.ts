import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  createOutbox,
  type DeliveryResult,
  type Outbox,
  type OutboxItem,
  type OutboxStats,
} from '@aos/sdk/outbox'
import type { PeacRecord } from '../issue.ts'
import { recordLine } from './record-files.ts'

/** Where records are posted. */
export interface RecordPostOptions {
  readonly endpoint: string
  /** Credentials among them; they never reach the disk. */
  readonly headers: Readonly<Record<string, string>>
  /** Folder of spools; `undefined` for the default one, `false` for none. */
  readonly spool: string | false | undefined
  readonly fetch: typeof globalThis.fetch
  readonly report: (problem: string) => void
}

const LINES = 'application/x-ndjson'
const MAX_BATCH_BYTES = 256 * 1024

/** Posts records as lines of JSON through the durable outbox. */
export class RecordPost {
  readonly #options: RecordPostOptions
  readonly #outbox: Outbox

  constructor(options: RecordPostOptions) {
    this.#options = options
    const { spool, report } = options
    const name = spoolNameOf(options)
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      writeAhead: true,
      batching: {
        maxBytes: MAX_BATCH_BYTES,
        maxUnits: 200,
        maxWaitMs: 1_000,
        unitsOf: linesIn,
        join: joined,
      },
      divide,
      deliver: (item, signal) => this.#deliver(item, signal),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
    })
  }

  take(record: PeacRecord): void {
    const body = Buffer.from(recordLine(record))
    this.#outbox.enqueue({ id: record.claims.jti, kind: 'peac', contentType: LINES, body })
  }

  async flush(deadlineMs: number): Promise<void> {
    await this.#outbox.flush(deadlineMs)
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#outbox.close(deadlineMs)
  }

  spoolSync(): void {
    this.#outbox.spoolSync()
  }

  pending(): number {
    return this.#outbox.pending()
  }

  stats(): OutboxStats {
    return this.#outbox.stats()
  }

  async #deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const { endpoint, headers, fetch } = this.#options
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': item.contentType },
      body: Buffer.from(item.body),
      // a redirect could carry the key to somebody else
      redirect: 'manual',
      signal,
    })
    // read to the end, so that the connection is used again
    await response.arrayBuffer()
    return resultOf(response)
  }
}

/** Statuses that say the request itself is wrong; everything else can heal. */
const HOPELESS = new Set([400, 406, 410, 411, 414, 415, 422, 431])

function resultOf({ ok, status, headers }: Response): DeliveryResult {
  if (ok) return { status: 'delivered' }
  const reason = `HTTP ${status}`
  if (status === 413) return { status: 'too_large', reason }
  if (HOPELESS.has(status)) return { status: 'rejected', reason }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 ? { status: 'retry', reason, retryAfterMs: seconds * 1000 } : { status: 'retry', reason }
}

// records of one account wait in a folder of their own; in a folder that was chosen new credentials find them again
function spoolNameOf({ endpoint, headers, spool }: RecordPostOptions): string {
  const account =
    typeof spool === 'string' ? [] : Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const identity = JSON.stringify([endpoint, account])
  return `peac-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}

function linesIn({ body }: OutboxItem): number {
  return Buffer.from(body).toString('utf8').split('\n').length - 1
}

function joined(items: readonly OutboxItem[]): OutboxItem {
  const [first] = items
  return {
    id: first?.id ?? '',
    kind: 'peac',
    contentType: LINES,
    body: Buffer.concat(items.map(({ body }) => body)),
  }
}

function divide(item: OutboxItem): readonly OutboxItem[] {
  const lines = Buffer.from(item.body)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  if (lines.length < 2) return []
  const half = Math.ceil(lines.length / 2)
  return [lines.slice(0, half), lines.slice(half)].map((part) => {
    const { id } = JSON.parse(part[0] ?? '{}') as { readonly id?: string }
    return { ...item, id: id ?? item.id, body: Buffer.from(`${part.join('\n')}\n`) }
  })
}
