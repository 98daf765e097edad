import type { OutboxItem } from './outbox-item.ts'
import type { JournalSegment } from './spool-journal.ts'

/** An item on its way through an outbox. */
export interface Entry {
  readonly item: OutboxItem
  readonly enqueuedAtMs: number
  readonly bytes: number
  /** What it counts for when items are joined. */
  readonly units: number
  /** Position among the entries of its outbox. */
  readonly ticket: number
  /** Whether this process has set the entry back before, so that one more attempt must do. */
  readonly triedBefore: boolean
  /** `gone` once the entry is settled or written to the spool. */
  state: 'queued' | 'inFlight' | 'gone'
  /** Where on disk it is as well. */
  readonly segment?: JournalSegment | undefined
}

/** A first-in first-out queue that knows its size. */
export interface ItemQueue {
  readonly bytes: number
  readonly units: number
  push(entry: Entry): void
  /** Takes the first entries out: as many as `count` says of those that wait. */
  take(count: (entries: Iterable<Entry>) => number): readonly Entry[]
  first(): Entry | undefined
  /** Takes out every entry that fulfils a condition. */
  remove(condition: (entry: Entry) => boolean): readonly Entry[]
  /** Empties the queue. */
  drain(): readonly Entry[]
}

const COMPACT_AT = 1024

/** Creates an empty queue. */
export function createItemQueue(): ItemQueue {
  let entries: (Entry | undefined)[] = []
  let head = 0
  let bytes = 0
  let units = 0
  const add = (entry: Entry, sign: 1 | -1): void => {
    bytes += sign * entry.bytes
    units += sign * entry.units
  }
  function* waiting(): Generator<Entry> {
    for (let index = head; index < entries.length; index += 1) {
      const entry = entries[index]
      if (entry !== undefined) yield entry
    }
  }
  const compact = (): void => {
    if (head < entries.length && head < Math.max(COMPACT_AT, entries.length / 2)) return
    entries = entries.slice(head)
    head = 0
  }
  return {
    get bytes() {
      return bytes
    },
    get units() {
      return units
    },
    push(entry) {
      entries.push(entry)
      add(entry, 1)
    },
    take(count) {
      const taken: Entry[] = []
      for (let left = count(waiting()); left > 0; left -= 1) {
        const entry = entries[head]
        if (entry === undefined) break
        entries[head] = undefined
        head += 1
        add(entry, -1)
        taken.push(entry)
      }
      compact()
      return taken
    },
    first: () => entries[head],
    remove(condition) {
      const removed: Entry[] = []
      const kept: Entry[] = []
      for (const entry of waiting()) (condition(entry) ? removed : kept).push(entry)
      for (const entry of removed) add(entry, -1)
      entries = kept
      head = 0
      return removed
    },
    drain() {
      return this.remove(() => true)
    },
  }
}
