import type { AgentRun } from '@agent-run/types'
import fc from 'fast-check'
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { deniedRun, exampleRun } from '../../testing/example-run.ts'
import { columnsOf, type RunColumns } from '../run-columns.ts'
import type { StatsBucket, StatsQuery } from '../run-store.ts'
import { countedDuration, HOUR_MS } from './run-tally.ts'
import { SqliteStore } from './sqlite-store.ts'

const T0 = Date.UTC(2026, 0, 31)
const QUARTER = HOUR_MS / 4

// quarters of an hour, so that borders often meet starts
const run = fc.record({
  quarter: fc.integer({ min: 0, max: 300 }),
  agent: fc.constantFrom('a', 'b'),
  status: fc.constantFrom('completed', 'failed'),
  durationMs: fc.option(fc.integer({ min: 0, max: 90_000 })),
  cost: fc.option(fc.constantFrom(0.25, 0.5, 4)),
  isDenied: fc.boolean(),
})
type Given = typeof run extends fc.Arbitrary<infer T> ? T : never

const query = fc.record({
  bucketMs: fc.constantFrom(QUARTER, HOUR_MS, 24 * HOUR_MS, 100 * HOUR_MS),
  since: fc.integer({ min: 0, max: 310 }).map((quarter) => T0 + quarter * QUARTER),
  until: fc.integer({ min: 0, max: 310 }).map((quarter) => T0 + quarter * QUARTER),
  agent_id: fc.constantFrom('a', 'nobody', undefined),
})

function toRun({ quarter, agent, status, durationMs, cost, isDenied }: Given, index: number): AgentRun {
  const members = {
    id: `r${index}`,
    agent_id: agent,
    status,
    started_at: new Date(T0 + quarter * QUARTER).toISOString(),
    duration_ms: durationMs,
    cost: { input_tokens: 1, output_tokens: index, ...(cost === null ? {} : { cost_usd: cost }) },
  }
  return isDenied ? deniedRun(0, members) : exampleRun(0, members)
}

function bucketOf(start: number, runs: readonly RunColumns[]): StatsBucket {
  const timed = runs.flatMap(({ duration_ms: ms }) => (ms === null ? [] : [countedDuration(ms)]))
  const sorted = timed.toSorted((one, other) => one - other)
  const priced = runs.flatMap(({ cost_usd: cost }) => (cost === null ? [] : [cost]))
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
  return {
    start,
    runs: runs.length,
    failed: runs.filter(({ status }) => status === 'failed').length,
    denials: sum(runs.map(({ denials }) => denials)),
    tokens: sum(runs.map(({ tokens }) => tokens)),
    cost_usd: priced.length === 0 ? null : sum(priced),
    p50_ms: sorted[Math.ceil(sorted.length * 0.5) - 1] ?? null,
    p95_ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null,
  }
}

function expected(runs: readonly AgentRun[], asked: StatsQuery): readonly StatsBucket[] {
  const buckets = new Map<number, RunColumns[]>()
  for (const columns of runs.map(columnsOf)) {
    const { started_at: at, agent_id: agent } = columns
    if (at < asked.since || at >= asked.until || (asked.agent_id ?? agent) !== agent) continue
    const start = Math.floor(at / asked.bucketMs) * asked.bucketMs
    buckets.set(start, [...(buckets.get(start) ?? []), columns])
  }
  return [...buckets].sort(([one], [other]) => one - other).map(([start, found]) => bucketOf(start, found))
}

describe('sums of runs', () => {
  test('come to what the runs themselves come to, after changes and after old ones are forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.array(run, { minLength: 1, maxLength: 40 }), fc.array(run, { maxLength: 10 })),
        fc.array(query, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -1, max: 200 }),
        async ([made, changes], queries, quarter) => {
          const store = new SqliteStore({ path: ':memory:' })
          const before = T0 + quarter * QUARTER
          const runs = made.map(toRun)
          await store.create(runs)
          for (const [index, change] of changes.slice(0, runs.length).entries())
            runs[index] =
              (await store.update(`r${index}`, () => toRun(change, index))) ?? toRun(change, index)
          for (const asked of queries) deepEqual(await store.stats(asked), expected(runs, asked))
          const left = runs.filter(({ started_at: time }) => Date.parse(time) >= before)
          equal(await store.prune(before), runs.length - left.length)
          for (const asked of queries) deepEqual(await store.stats(asked), expected(left, asked))
          await store.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  test('count durations rounded up to three digits', () => {
    deepEqual(
      [0, 7, 999, 1_000, 1_001, 1_234, 9_999, 123_456].map(countedDuration),
      [0, 7, 999, 1_000, 1_010, 1_240, 10_000, 124_000],
    )
  })
})
