import { settleWithin } from '../hooks/deadline.ts'

/** Work that nobody awaits, so that a flush can. */
export class BackgroundWork {
  readonly #pending = new Set<Promise<void>>()

  /** Takes up work; its failure is its own and is not reported again. */
  track(work: Promise<void>): void {
    const quiet = work.catch(() => undefined)
    this.#pending.add(quiet)
    void quiet.then(() => this.#pending.delete(quiet))
  }

  /** Resolves to false where the deadline (milliseconds) passed before everything taken up so far had settled. */
  async settle(deadlineMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true
    const outcome = await settleWithin(Promise.all(this.#pending), deadlineMs, () => undefined)
    return !outcome.timedOut
  }
}
