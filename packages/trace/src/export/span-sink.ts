import type { ReadableSpan } from '../otel/span-types.ts'

/** Where spans are that left the queue. */
export interface SinkCounts {
  readonly delivered: number
  readonly spooled: number
  readonly dropped: number
  readonly queued: number
  /** Spans of earlier processes that were delivered from the spool. */
  readonly recovered: number
}

/** Takes batches of ended spans to where they belong; no method throws or rejects. */
export interface SpanSink {
  /** Whether the sink can take another batch; `onRoom` is called when that may have changed. */
  hasRoom(): boolean
  onRoom(listener: () => void): void
  send(spans: readonly ReadableSpan[]): void
  /** Waits until everything sent is settled, at most until the deadline. */
  flush(deadlineMs: number): Promise<void>
  /** Saves what was sent and the given batches before it returns; what cannot be saved counts as dropped. */
  saveSync(batches: Iterable<readonly ReadableSpan[]>): void
  /** Flushes, saves what is left and takes no more. */
  close(deadlineMs: number): Promise<void>
  counts(): SinkCounts
}
