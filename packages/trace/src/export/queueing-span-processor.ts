import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '../otel/span-types.ts'
import type { LossReport } from './loss-report.ts'
import { estimateSpanBytes } from './span-size.ts'
import type { SpanSink } from './span-sink.ts'

/** Where every recorded span of this process is: `created` is the sum of the four that follow it. */
export interface TraceStats {
  readonly created: number
  readonly delivered: number
  readonly spooled: number
  readonly dropped: number
  readonly queued: number
  /** Spans of earlier processes, delivered from the spool by this one. */
  readonly recovered: number
}

/** What a {@link QueueingSpanProcessor} is made from. */
export interface QueueOptions {
  readonly sink: SpanSink
  readonly scheduleDelayMs: number
  readonly maxBatchSpans: number
  /** Most bytes that are handed over, and rendered, in one turn; 1 MiB by default. */
  readonly maxBatchBytes?: number | undefined
  readonly maxQueueBytes: number
  readonly maxQueueSpans: number
  /** Deadline of `forceFlush` and `shutdown` where OpenTelemetry calls them without one. */
  readonly deadlineMs: number
  readonly report: LossReport
}

/** Time after which the next batch waits for the next turn. */
const TURN_MS = 3
const DEFAULT_BATCH_BYTES = 1024 * 1024

interface Queued {
  readonly span: ReadableSpan
  readonly bytes: number
}

/** Keeps ended spans in a queue bounded by bytes and hands them to a sink in batches, a few milliseconds of work per turn of the event loop. */
export class QueueingSpanProcessor implements SpanProcessor {
  readonly #options: QueueOptions
  readonly #sink: SpanSink
  readonly #batchBytes: number
  #queue: Queued[] = []
  /** Entries before it have left the queue already. */
  #head = 0
  #bytes = 0
  #created = 0
  #refused = 0
  #timer: NodeJS.Timeout | undefined
  #turnTaken = false
  #closing: Promise<void> | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.#sink = options.sink
    this.#batchBytes = options.maxBatchBytes ?? DEFAULT_BATCH_BYTES
    options.sink.onRoom(() => this.#schedule())
  }

  onStart(): void {
    // a span counts when it ends
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    this.#created += 1
    const bytes = estimateSpanBytes(span)
    const refusal = this.#refusal(bytes)
    if (refusal !== undefined) {
      this.#refused += 1
      this.#options.report(refusal)
      return
    }
    this.#queue.push({ span, bytes })
    this.#bytes += bytes
    this.#schedule()
  }

  /** Sends what is queued and waits for its delivery, at most until the deadline. */
  async flush(deadlineMs: number): Promise<void> {
    const end = performance.now() + deadlineMs
    const left = (): number => Math.max(0, end - performance.now())
    for (;;) {
      while (this.#size() > 0 && this.#sink.hasRoom()) {
        this.#sendBatch()
        await nextTurn()
      }
      await this.#sink.flush(left())
      if (this.#size() === 0 || left() === 0) return
    }
  }

  /** Saves everything undelivered before it returns. */
  spoolSync(): void {
    this.#sink.saveSync(this.#drain())
  }

  /** Spans that are not delivered, saved or dropped yet. */
  pending(): number {
    return this.#size() + this.#sink.counts().queued
  }

  forceFlush(): Promise<void> {
    return this.flush(this.#options.deadlineMs)
  }

  shutdown(): Promise<void> {
    return this.close(this.#options.deadlineMs)
  }

  /** Flushes, saves what is left and takes no more spans. */
  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  stats(): TraceStats {
    const counts = this.#sink.counts()
    return {
      created: this.#created,
      delivered: counts.delivered,
      spooled: counts.spooled,
      dropped: counts.dropped + this.#refused,
      queued: counts.queued + this.#size(),
      recovered: counts.recovered,
    }
  }

  async #close(deadlineMs: number): Promise<void> {
    const started = performance.now()
    await this.flush(deadlineMs)
    clearTimeout(this.#timer)
    this.spoolSync()
    await this.#sink.close(Math.max(0, deadlineMs - (performance.now() - started)))
  }

  #refusal(bytes: number): string | undefined {
    const { maxQueueBytes, maxQueueSpans } = this.#options
    if (this.#closing !== undefined) return 'spans that ended after shutdown were dropped'
    if (this.#bytes + bytes > maxQueueBytes || this.#size() >= maxQueueSpans)
      return 'the queue is full and spans were dropped'
    return undefined
  }

  #schedule(): void {
    const { scheduleDelayMs } = this.#options
    if (this.#size() === 0 || this.#closing !== undefined) return
    if (this.#isBatchFull() && this.#sink.hasRoom()) {
      if (!this.#turnTaken) setImmediate(() => this.#onTurn())
      this.#turnTaken = true
    } else {
      this.#timer ??= setTimeout(() => this.#onTurn(), scheduleDelayMs).unref()
    }
  }

  #onTurn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#turnTaken = false
    const end = performance.now() + TURN_MS
    while (this.#size() > 0 && this.#sink.hasRoom()) {
      this.#sendBatch()
      if (performance.now() > end || !this.#isBatchFull()) break
    }
    this.#schedule()
  }

  #isBatchFull(): boolean {
    return this.#size() >= this.#options.maxBatchSpans || this.#bytes >= this.#batchBytes
  }

  #sendBatch(): void {
    const batch = this.#nextBatch()
    if (batch.length > 0) this.#sink.send(batch)
  }

  #nextBatch(): ReadableSpan[] {
    const batch: ReadableSpan[] = []
    let bytes = 0
    while (batch.length < this.#options.maxBatchSpans) {
      const next = this.#queue[this.#head]
      if (next === undefined || (batch.length > 0 && bytes + next.bytes > this.#batchBytes)) break
      bytes += next.bytes
      batch.push(next.span)
      this.#head += 1
    }
    this.#bytes -= bytes
    if (this.#head > this.#queue.length / 2) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return batch
  }

  *#drain(): Generator<readonly ReadableSpan[]> {
    while (this.#size() > 0) yield this.#nextBatch()
  }

  #size(): number {
    return this.#queue.length - this.#head
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
