import type { LossReport } from '../export/loss-report.ts'
import { BoundedQueue, type QueueBounds } from './bounded-queue.ts'
import type { TraceEvent } from './trace-event.ts'

/** What became of the events for one consumer. */
export interface ConsumerCounts {
  readonly delivered: number
  readonly dropped: number
  readonly failed: number
  readonly queued: number
}

/** Somebody who takes events from a stream. */
export interface Consumer {
  take(event: TraceEvent): void
  /** No further event comes. */
  end(): void
  counts(): ConsumerCounts
}

/** Listens to events; while a promise it has returned is pending, what comes waits. */
export type TraceListener = (event: TraceEvent) => unknown

/** Calls a listener with one event at a time. */
export class ListeningConsumer implements Consumer {
  readonly #listener: TraceListener
  readonly #queue: BoundedQueue
  readonly #report: LossReport
  #busy = false
  #delivered = 0
  #failed = 0

  constructor(listener: TraceListener, bounds: QueueBounds, report: LossReport) {
    this.#listener = listener
    this.#queue = new BoundedQueue(bounds)
    this.#report = report
  }

  take(event: TraceEvent): void {
    if (!this.#busy) return this.#call(event)
    if (!this.#queue.push(event)) this.#report('dropped: a listener is too slow')
  }

  end(): void {
    // what waits is still called with
  }

  /** Calls no more. */
  remove(): void {
    this.#queue.clear()
  }

  counts(): ConsumerCounts {
    const { size, dropped } = this.#queue
    return { delivered: this.#delivered, dropped, failed: this.#failed, queued: size }
  }

  #call(event: TraceEvent): void {
    try {
      const answer = this.#listener(event)
      if (!isThenable(answer)) {
        this.#delivered += 1
        return
      }
      this.#busy = true
      void this.#drain(answer)
    } catch {
      this.#fail()
    }
  }

  async #drain(first: PromiseLike<unknown>): Promise<void> {
    await this.#settle(first)
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift())
      await this.#settle(this.#answer(next))
    this.#busy = false
  }

  async #answer(event: TraceEvent): Promise<unknown> {
    return this.#listener(event)
  }

  async #settle(answer: PromiseLike<unknown>): Promise<void> {
    try {
      await answer
      this.#delivered += 1
    } catch {
      this.#fail()
    }
  }

  #fail(): void {
    this.#failed += 1
    this.#report('a listener failed')
  }
}

/** Hands events to a `for await` loop. */
export class IteratingConsumer implements Consumer, AsyncIterableIterator<TraceEvent, undefined> {
  readonly #queue: BoundedQueue
  readonly #report: LossReport
  readonly #onReturn: (consumer: IteratingConsumer) => void
  readonly #waiting: ((result: IteratorResult<TraceEvent, undefined>) => void)[] = []
  #ended = false
  #delivered = 0

  constructor(bounds: QueueBounds, report: LossReport, onReturn: (consumer: IteratingConsumer) => void) {
    this.#queue = new BoundedQueue(bounds)
    this.#report = report
    this.#onReturn = onReturn
  }

  take(event: TraceEvent): void {
    if (this.#ended) return
    const next = this.#waiting.shift()
    if (next !== undefined) {
      this.#delivered += 1
      return next({ done: false, value: event })
    }
    if (!this.#queue.push(event)) this.#report('dropped: a loop is too slow')
  }

  end(): void {
    this.#ended = true
    const waiting = this.#waiting.splice(0)
    for (const resolve of waiting) resolve({ done: true, value: undefined })
    if (waiting.length > 0) this.#onReturn(this)
  }

  counts(): ConsumerCounts {
    return { delivered: this.#delivered, dropped: this.#queue.dropped, failed: 0, queued: this.#queue.size }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<TraceEvent, undefined>> {
    const value = this.#queue.shift()
    if (value !== undefined) {
      this.#delivered += 1
      return Promise.resolve({ done: false, value })
    }
    if (this.#ended) {
      this.#onReturn(this)
      return Promise.resolve({ done: true, value: undefined })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<TraceEvent, undefined>> {
    this.#queue.clear()
    this.end()
    this.#onReturn(this)
    return Promise.resolve({ done: true, value: undefined })
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
