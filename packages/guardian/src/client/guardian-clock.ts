/** The time a client lives by. */
export interface GuardianClock {
  /** Milliseconds that never jump. */
  now(): number
  /** Milliseconds since the epoch, for what is told to others. */
  date(): number
  /** Calls back once after a delay and returns how to cancel it. */
  schedule(callback: () => void, delayMs: number): () => void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real time. */
export const systemClock: GuardianClock = {
  now: () => performance.now(),
  date: () => Date.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
