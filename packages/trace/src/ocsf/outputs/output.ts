import type { OcsfEvent } from '../ocsf-event.ts'

/** Where events are that were handed to an output; `taken` is the sum of the four that follow it. */
export interface OutputCounts {
  readonly taken: number
  readonly delivered: number
  readonly spooled: number
  readonly dropped: number
  readonly queued: number
  /** Events of earlier processes, delivered from the spool by this one. */
  readonly recovered: number
}

/** Takes rendered events and delivers them; no member throws. */
export interface Output {
  /** Takes one event, given as a line of JSON and as the object it shows. */
  take(line: string, event: OcsfEvent): void
  flush(deadlineMs: number): Promise<void>
  /** Saves what is left before it returns, as the process ends. */
  saveSync(): void
  close(deadlineMs: number): Promise<void>
  counts(): OutputCounts
}
