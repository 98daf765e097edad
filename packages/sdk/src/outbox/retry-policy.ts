/** How often and how long an undelivered item is tried again before it moves to the spool. */
export interface RetryPolicy {
  /** Time since the first attempt after which the item moves to the spool. */
  readonly maxElapsedMs: number
  /** Wait after the first failure; it doubles with each further one. */
  readonly baseMs: number
  /** Longest wait the policy chooses itself; a receiver's `retryAfterMs` may be longer. */
  readonly maxMs: number
  /** Share of each wait that is random, 0 to 1. */
  readonly jitter: number
}

/** What has happened to an item so far. */
export interface RetryState {
  /** Attempts made, at least 1. */
  readonly attempts: number
  readonly elapsedMs: number
  readonly retryAfterMs?: number | undefined
}

/** Survives an outage of five minutes in memory. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxElapsedMs: 300_000,
  baseMs: 500,
  maxMs: 30_000,
  jitter: 0.2,
}

/** Returns the wait before the next attempt, or `undefined` when the item's time is used up. */
export function nextRetryDelay(
  policy: RetryPolicy,
  state: RetryState,
  random: () => number,
): number | undefined {
  const remaining = policy.maxElapsedMs - state.elapsedMs
  if (remaining <= 0) return undefined
  const { retryAfterMs } = state
  if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs) && retryAfterMs >= 0) {
    return retryAfterMs <= remaining ? retryAfterMs : undefined
  }
  const backoff = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(state.attempts - 1, 52))
  return Math.min(remaining, backoff * (1 - policy.jitter * random()))
}
