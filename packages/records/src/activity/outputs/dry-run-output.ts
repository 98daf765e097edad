import type { AgentActivityEvent } from '../../generated/agent-activity-types.ts'
import type { ActivityOutput, LossReport, OutgoingEvent, OutputCounts, Taken } from './output.ts'

const MAX_EVENTS = 10_000

/** Keeps events in memory, up to a bound, and sends nothing. */
export class DryRunOutput implements ActivityOutput {
  readonly events: AgentActivityEvent[] = []
  readonly #report: LossReport
  #dropped = 0

  constructor(report: LossReport) {
    this.#report = report
  }

  take({ event }: OutgoingEvent): Taken {
    if (this.events.length < MAX_EVENTS) {
      this.events.push(event)
      return { state: 'collected' }
    }
    const reason = `a dry run keeps ${MAX_EVENTS} events`
    this.#dropped += 1
    this.#report(reason)
    return { state: 'lost', reason }
  }

  keep(outgoing: OutgoingEvent): Promise<Taken> {
    return Promise.resolve(this.take(outgoing))
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  saveSync(): void {
    return undefined
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  counts(): OutputCounts {
    return { delivered: this.events.length, spooled: 0, dropped: this.#dropped, queued: 0, recovered: 0 }
  }
}
