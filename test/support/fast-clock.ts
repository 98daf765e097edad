import type { OutboxClock } from '@aos/sdk/outbox'

/** Creates a clock on which time passes faster than in reality, so that an outage of minutes takes a test seconds. */
export function createFastClock(speed: number): OutboxClock {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * speed,
    schedule(callback, delayMs, keepAlive) {
      const timer = setTimeout(callback, delayMs / speed)
      if (!keepAlive) timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
