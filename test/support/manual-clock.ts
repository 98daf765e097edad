interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock of tests that moves only when told; timers fire in their order. */
export class ManualClock {
  readonly #timers = new Set<Timer>()
  #now = 1000

  now(): number {
    return this.#now
  }

  date(): number {
    return Date.parse('2026-01-01T00:00:00Z') + this.#now
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that still wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets time pass without any timer having its turn, as when the event loop is blocked. */
  block(ms: number): void {
    this.#now += ms
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (let due = this.#next(until); due !== undefined; due = this.#next(until)) {
      this.#timers.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = until
  }

  #next(until: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= until)
    return due.toSorted((left, right) => left.at - right.at)[0]
  }
}
