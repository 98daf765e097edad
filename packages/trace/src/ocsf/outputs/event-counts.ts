import type { OutboxItem, Outcome } from '@aos/sdk/outbox'
import { eventsIn } from './event-items.ts'
import type { OutputCounts } from './output.ts'

/** Counts the events of items, of which some are of earlier processes. */
export class EventCounts {
  /** Items of this process that are not settled, and whether they are in the spool. */
  readonly #open = new Map<string, { spooled: boolean }>()
  #queued = 0
  #spooled = 0
  #delivered = 0
  #dropped = 0
  #recovered = 0

  /** An item of this process is handed over. */
  add(item: OutboxItem): void {
    this.#open.set(item.id, { spooled: false })
    this.#queued += eventsIn(item)
  }

  /** Items take the place of one. */
  divide(item: OutboxItem, parts: readonly OutboxItem[]): void {
    const open = this.#open.get(item.id)
    if (open === undefined || parts.length === 0) return
    this.#open.delete(item.id)
    for (const part of parts) this.#open.set(part.id, { ...open })
  }

  settle(items: readonly OutboxItem[], outcome: Outcome): void {
    for (const item of items) {
      const events = eventsIn(item)
      const open = this.#open.get(item.id)
      if (outcome === 'spooled') {
        if (open?.spooled === false) this.#spool(open, events)
        continue
      }
      if (open === undefined) this.#recovered += events
      else if (open.spooled) this.#spooled -= events
      else this.#queued -= events
      this.#open.delete(item.id)
      if (outcome === 'delivered') this.#delivered += events
      else this.#dropped += events
    }
  }

  /** Where the events are that were handed over. */
  get(): Omit<OutputCounts, 'taken'> {
    return {
      delivered: this.#delivered,
      spooled: this.#spooled,
      dropped: this.#dropped,
      queued: this.#queued,
      recovered: this.#recovered,
    }
  }

  #spool(open: { spooled: boolean }, events: number): void {
    open.spooled = true
    this.#queued -= events
    this.#spooled += events
  }
}
