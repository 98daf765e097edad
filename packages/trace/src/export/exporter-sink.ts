import type { ReadableSpan, SpanExporter } from '../otel/span-types.ts'
import type { LossReport } from './loss-report.ts'
import type { SinkCounts, SpanSink } from './span-sink.ts'
import { validSpan } from './valid-span.ts'
import { settlesWithin } from './with-deadline.ts'

/** What an {@link ExporterSink} is made from. */
export interface ExporterSinkOptions {
  readonly exporter: SpanExporter
  readonly exportTimeoutMs: number
  readonly report: LossReport
  /** How long a batch is tried again that the exporter says it could not deliver; 5 minutes by default. */
  readonly retryForMs?: number | undefined
  /** Waits, which a flush cuts short; real time by default. */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

interface Batch {
  readonly spans: readonly ReadableSpan[]
  open: boolean
}

type Answer = 'delivered' | 'failed' | 'threw' | 'silent'

const RETRY_FOR_MS = 300_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/**
 * Hands batches to an exporter of the user, one at a time. What it says it could not deliver is handed to it again for
 * minutes; what it never answers for is not, as it may have arrived.
 */
export class ExporterSink implements SpanSink {
  readonly #options: ExporterSinkOptions
  readonly #open = new Set<Batch>()
  #last: Promise<void> = Promise.resolve()
  #delivered = 0
  #dropped = 0
  #onRoom: () => void = () => undefined
  #pause = new AbortController()

  constructor(options: ExporterSinkOptions) {
    this.#options = options
  }

  hasRoom(): boolean {
    return this.#open.size === 0
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener
  }

  send(spans: readonly ReadableSpan[]): void {
    // most exporters hand texts and numbers on as they are
    const batch: Batch = { spans: spans.map(validSpan), open: true }
    this.#open.add(batch)
    this.#last = this.#last.then(() => this.#deliver(batch)).then(() => this.#onRoom())
  }

  async flush(deadlineMs: number): Promise<void> {
    this.#pause.abort()
    const flushed = this.#last.then(() => this.#options.exporter.forceFlush?.())
    await settlesWithin(flushed, deadlineMs)
  }

  saveSync(batches: Iterable<readonly ReadableSpan[]>): void {
    for (const batch of this.#open) this.#drop(batch, 'an exporter was still busy when the process ended')
    this.#pause.abort()
    for (const spans of batches) {
      this.#dropped += spans.length
      this.#options.report('dropped: an exporter cannot be called when the process ends')
    }
  }

  async close(deadlineMs: number): Promise<void> {
    await settlesWithin(
      this.#guard(() => this.#options.exporter.shutdown()),
      deadlineMs,
    )
  }

  counts(): SinkCounts {
    let queued = 0
    for (const { spans } of this.#open) queued += spans.length
    return { delivered: this.#delivered, spooled: 0, dropped: this.#dropped, queued, recovered: 0 }
  }

  async #deliver(batch: Batch): Promise<void> {
    const { retryForMs = RETRY_FOR_MS, wait = waitFor } = this.#options
    let waited = 0
    for (let waitMs = FIRST_WAIT_MS; batch.open; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const answer = await this.#export(batch)
      if (answer === 'delivered' || !batch.open) return
      if (answer === 'silent') return this.#drop(batch, 'the exporter did not answer in time')
      if (waited >= retryForMs) return this.#drop(batch, 'the exporter failed')
      this.#options.report(`the exporter ${answer} and is given the spans again`)
      this.#pause = new AbortController()
      await wait(waitMs, this.#pause.signal)
      waited += waitMs
    }
  }

  async #export(batch: Batch): Promise<Answer> {
    let answer: Answer = 'silent'
    const answered = this.#guard(
      () =>
        new Promise<void>((resolve) => {
          this.#options.exporter.export([...batch.spans], ({ code }) => {
            if (answer === 'delivered') return
            if (code === 0) this.#confirm(batch)
            answer = code === 0 ? 'delivered' : 'failed'
            resolve()
          })
        }),
    ).then((completed) => {
      if (!completed) answer = 'threw'
    })
    await settlesWithin(answered, this.#options.exportTimeoutMs)
    return answer
  }

  #confirm(batch: Batch): void {
    // an answer that comes late still tells what is true
    if (!batch.open) this.#dropped -= batch.spans.length
    this.#close(batch)
    this.#delivered += batch.spans.length
  }

  #drop(batch: Batch, reason: string): void {
    if (!batch.open) return
    this.#close(batch)
    this.#dropped += batch.spans.length
    this.#options.report(`dropped: ${reason}`)
  }

  #close(batch: Batch): void {
    batch.open = false
    this.#open.delete(batch)
  }

  async #guard(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.#options.report(
        `the exporter threw: ${error instanceof Error ? error.message : 'no error object'}`,
      )
      return false
    }
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
