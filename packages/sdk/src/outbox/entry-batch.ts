import type { Entry } from './item-queue.ts'
import type { OutboxBatching } from './outbox-options.ts'

/** Longest time that a receiver can hold an outbox back. */
const MAX_RETRY_AFTER_MS = 3_600_000

/** Whether an entry is settled, or in the spool. */
export function isGone(entry: Entry): boolean {
  return entry.state === 'gone'
}

/** How many of the first entries go together. */
export function batchLength(entries: Iterable<Entry>, batching: OutboxBatching | undefined): number {
  let count = 0
  let bytes = 0
  let units = 0
  for (const entry of entries) {
    bytes += entry.bytes
    units += entry.units
    const fits = bytes <= (batching?.maxBytes ?? 0) && units <= (batching?.maxUnits ?? 0)
    if (count > 0 && (!fits || entry.triedBefore)) break
    count += 1
    if (batching === undefined || entry.triedBefore) break
  }
  return count
}

/** Takes entries that are settled out of the segments they are in. */
export function settleSegments(batch: readonly Entry[]): void {
  for (const segment of new Set(batch.map((entry) => entry.segment)))
    segment?.settle(batch.filter((entry) => entry.segment === segment).length)
}

/** The time a receiver asks for, where it makes sense. */
export function boundedRetryAfter(ms: number | undefined): number | undefined {
  return ms === undefined || !(ms >= 0) ? undefined : Math.min(ms, MAX_RETRY_AFTER_MS)
}
