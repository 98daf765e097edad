import type { Accounting } from './accounting.ts'
import type { ClaimedSegment } from './claimed-segment.ts'
import type { Entry } from './item-queue.ts'
import { outboxItemBytes } from './outbox-item.ts'
import type { OutboxItem } from './outbox-item.ts'
import type { Spool } from './spool.ts'

/** Brings spooled items back, one segment at a time and oldest first. */
export interface Replay {
  /** Whether spooled items may still be waiting for this process. */
  isPending(): boolean
  /** Lets the next call of `next` look into the spool again. */
  rescan(): void
  /** Hands out the next entries: as many as `take` says of those that are left. */
  next(take: (entries: readonly Entry[]) => number): readonly Entry[] | undefined
  /** Whether an entry is one of those handed out last. */
  owns(entry: Entry): boolean
  /** Renews the claim; false when another process has taken the entries over, which are then gone. */
  touch(): boolean
  /** Records that this many of the entries handed out last, the first ones, are settled. */
  advance(count: number): void
  /** Moves what is left of the entries handed out last behind everything else and gives the segment back. */
  setBack(): void
  /** Gives everything that is not settled back to the spool. */
  release(): void
}

/** Creates the replay of one outbox. */
export function createReplay(
  spool: Spool,
  accounting: Accounting,
  unitsOf: (item: OutboxItem) => number,
): Replay {
  return new SegmentReplay(spool, accounting, unitsOf)
}

class SegmentReplay implements Replay {
  readonly #spool: Spool
  readonly #accounting: Accounting
  readonly #unitsOf: (item: OutboxItem) => number
  #scanWanted = true
  #segment: ClaimedSegment | undefined
  #entries: readonly Entry[] = []
  /** Entries before it are settled. */
  #position = 0
  /** Entries from the position to here are handed out. */
  #end = 0

  constructor(spool: Spool, accounting: Accounting, unitsOf: (item: OutboxItem) => number) {
    this.#unitsOf = unitsOf
    this.#spool = spool
    this.#accounting = accounting
  }

  isPending(): boolean {
    return this.#scanWanted || this.#segment !== undefined
  }

  rescan(): void {
    this.#scanWanted = true
  }

  next(take: (entries: readonly Entry[]) => number): readonly Entry[] | undefined {
    for (;;) {
      const left = this.#entries.slice(this.#position)
      if (left.length > 0) {
        this.#end = this.#position + take(left)
        return this.#handedOut()
      }
      this.#segment?.finish()
      this.#forget()
      const segment = this.#scanWanted ? this.#spool.claim() : undefined
      this.#scanWanted = segment !== undefined
      if (segment === undefined) return undefined
      this.#load(segment)
    }
  }

  owns(entry: Entry): boolean {
    return this.#handedOut().includes(entry)
  }

  touch(): boolean {
    if (this.#segment?.touch() !== false) return true
    this.#abandon()
    return false
  }

  advance(count: number): void {
    this.#position += count
    if (this.#segment?.advance(count) === false) this.#abandon()
  }

  setBack(): void {
    for (const entry of this.#handedOut()) {
      if (entry.state === 'gone' || !this.#spool.rewrite(entry)) break
      this.#accounting.move('queued', 'spooled')
      entry.state = 'gone'
      this.#segment?.advance()
    }
    this.release()
  }

  release(): void {
    const left = this.#entries.filter((entry) => entry.state !== 'gone').length
    if (left > 0) this.#segment?.release(left)
    else this.#segment?.finish()
    this.#scanWanted = false
    this.#abandon()
  }

  #load(segment: ClaimedSegment): void {
    this.#segment = segment
    const count = segment.items.length
    const ownCount = Math.min(segment.heldBefore, count)
    const lost = segment.heldBefore - ownCount
    this.#accounting.move('spooled', 'queued', ownCount)
    this.#accounting.recover(count - ownCount)
    if (lost > 0) {
      this.#accounting.move('spooled', 'dropped', lost)
      this.#accounting.report({ kind: 'dropped', reason: 'spool_damaged', count: lost })
    }
    this.#entries = segment.items.map(({ item, enqueuedAtMs }) => ({
      item,
      enqueuedAtMs,
      bytes: outboxItemBytes(item),
      units: this.#unitsOf(item),
      ticket: 0,
      triedBefore: segment.triedBefore,
      state: 'queued',
    }))
  }

  /** Leaves the entries that are not settled to the spool, or to the process that has them now. */
  #abandon(): void {
    for (const entry of this.#entries) {
      if (entry.state === 'gone') continue
      this.#accounting.move(entry.state, 'spooled')
      entry.state = 'gone'
    }
    this.#forget()
  }

  #handedOut(): readonly Entry[] {
    return this.#entries.slice(this.#position, this.#end)
  }

  #forget(): void {
    this.#segment = undefined
    this.#entries = []
    this.#position = 0
    this.#end = 0
  }
}
