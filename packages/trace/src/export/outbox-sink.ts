import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createOutbox, type DeliveryResult, type Outbox, type OutboxItem } from '@aos/sdk/outbox'
import type { Attributes } from '@opentelemetry/api'
import type { OtlpTarget } from '../config/tracer-options.ts'
import type { OtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import type { LossReport } from './loss-report.ts'
import { createOtlpDelivery } from './otlp-delivery.ts'
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
  readonly maxQueueBytes: number
  readonly exportTimeoutMs: number
  readonly report: LossReport
}

interface Sent {
  readonly spans: number
  spooled: boolean
}

/** Rendered requests that wait; the other spans wait unrendered, where they take less room. */
const WINDOW_BYTES = 4 * 1024 * 1024

/** Renders batches of spans as OTLP requests and delivers them through the durable outbox. */
export class OutboxSink implements SpanSink {
  readonly #options: OutboxSinkOptions
  readonly #outbox: Outbox
  readonly #sent = new Map<string, Sent>()
  #delivered = 0
  #dropped = 0
  #recovered = 0
  /** Items the outbox counts as dropped and this sink has counted already. */
  #knownDrops = 0
  #onRoom: () => void = () => undefined

  constructor(options: OutboxSinkOptions) {
    const { target, serializer, resource, spool, maxQueueBytes, exportTimeoutMs, report } = options
    const name = spoolName(target, resource)
    this.#options = options
    const deliver = createOtlpDelivery({
      target,
      serializer,
      onPartialSuccess: (item, rejected) => this.#refuse(item, rejected),
    })
    this.#outbox = createOutbox({
      name,
      directory: typeof spool === 'string' ? join(spool, name) : spool,
      maxQueueBytes: Math.max(maxQueueBytes, 2 * WINDOW_BYTES),
      attemptTimeoutMs: exportTimeoutMs,
      deliver: async (item, signal) => this.#settle(item, await deliver(item, signal)),
      onReport: ({ kind, reason }) => report(`${kind}: ${reason}`),
    })
  }

  hasRoom(): boolean {
    return this.#outbox.stats().queuedBytes < WINDOW_BYTES
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener
  }

  send(spans: readonly ReadableSpan[]): void {
    for (const item of this.#render(spans)) {
      if (this.#outbox.enqueue(item)) continue
      this.#knownDrops += 1
      this.#drop(item.id)
    }
  }

  async flush(deadlineMs: number): Promise<void> {
    await this.#outbox.flush(deadlineMs)
  }

  saveSync(batches: Iterable<readonly ReadableSpan[]>): void {
    const items: OutboxItem[] = []
    for (const batch of batches) items.push(...this.#render(batch))
    this.#outbox.spoolSync(items)
    this.#countLost()
    for (const sent of this.#sent.values()) sent.spooled = true
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#outbox.close(deadlineMs)
    this.saveSync([])
  }

  counts(): SinkCounts {
    this.#countLost()
    const idle = this.#outbox.pending() === 0
    let spooled = 0
    let queued = 0
    for (const sent of this.#sent.values()) {
      if (sent.spooled || idle) spooled += sent.spans
      else queued += sent.spans
    }
    return { delivered: this.#delivered, spooled, dropped: this.#dropped, queued, recovered: this.#recovered }
  }

  /** One item per batch, or several where a span cannot be rendered and has to be left out. */
  #render(spans: readonly ReadableSpan[]): OutboxItem[] {
    const body = this.#serialize(spans)
    if (body === undefined) {
      const half = Math.ceil(spans.length / 2)
      if (spans.length > 1) return [...this.#render(spans.slice(0, half)), ...this.#render(spans.slice(half))]
      this.#dropped += spans.length
      this.#options.report('dropped: a span could not be rendered')
      return []
    }
    // the count survives a restart in the id
    const id = `${spans.length}.${randomUUID()}`
    this.#sent.set(id, { spans: spans.length, spooled: false })
    const contentType =
      this.#options.target.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf'
    return [{ id, kind: 'otlp.traces', contentType, body }]
  }

  #serialize(spans: readonly ReadableSpan[]): Uint8Array | undefined {
    try {
      return this.#options.serializer.serializeRequest([...spans])
    } catch {
      return undefined
    }
  }

  #settle(item: OutboxItem, result: DeliveryResult): DeliveryResult {
    if (result.status === 'rejected') this.#drop(item.id)
    if (result.status === 'delivered') {
      const sent = this.#sent.get(item.id)
      if (sent === undefined) this.#recovered += spansOf(item)
      else this.#delivered += sent.spans
      this.#sent.delete(item.id)
    }
    // the outbox takes the next item first
    setImmediate(this.#onRoom)
    return result
  }

  #refuse(item: OutboxItem, rejected: number): void {
    const sent = this.#sent.get(item.id)
    if (sent === undefined || rejected === 0) return
    const refused = Math.min(rejected, sent.spans)
    this.#dropped += refused
    this.#sent.set(item.id, { ...sent, spans: sent.spans - refused })
    this.#options.report('rejected: the receiver took only a part of a request')
  }

  #drop(id: string): void {
    this.#dropped += this.#sent.get(id)?.spans ?? 0
    this.#sent.delete(id)
  }

  /** The spool takes the oldest first, so what it could not take are the newest. */
  #countLost(): void {
    const { dropped } = this.#outbox.stats()
    const lost = dropped - this.#knownDrops
    if (lost <= 0) return
    this.#knownDrops = dropped
    for (const id of [...this.#sent.keys()].slice(-lost)) this.#drop(id)
  }
}

function spansOf({ id }: OutboxItem): number {
  const spans = Number.parseInt(id, 10)
  return Number.isSafeInteger(spans) ? spans : 0
}
