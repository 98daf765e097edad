import type { ReadableSpan, SpanExporter } from '../otel/span-types.ts'
import type { LossReport } from './loss-report.ts'
import type { SinkCounts, SpanSink } from './span-sink.ts'
import { settlesWithin } from './with-deadline.ts'

/** What an {@link ExporterSink} is made from. */
export interface ExporterSinkOptions {
  readonly exporter: SpanExporter
  readonly exportTimeoutMs: number
  readonly report: LossReport
}

interface Batch {
  readonly spans: number
  open: boolean
}

/** Hands batches to an exporter of the user, one at a time; what it does not confirm counts as dropped. */
export class ExporterSink implements SpanSink {
  readonly #options: ExporterSinkOptions
  readonly #open = new Set<Batch>()
  #last: Promise<void> = Promise.resolve()
  #delivered = 0
  #dropped = 0
  #onRoom: () => void = () => undefined

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
    const batch: Batch = { spans: spans.length, open: true }
    this.#open.add(batch)
    this.#last = this.#last.then(() => this.#export(batch, spans)).then(() => this.#onRoom())
  }

  async flush(deadlineMs: number): Promise<void> {
    const flushed = this.#last.then(() => this.#options.exporter.forceFlush?.())
    await settlesWithin(flushed, deadlineMs)
  }

  saveSync(batches: Iterable<readonly ReadableSpan[]>): void {
    for (const batch of this.#open) this.#settle(batch, 'an exporter was still busy when the process ended')
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
    for (const { spans } of this.#open) queued += spans
    return { delivered: this.#delivered, spooled: 0, dropped: this.#dropped, queued, recovered: 0 }
  }

  async #export(batch: Batch, spans: readonly ReadableSpan[]): Promise<void> {
    const answer = this.#guard(
      () =>
        new Promise<void>((resolve) => {
          this.#options.exporter.export([...spans], ({ code }) => {
            this.#settle(batch, code === 0 ? undefined : 'the exporter failed')
            resolve()
          })
        }),
    )
    await settlesWithin(answer, this.#options.exportTimeoutMs)
    this.#settle(batch, 'the exporter did not answer in time')
  }

  #settle(batch: Batch, failure: string | undefined): void {
    if (!batch.open) return
    batch.open = false
    this.#open.delete(batch)
    if (failure === undefined) {
      this.#delivered += batch.spans
      return
    }
    this.#dropped += batch.spans
    this.#options.report(`dropped: ${failure}`)
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.report(
        `the exporter threw: ${error instanceof Error ? error.message : 'no error object'}`,
      )
    }
  }
}
