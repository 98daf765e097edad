/** The time an outbox lives by. */
export interface OutboxClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after a delay and returns how to cancel it; only a `keepAlive` timer holds the process open. */
  schedule(callback: () => void, delayMs: number, keepAlive: boolean): () => void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real time. */
export const systemClock: OutboxClock = {
  now: () => Date.now(),
  schedule(callback, delayMs, keepAlive) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS))
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
}
