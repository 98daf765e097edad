import type { LossReport } from '../../export/loss-report.ts'
import { settlesWithin } from '../../export/with-deadline.ts'
import type { OcsfEvent } from '../ocsf-event.ts'
import { withoutUndefined } from '../values.ts'
import type { Output, OutputCounts } from './output.ts'

interface Waiting {
  readonly event: OcsfEvent
  readonly bytes: number
}

/** Hands events to a function, one at a time; while it takes its time they wait, within a bound, the newest dropped. */
export class EmitOutput implements Output {
  readonly #emit: (event: OcsfEvent) => unknown
  readonly #maxBytes: number
  readonly #report: LossReport
  #waiting: Waiting[] = []
  #bytes = 0
  #busy: Promise<void> | undefined
  #taken = 0
  #delivered = 0
  #dropped = 0
  #closed = false

  constructor(emit: (event: OcsfEvent) => unknown, maxBytes: number, report: LossReport) {
    this.#emit = emit
    this.#maxBytes = maxBytes
    this.#report = report
  }

  take(line: string, made: OcsfEvent): void {
    this.#taken += 1
    const event = withoutUndefined(made)
    const bytes = line.length
    if (this.#closed) return this.#drop(1, 'the logger is closed')
    if (this.#busy === undefined) return this.#call(event)
    if (this.#bytes + bytes > this.#maxBytes) return this.#drop(1, 'emit() is too slow')
    this.#waiting.push({ event: event, bytes })
    this.#bytes += bytes
  }

  async flush(deadlineMs: number): Promise<void> {
    if (this.#busy !== undefined) await settlesWithin(this.#busy, deadlineMs)
  }

  saveSync(): void {
    const left = this.#waiting.length
    this.#waiting = []
    this.#bytes = 0
    if (left > 0) this.#drop(left, 'emit() was still busy when the process ended')
  }

  async close(deadlineMs: number): Promise<void> {
    await this.flush(deadlineMs)
    this.#closed = true
    this.saveSync()
  }

  counts(): OutputCounts {
    const queued = this.#taken - this.#delivered - this.#dropped
    return {
      taken: this.#taken,
      delivered: this.#delivered,
      spooled: 0,
      dropped: this.#dropped,
      queued,
      recovered: 0,
    }
  }

  #call(event: OcsfEvent): void {
    try {
      const answer = this.#emit(event)
      if (!isThenable(answer)) {
        this.#delivered += 1
        return
      }
      this.#busy = this.#drain(answer)
    } catch {
      this.#drop(1, 'emit() threw')
    }
  }

  /** Waits for an answer, then hands out what has gathered meanwhile. */
  async #drain(first: PromiseLike<unknown>): Promise<void> {
    await this.#settle(first)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#bytes -= next.bytes
      await this.#settle(this.#answer(next.event))
    }
    this.#busy = undefined
  }

  async #answer(event: OcsfEvent): Promise<unknown> {
    return this.#emit(event)
  }

  async #settle(answer: PromiseLike<unknown>): Promise<void> {
    try {
      await answer
      this.#delivered += 1
    } catch {
      this.#drop(1, 'emit() failed')
    }
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count
    this.#report(`dropped: ${reason}`)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
