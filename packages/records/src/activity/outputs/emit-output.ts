import type { OutboxClock } from '@aos/sdk/outbox'
import type { AgentActivityEvent } from '../../generated/agent-activity-types.ts'
import type { ActivityOutput, LossReport, OutgoingEvent, OutputCounts, Taken } from './output.ts'

/** What an {@link EmitOutput} is made from. */
export interface EmitOutputOptions {
  readonly emit: (event: AgentActivityEvent) => unknown
  /** Bound of what waits for the function, in bytes of JSON. */
  readonly maxQueueBytes: number
  /** Longest time an event that must not be lost waits for its answer. */
  readonly timeoutMs: number
  readonly clock: OutboxClock
  readonly report: LossReport
}

interface Waiting {
  readonly outgoing: OutgoingEvent
  readonly settle: (taken: Taken) => void
}

/** Hands events to a function, one at a time and in order; what does not fit while it takes its time is dropped. */
export class EmitOutput implements ActivityOutput {
  readonly #options: EmitOutputOptions
  readonly #waiting: Waiting[] = []
  readonly #idle: (() => void)[] = []
  #bytes = 0
  #busy = false
  #closed = false
  #delivered = 0
  #dropped = 0

  constructor(options: EmitOutputOptions) {
    this.#options = options
  }

  take(outgoing: OutgoingEvent): Taken {
    let settled: Taken | undefined
    this.#offer({ outgoing, settle: (taken) => void (settled = taken) })
    return settled ?? { state: 'queued' }
  }

  keep(outgoing: OutgoingEvent): Promise<Taken> {
    const { clock, timeoutMs } = this.#options
    return new Promise((resolve) => {
      const late: Taken = { state: 'lost', reason: `emit() took over ${timeoutMs} ms` }
      const cancel = clock.schedule(() => resolve(late), timeoutMs, true)
      const settle = (taken: Taken): void => {
        cancel()
        resolve(taken)
      }
      this.#offer({ outgoing, settle })
    })
  }

  flush(deadlineMs: number): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(resolve, deadlineMs, true)
      this.#idle.push(() => {
        cancel()
        resolve()
      })
    })
  }

  saveSync(): void {
    this.#bytes = 0
    for (const { settle } of this.#waiting.splice(0)) settle(this.#lose('emit() was still busy at the end'))
  }

  async close(deadlineMs: number): Promise<void> {
    await this.flush(deadlineMs)
    this.#closed = true
    this.saveSync()
  }

  counts(): OutputCounts {
    const queued = this.#waiting.length + (this.#busy ? 1 : 0)
    return { delivered: this.#delivered, spooled: 0, dropped: this.#dropped, queued, recovered: 0 }
  }

  #offer(waiting: Waiting): void {
    const bytes = waiting.outgoing.line.length
    if (this.#closed) return waiting.settle(this.#lose('the connector is closed'))
    if (!this.#busy) return this.#call(waiting)
    if (this.#bytes + bytes > this.#options.maxQueueBytes)
      return waiting.settle(this.#lose('emit() is too slow'))
    this.#bytes += bytes
    this.#waiting.push(waiting)
  }

  #call({ outgoing, settle }: Waiting): void {
    try {
      const answer = this.#options.emit(outgoing.event)
      if (!isThenable(answer)) {
        this.#delivered += 1
        return settle({ state: 'delivered' })
      }
      this.#busy = true
      answer.then(
        () => {
          this.#delivered += 1
          settle({ state: 'delivered' })
          this.#next()
        },
        () => {
          settle(this.#lose('emit() failed'))
          this.#next()
        },
      )
    } catch {
      settle(this.#lose('emit() threw'))
    }
  }

  #next(): void {
    this.#busy = false
    while (!this.#busy) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#bytes -= next.outgoing.line.length
      this.#call(next)
    }
    if (!this.#busy) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #lose(reason: string): Taken {
    this.#dropped += 1
    this.#options.report(reason)
    return { state: 'lost', reason }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
