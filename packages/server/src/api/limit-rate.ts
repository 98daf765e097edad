import type { MiddlewareHandler } from 'hono'
import type { RequestFacts } from './app-types.ts'
import { Problem } from './problem.ts'

/** How many requests a caller may make. */
export interface RateLimit {
  /** On average; at most `burst` at once. */
  readonly perSecond: number
  readonly burst: number
}

interface Bucket {
  tokens: number
  at: number
}

const MAX_CALLERS = 10_000

/** Refuses callers that ask too often, each for itself. */
export function limitRate(
  { perSecond, burst }: RateLimit,
  now: () => number,
): MiddlewareHandler<RequestFacts> {
  const buckets = new Map<string, Bucket>()
  return async (context, next) => {
    const caller = context.get('caller')
    const at = now()
    const known = buckets.get(caller)
    const bucket = known ?? { tokens: burst, at }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1_000) * perSecond)
    bucket.at = at
    // the oldest is forgotten first: whoever asks again counts as new
    buckets.delete(caller)
    buckets.set(caller, bucket)
    const [oldest] = buckets.keys()
    if (buckets.size > MAX_CALLERS && oldest !== undefined) buckets.delete(oldest)
    if (bucket.tokens < 1) {
      const retryAfter = Math.ceil((1 - bucket.tokens) / perSecond)
      throw new Problem(429, 'Too many requests', { retryAfter })
    }
    bucket.tokens -= 1
    await next()
  }
}
