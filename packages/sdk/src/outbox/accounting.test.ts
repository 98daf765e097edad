import { mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createOutboxBench,
  DELIVERED,
  item,
  ManualClock,
  never,
  RETRY,
} from '../../../../test/support/outbox-bench.ts'
import type { OutboxBench } from '../../../../test/support/outbox-bench.ts'
import type { OutboxStats } from './accounting.ts'
import type { Deliver, DeliveryResult } from './outbox-item.ts'
import type { OutboxBatching, OutboxOptions } from './outbox-options.ts'
import type { FlushResult, Outbox } from './outbox.ts'

let bench: OutboxBench
beforeEach(() => {
  bench = createOutboxBench()
})
afterEach(() => bench.remove())

function expectBalanced(stats: OutboxStats): void {
  const { delivered, rejected, dropped, expired, spooled, queued, inFlight, accepted } = stats
  const parts = [delivered, rejected, dropped, expired, spooled, queued, inFlight]
  expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
  expect(parts.reduce((sum, count) => sum + count, 0)).toBe(accepted)
}

describe('accounting', () => {
  type Step =
    | { readonly do: 'enqueue'; readonly bytes: number }
    | { readonly do: 'advance'; readonly ms: number }
    | { readonly do: 'flush' | 'close'; readonly ms: number }
    | { readonly do: 'spoolSync'; readonly extra: number }
    | { readonly do: 'restart' }
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('enqueue' as const), bytes: fc.nat(400) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(3000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'close' as const), ms: fc.nat(500) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('spoolSync' as const), extra: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  )
  const anyAnswer = fc.constantFrom<DeliveryResult | 'throw' | 'hang'>(
    DELIVERED,
    DELIVERED,
    RETRY,
    { status: 'retry', reason: '429', retryAfterMs: 800 },
    { status: 'rejected', reason: 'bad' },
    { status: 'too_large', reason: '413' },
    'throw',
    'hang',
  )

  const batching: OutboxBatching = {
    maxBytes: 900,
    maxUnits: 4,
    unitsOf: () => 1,
    maxWaitMs: 300,
    join: (items) => ({ ...item(items.map(({ id }) => id).join('+')) }),
  }

  const variants: readonly (readonly [string, Partial<OutboxOptions>])[] = [
    ['sent one by one', {}],
    ['sent together', { batching }],
    ['written ahead', { writeAhead: true }],
    ['written ahead and sent together', { writeAhead: true, batching }],
  ]

  test.for(variants)(
    'balances after every step, and every item ends delivered or counted, %s',
    { timeout: 60_000 },
    async ([, options]) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyStep, { maxLength: 30 }),
          fc.array(anyAnswer, { maxLength: 40 }),
          async (steps, answers) => {
            const clock = new ManualClock()
            const directory = mkdtempSync(join(bench.base, 'run-'))
            const delivered = new Set<string>()
            const script = [...answers]
            const deliver: Deliver = async ({ id }) => {
              const answer = script.shift() ?? DELIVERED
              if (answer === 'throw') throw new Error('down')
              if (answer === 'hang') return never()
              if (answer.status === 'delivered') for (const part of id.split('+')) delivered.add(part)
              return answer
            }
            const start = (): Outbox =>
              bench.open(deliver, {
                clock,
                directory,
                maxQueueBytes: 1500,
                maxSpoolBytes: 3000,
                attemptTimeoutMs: 1000,
                retry: { maxElapsedMs: 2000 },
                ...options,
              })
            let outbox = start()
            const past: Outbox[] = []
            const waiting: Promise<FlushResult>[] = []
            let offered = 0
            for (const step of steps) {
              if (step.do === 'enqueue') outbox.enqueue(item(`${(offered += 1)}`, step.bytes))
              else if (step.do === 'advance') await clock.advance(step.ms)
              else if (step.do === 'flush' || step.do === 'close') waiting.push(outbox[step.do](step.ms))
              else if (step.do === 'spoolSync')
                outbox.spoolSync(Array.from({ length: step.extra }, () => item(`${(offered += 1)}`)))
              else {
                past.push(outbox)
                waiting.push(outbox.close(0))
                await clock.advance(0)
                outbox = start()
              }
              for (const each of [...past, outbox]) expectBalanced(each.stats())
            }
            script.length = 0
            waiting.push(outbox.close(0))
            // past the longest deadline of a close that is still under way
            await clock.advance(600)
            const last = start()
            waiting.push(last.flush(60_000))
            await clock.advance(60_000)
            await Promise.all(waiting)
            const all = [...past, outbox, last].map((each) => each.stats())
            for (const stats of all) expectBalanced(stats)
            const sum = (pick: (stats: OutboxStats) => number): number =>
              all.reduce((total, stats) => total + pick(stats), 0)
            expect(sum((stats) => stats.accepted - stats.recovered)).toBe(offered)
            const counted = sum((stats) => stats.rejected + stats.dropped + stats.expired)
            expect(delivered.size + counted).toBeGreaterThanOrEqual(offered)
            expect(sum((stats) => stats.delivered) + counted).toBe(offered)
            expect(readdirSync(directory)).toEqual([])
          },
        ),
        { numRuns: 60 },
      )
    },
  )
})
