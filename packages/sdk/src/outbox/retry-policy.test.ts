import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextRetryDelay } from './retry-policy.ts'

const policy = { maxElapsedMs: 10_000, baseMs: 100, maxMs: 1_000, jitter: 0 }
const half = (): number => 0.5

describe('nextRetryDelay', () => {
  test('doubles up to the longest wait', () => {
    const delays = [1, 2, 3, 4, 5, 60].map((attempts) =>
      nextRetryDelay(policy, { attempts, elapsedMs: 0 }, half),
    )
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000])
  })

  test('shortens the wait by the random share', () => {
    expect(nextRetryDelay({ ...policy, jitter: 0.2 }, { attempts: 1, elapsedMs: 0 }, half)).toBe(90)
  })

  test('follows the receiver while time is left, and ignores nonsense from it', () => {
    const after = (retryAfterMs: number): number | undefined =>
      nextRetryDelay(policy, { attempts: 1, elapsedMs: 5_000, retryAfterMs }, half)
    expect(after(3_000)).toBe(3_000)
    expect(after(0)).toBe(0)
    expect(after(5_001)).toBeUndefined()
    expect([after(-1), after(NaN), after(Infinity)]).toEqual([100, 100, 100])
  })

  test('never waits past the end and gives up there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(20_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, elapsedMs, random) => {
          const delay = nextRetryDelay({ ...policy, jitter: 1 }, { attempts, elapsedMs }, () => random)
          expect(delay === undefined).toBe(elapsedMs >= policy.maxElapsedMs)
          expect(Math.min(elapsedMs, policy.maxElapsedMs) + (delay ?? 0)).toBeLessThanOrEqual(
            policy.maxElapsedMs,
          )
        },
      ),
    )
  })
})
