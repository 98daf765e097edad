const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** More minutes than an hour has, so that what is no longer told apart is old. */
const MAX_MINUTES = 120

/** Counts runs that have not ended and holds none of them, as some are left alone and never end. */
export class OpenRuns {
  /** How many there are, by the minute they began in. */
  readonly #byMinute = new Map<number, number>()
  /** How many there are of minutes before those. */
  #earlier = 0

  /** Counts a run from now on, until what it returns is called. */
  add(startedAt: number): () => void {
    const minute = Math.floor(startedAt / MINUTE_MS)
    this.#byMinute.set(minute, (this.#byMinute.get(minute) ?? 0) + 1)
    if (this.#byMinute.size > MAX_MINUTES) this.#mergeFirst()
    return () => this.#remove(minute)
  }

  /** Runs that have not ended, and of those the ones that began more than an hour ago, to the minute. */
  counts(now: number): { readonly open: number; readonly old: number } {
    let open = this.#earlier
    let old = this.#earlier
    for (const [minute, count] of this.#byMinute) {
      open += count
      if ((minute + 1) * MINUTE_MS <= now - HOUR_MS) old += count
    }
    return { open, old }
  }

  #remove(minute: number): void {
    const count = this.#byMinute.get(minute)
    if (count === undefined) this.#earlier -= 1
    else if (count > 1) this.#byMinute.set(minute, count - 1)
    else this.#byMinute.delete(minute)
  }

  #mergeFirst(): void {
    for (const [minute, count] of this.#byMinute) {
      this.#byMinute.delete(minute)
      this.#earlier += count
      return
    }
  }
}
