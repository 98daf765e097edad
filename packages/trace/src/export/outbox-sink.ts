import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  createOutbox,
  type Outbox,
  type OutboxClock,
  type OutboxItem,
  type Outcome,
  type RetryPolicy,
} from '@aos/sdk/outbox'
import type { Attributes } from '@opentelemetry/api'
import type { OtlpTarget } from '../config/tracer-options.ts'
import type { OtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import type { LossReport } from './loss-report.ts'
import { createOtlpDelivery } from './otlp-delivery.ts'
import { otlpRequests, type OtlpRequests } from './otlp-request.ts'
import type { SinkCounts, SpanSink } from './span-sink.ts'
import { spoolName } from './spool-name.ts'

/** What an {@link OutboxSink} is made from. */
export interface OutboxSinkOptions {
  readonly target: OtlpTarget
  readonly serializer: OtlpSerializer
  /** Attributes of the resource that the spans are of. */
  readonly resource: Attributes
  /** Folder of spools; `undefined` for the default one, `false` for none. */
  readonly spool: string | false | undefined
  /** Size above which no request is sent. */
  readonly maxRequestBytes: number
  readonly maxBatchSpans: number
  /** Longest time that spans wait for others. */
  readonly scheduleDelayMs: number
  readonly exportTimeoutMs: number
  readonly report: LossReport
  readonly clock?: OutboxClock | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
}

interface Sent {
  readonly spans: number
  spooled: boolean
}

/** Longest time that a span is in memory only, and most bytes that are rendered in one turn of the event loop. */
export const RENDER_SLICE: { readonly delayMs: number; readonly bytes: number } = {
  delayMs: 20,
  bytes: 128 * 1024,
}

const MEBIBYTE = 1024 * 1024
/** Size that requests are filled up to. */
const FULL_REQUEST_BYTES = MEBIBYTE
const SMALLEST_LIMIT_BYTES = 32 * 1024
/** Rendered spans that can wait in memory: beyond half of it they move to the disk, and where that fails others wait unrendered. */
const WINDOW_BYTES = 9 * MEBIBYTE
const FULL_WINDOW = 0.6

/**
 * Renders spans as OTLP requests and delivers them through the durable outbox, which has them on disk as soon as they are
 * rendered. What a receiver finds too large is sent in parts; a span that alone is too large loses its longest texts.
 */
export class OutboxSink implements SpanSink {
  readonly #options: OutboxSinkOptions
  readonly #requests: OtlpRequests
  readonly #outbox: Outbox
  /** Spans of this process that are not settled yet, by the unique part of the id of their item. */
  readonly #sent = new Map<string, Sent>()
  #delivered = 0
  #dropped = 0
  #recovered = 0
  #queued = 0
  #spooled = 0
  /** Spans of the request under way that the receiver did not take. */
  #refused = 0
  #requestBytes: number
  readonly #windowBytes: number
  #onRoom: () => void = () => undefined

  constructor(options: OutboxSinkOptions) {
    const { target, serializer, resource, spool, exportTimeoutMs, report, maxBatchSpans } = options
    const name = spoolName(target, resource)
    this.#options = options
    this.#requests = otlpRequests(target.protocol)
    this.#requestBytes = Math.min(FULL_REQUEST_BYTES, options.maxRequestBytes)
    this.#windowBytes = Math.max(WINDOW_BYTES, 3 * options.maxRequestBytes)
    const requestBytes = (): number => this.#requestBytes
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      writeAhead: spool !== false,
      maxQueueBytes: this.#windowBytes,
      attemptTimeoutMs: exportTimeoutMs,
      deliver: createOtlpDelivery({
        target,
        serializer,
        onTooLarge: (item) => this.#learn(item),
        onPartialSuccess: (rejected) => this.#refuse(rejected),
      }),
      batching: {
        // what the receiver refuses as too large is not tried again
        get maxBytes() {
          return requestBytes()
        },
        maxUnits: maxBatchSpans,
        unitsOf: spansOf,
        maxWaitMs: options.scheduleDelayMs,
        join: (items) => this.#join(items),
      },
      divide: (item) => this.#divide(item),
      onOutcome: (items, outcome) => this.#settle(items, outcome),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
      clock: options.clock,
      retry: options.retry,
    })
  }

  hasRoom(): boolean {
    return this.#outbox.stats().queuedBytes < FULL_WINDOW * this.#windowBytes
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener
  }

  send(spans: readonly ReadableSpan[]): void {
    for (const item of this.#render(spans)) this.#outbox.enqueue(item)
  }

  async flush(deadlineMs: number): Promise<void> {
    await this.#outbox.flush(deadlineMs)
  }

  saveSync(batches: Iterable<readonly ReadableSpan[]>): void {
    const items: OutboxItem[] = []
    for (const batch of batches) items.push(...this.#render(batch))
    this.#outbox.spoolSync(items)
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#outbox.close(deadlineMs)
    this.saveSync([])
  }

  counts(): SinkCounts {
    return {
      delivered: this.#delivered,
      spooled: this.#spooled,
      dropped: this.#dropped,
      queued: this.#queued,
      recovered: this.#recovered,
    }
  }

  /** One item, or several where the spans do not fit into one, or one of them cannot be rendered and is left out. */
  #render(spans: readonly ReadableSpan[]): OutboxItem[] {
    const body = this.#serialize(spans)
    const fits = body !== undefined && body.byteLength <= this.#options.maxRequestBytes
    if (!fits && spans.length > 1) {
      const half = Math.ceil(spans.length / 2)
      return [...this.#render(spans.slice(0, half)), ...this.#render(spans.slice(half))]
    }
    if (body === undefined) {
      this.#dropped += spans.length
      this.#options.report('dropped: a span could not be rendered')
      return []
    }
    const item = this.#toItem(spans.length, fits ? body : (this.#truncate(body) ?? body))
    this.#sent.set(keyOf(item), { spans: spans.length, spooled: false })
    this.#queued += spans.length
    return [item]
  }

  #serialize(spans: readonly ReadableSpan[]): Uint8Array | undefined {
    try {
      return this.#options.serializer.serializeRequest([...spans])
    } catch {
      return undefined
    }
  }

  #truncate(body: Uint8Array, maxBytes = this.#options.maxRequestBytes): Uint8Array | undefined {
    const cut = this.#requests.truncate(body, maxBytes)
    if (cut !== undefined) this.#options.report('a span that is larger than a request may be was truncated')
    return cut
  }

  #toItem(spans: number, body: Uint8Array): OutboxItem {
    const isJson = this.#options.target.protocol === 'http/json'
    const contentType = isJson ? 'application/json' : 'application/x-protobuf'
    // the count survives a restart in the id
    return { id: `${spans}.${randomUUID()}`, kind: 'otlp.traces', contentType, body }
  }

  #join(items: readonly OutboxItem[]): OutboxItem {
    const spans = items.reduce((sum, item) => sum + spansOf(item), 0)
    return this.#toItem(spans, this.#requests.join(items.map(({ body }) => body)))
  }

  #divide(item: OutboxItem): readonly OutboxItem[] {
    const spans = spansOf(item)
    const halves = this.#requests.split(item.body)
    const half = Math.ceil(spans / 2)
    const cut =
      halves === undefined ? this.#truncate(item.body, Math.floor(item.body.byteLength / 2)) : undefined
    const parts = halves?.map((body, index) => this.#toItem(index === 0 ? half : spans - half, body)) ?? []
    if (cut !== undefined) parts.push(this.#toItem(spans, cut))
    const sent = this.#sent.get(keyOf(item))
    if (sent === undefined || parts.length === 0) return parts
    this.#sent.delete(keyOf(item))
    for (const part of parts) this.#sent.set(keyOf(part), { ...sent, spans: spansOf(part) })
    return parts
  }

  #settle(items: readonly OutboxItem[], outcome: Outcome): void {
    const ownBefore = this.#delivered
    for (const item of items) {
      const sent = this.#sent.get(keyOf(item))
      if (sent === undefined) {
        if (outcome === 'delivered') this.#recovered += spansOf(item)
        continue
      }
      if (outcome !== 'spooled') this.#sent.delete(keyOf(item))
      else if (sent.spooled) continue
      if (sent.spooled) this.#spooled -= sent.spans
      else this.#queued -= sent.spans
      if (outcome === 'spooled') {
        sent.spooled = true
        this.#spooled += sent.spans
      } else if (outcome === 'delivered') this.#delivered += sent.spans
      else this.#dropped += sent.spans
    }
    if (outcome === 'delivered') this.#countRefused(this.#delivered - ownBefore)
    // the outbox takes the next item first
    setImmediate(this.#onRoom)
  }

  #refuse(rejected: number): void {
    this.#refused = rejected
    if (rejected > 0) this.#options.report('rejected: the receiver took only a part of a request')
  }

  #countRefused(ownSpans: number): void {
    const refused = Math.min(this.#refused, ownSpans)
    if (ownSpans === 0) this.#recovered -= Math.min(this.#refused, this.#recovered)
    this.#refused = 0
    this.#delivered -= refused
    this.#dropped += refused
  }

  #learn({ body }: OutboxItem): void {
    const limit = Math.max(SMALLEST_LIMIT_BYTES, Math.floor(body.byteLength / 2))
    this.#requestBytes = Math.min(this.#requestBytes, limit)
  }
}

function spansOf({ id }: OutboxItem): number {
  const spans = Number.parseInt(id, 10)
  return Number.isSafeInteger(spans) ? spans : 0
}

function keyOf({ id }: OutboxItem): string {
  return id.slice(id.indexOf('.') + 1)
}
