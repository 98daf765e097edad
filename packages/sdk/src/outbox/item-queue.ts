import type { OutboxItem } from './outbox-item.ts'

/** An item on its way through an outbox. */
export interface Entry {
  readonly item: OutboxItem
  readonly enqueuedAtMs: number
  readonly bytes: number
  /** Position among the entries of its outbox. */
  readonly ticket: number
  /** Whether this process has set the entry back before, so that one more attempt must do. */
  readonly triedBefore: boolean
  /** `gone` once the entry is settled or written to the spool. */
  state: 'queued' | 'inFlight' | 'gone'
}

/** A first-in first-out queue that knows its size in bytes. */
export interface ItemQueue {
  readonly bytes: number
  push(entry: Entry): void
  shift(): Entry | undefined
  first(): Entry | undefined
  /** Empties the queue. */
  drain(): readonly Entry[]
}

const COMPACT_AT = 1024

/** Creates an empty queue. */
export function createItemQueue(): ItemQueue {
  let entries: (Entry | undefined)[] = []
  let head = 0
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    push(entry) {
      entries.push(entry)
      bytes += entry.bytes
    },
    shift() {
      const entry = entries[head]
      if (entry === undefined) return undefined
      entries[head] = undefined
      head += 1
      bytes -= entry.bytes
      if (head === entries.length || head >= Math.max(COMPACT_AT, entries.length / 2)) {
        entries = entries.slice(head)
        head = 0
      }
      return entry
    },
    first: () => entries[head],
    drain() {
      const rest = entries.slice(head).filter((entry) => entry !== undefined)
      entries = []
      head = 0
      bytes = 0
      return rest
    },
  }
}
