import type { Accounting } from './accounting.ts'
import type { ClaimedSegment } from './claimed-segment.ts'
import type { Entry } from './item-queue.ts'
import { outboxItemBytes } from './outbox-item.ts'
import type { Spool } from './spool.ts'

/** Brings spooled items back, one segment at a time and oldest first. */
export interface Replay {
  /** Whether spooled items may still be waiting for this process. */
  isPending(): boolean
  /** Lets the next call of `next` look into the spool again. */
  rescan(): void
  next(): Entry | undefined
  /** Whether an entry came from the spool. */
  owns(entry: Entry): boolean
  /** Renews the claim; false when another process has taken the entry over, which is then gone. */
  touch(): boolean
  /** Records that the entry handed out last is settled. */
  advance(): void
  /** Moves the entry handed out last behind the others of its segment and gives the segment back. */
  setBack(): void
  /** Gives everything that is not settled back to the spool. */
  release(): void
}

/** Creates the replay of one outbox. */
export function createReplay(spool: Spool, accounting: Accounting): Replay {
  return new SegmentReplay(spool, accounting)
}

class SegmentReplay implements Replay {
  readonly #spool: Spool
  readonly #accounting: Accounting
  #scanWanted = true
  #segment: ClaimedSegment | undefined
  #entries: readonly Entry[] = []
  #position = 0

  constructor(spool: Spool, accounting: Accounting) {
    this.#spool = spool
    this.#accounting = accounting
  }

  isPending(): boolean {
    return this.#scanWanted || this.#segment !== undefined
  }

  rescan(): void {
    this.#scanWanted = true
  }

  next(): Entry | undefined {
    for (;;) {
      const entry = this.#entries[this.#position]
      if (entry !== undefined) {
        this.#position += 1
        return entry
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
    return this.#position > 0 && this.#entries[this.#position - 1] === entry
  }

  touch(): boolean {
    if (this.#segment?.touch() !== false) return true
    this.#abandon(this.#position - 1)
    return false
  }

  advance(): void {
    if (this.#segment?.advance() === false) this.#abandon(this.#position)
  }

  setBack(): void {
    const entry = this.#entries[this.#position - 1]
    const isLast = this.#position === this.#entries.length
    if (entry !== undefined && !isLast && this.#spool.rewrite(entry)) {
      this.#accounting.move('queued', 'spooled')
      entry.state = 'gone'
      this.#segment?.advance()
    }
    this.release()
  }

  release(): void {
    this.#segment?.release(this.#entries.filter((entry) => entry.state !== 'gone').length)
    this.#scanWanted = false
    this.#abandon(this.#position - 1)
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
      ticket: 0,
      triedBefore: segment.heldBefore > 0,
      state: 'queued',
    }))
  }

  /** Leaves the entries from a position on to the spool, or to the process that has them now. */
  #abandon(from: number): void {
    for (const entry of this.#entries.slice(Math.max(0, from))) {
      if (entry.state === 'gone') continue
      this.#accounting.move(entry.state, 'spooled')
      entry.state = 'gone'
    }
    this.#forget()
  }

  #forget(): void {
    this.#segment = undefined
    this.#entries = []
    this.#position = 0
  }
}
