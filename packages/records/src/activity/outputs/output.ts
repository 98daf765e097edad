import type { AgentActivityEvent } from '../../generated/agent-activity-types.ts'

/** An event on its way out, and its one form. */
export interface OutgoingEvent {
  readonly event: AgentActivityEvent
  readonly id: string
  /** JSON on one line. */
  readonly line: string
}

/** Where an event is after it was handed over. */
export interface Taken {
  /**
   * `collected` in a dry run, `queued` in memory, `saved` on disk, `delivered` to the receiver; `lost` when it is nowhere
   * for certain.
   */
  readonly state: 'collected' | 'queued' | 'saved' | 'delivered' | 'lost'
  /** Why it is lost. */
  readonly reason?: string | undefined
}

/** Where the events are that were handed to an output. */
export interface OutputCounts {
  readonly delivered: number
  readonly spooled: number
  readonly dropped: number
  readonly queued: number
  /** Events of earlier processes that this one found in the spool. */
  readonly recovered: number
}

/** Takes events and brings them somewhere; no member throws or rejects. */
export interface ActivityOutput {
  /** Takes an event and returns at once. */
  take(outgoing: OutgoingEvent): Taken
  /** Takes an event that must not be lost, and settles when it is known whether it is safe. */
  keep(outgoing: OutgoingEvent): Promise<Taken>
  flush(deadlineMs: number): Promise<void>
  /** Saves what is left before it returns, as the process ends. */
  saveSync(): void
  close(deadlineMs: number): Promise<void>
  counts(): OutputCounts
}

/** Hears of everything that is lost, with the reason. */
export type LossReport = (reason: string) => void
