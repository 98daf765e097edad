import { diag } from '@opentelemetry/api'
import { AosError } from '../errors.ts'
import type { AosEvent, RecordReference, RunRecord, StepRecord } from './event.ts'

/** Receives every event of an instrumented agent; see DESIGN "Sinks". It never changes what the agent does. */
export interface Sink {
  readonly name: string
  /** One call in flight at a time; events are immutable and already redacted. */
  accept(event: AosEvent): void | PromiseLike<void>
  /**
   * Makes a record of a step at the moment it ends, and says where it is: on the step's span and in its `step.end` event
   * every other sink finds it. Called at once, so it is quick; what it throws is counted.
   */
  attest?(step: StepRecord, run: RunRecord): readonly RecordReference[]
  flush?(deadlineMs: number): void | PromiseLike<void>
  close?(): void | PromiseLike<void>
}

/** What became of a sink's events; `accepted + failed + dropped + queued` is what it was offered. */
export interface SinkStats {
  readonly name: string
  readonly accepted: number
  readonly failed: number
  readonly dropped: number
  readonly queued: number
}

/** Types a sink; throws `invalid_options` where `name` or `accept` is missing. */
export function defineSink<S extends Sink>(sink: S): S {
  if (typeof sink?.accept !== 'function' || typeof sink.name !== 'string' || sink.name === '') {
    throw new AosError({
      code: 'invalid_options',
      message: 'A sink needs a name and an accept function',
      fix: "Pass { name: 'my-sink', accept(event) { … } }.",
    })
  }
  return sink
}

const MAX_QUEUE_BYTES = 16 * 1024 * 1024

/** Feeds one sink from a byte-bounded queue; what does not fit is dropped, newest first, and counted. */
export class SinkQueue {
  readonly sink: Sink
  readonly #waiting: { readonly event: AosEvent; readonly bytes: number }[] = []
  readonly #reported = new Set<string>()
  readonly #idle: (() => void)[] = []
  readonly #maxBytes: number
  #bytes = 0
  #head = 0
  #inFlight = false
  #accepted = 0
  #failed = 0
  #dropped = 0

  constructor(sink: Sink, maxBytes: number = MAX_QUEUE_BYTES) {
    this.sink = sink
    this.#maxBytes = maxBytes
  }

  offer(event: AosEvent): void {
    if (!this.#inFlight && this.#pending === 0) return this.#deliver(event)
    const bytes = approximateBytes(event)
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#dropped++
      this.#report('full', `sink ${this.sink.name} is full: events are dropped and counted`)
      return
    }
    this.#bytes += bytes
    this.#waiting.push({ event, bytes })
  }

  /** What the sink has recorded of a step that ends. */
  attest(step: StepRecord, run: RunRecord): readonly RecordReference[] {
    try {
      return this.sink.attest?.(step, run) ?? []
    } catch (error) {
      this.#failed++
      this.#report('attest', `sink ${this.sink.name} failed to make a record of a step`, error)
      return []
    }
  }

  stats(): SinkStats {
    return {
      name: this.sink.name,
      accepted: this.#accepted,
      failed: this.#failed,
      dropped: this.#dropped,
      queued: this.#pending + (this.#inFlight ? 1 : 0),
    }
  }

  /** Resolves once everything offered so far has been handed over and flushed, or the deadline has passed. */
  async flush(deadlineMs: number): Promise<boolean> {
    const done = this.#drained().then(() => this.sink.flush?.(deadlineMs))
    return within(done, deadlineMs, (error) =>
      this.#report('flush', `sink ${this.sink.name} failed to flush`, error),
    )
  }

  async close(deadlineMs: number): Promise<boolean> {
    const started = performance.now()
    const flushed = await this.flush(deadlineMs)
    const closed = Promise.resolve().then(() => this.sink.close?.())
    const left = Math.max(0, deadlineMs - (performance.now() - started))
    return (
      (await within(closed, left, (error) =>
        this.#report('close', `sink ${this.sink.name} failed to close`, error),
      )) && flushed
    )
  }

  get #pending(): number {
    return this.#waiting.length - this.#head
  }

  #deliver(event: AosEvent): void {
    try {
      const pending = this.sink.accept(event)
      if (pending === undefined || typeof pending.then !== 'function') {
        this.#accepted++
        return
      }
      this.#inFlight = true
      pending.then(
        () => this.#settle(() => this.#accepted++),
        (error: unknown) => this.#settle(() => this.#fail(error)),
      )
    } catch (error) {
      this.#inFlight = false
      this.#fail(error)
    }
  }

  #settle(count: () => void): void {
    count()
    this.#inFlight = false
    while (!this.#inFlight && this.#pending > 0) {
      const next = this.#waiting[this.#head++]
      if (next === undefined) break
      this.#bytes -= next.bytes
      this.#deliver(next.event)
    }
    if (this.#pending === 0) {
      this.#waiting.length = 0
      this.#head = 0
    }
    if (!this.#inFlight) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #fail(error: unknown): void {
    this.#failed++
    this.#report('failed', `sink ${this.sink.name} failed to accept an event`, error)
  }

  #drained(): Promise<void> {
    return this.#inFlight ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve()
  }

  #report(kind: string, message: string, error?: unknown): void {
    if (this.#reported.has(kind)) return
    this.#reported.add(kind)
    diag.warn(`aos: ${message}`, error instanceof Error ? error.message : '')
  }
}

function within(
  work: Promise<unknown>,
  deadlineMs: number,
  onError: (error: unknown) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), deadlineMs)
    const settle = (done: boolean): void => {
      clearTimeout(timer)
      resolve(done)
    }
    work.then(
      () => settle(true),
      (error: unknown) => {
        onError(error)
        settle(false)
      },
    )
  })
}

const EVENT_OVERHEAD = 512

function approximateBytes(event: AosEvent): number {
  if (!('step' in event)) return EVENT_OVERHEAD
  const { content, name } = event.step
  const decisions = 'decision' in event ? 1 : event.step.decisions.length
  return (
    EVENT_OVERHEAD * (1 + decisions) +
    name.length +
    (content.input?.length ?? 0) +
    (content.output?.length ?? 0)
  )
}
