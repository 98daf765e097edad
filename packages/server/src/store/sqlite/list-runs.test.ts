import type { AgentRun } from '@agent-run/types'
import fc from 'fast-check'
import { deepEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { deniedRun, exampleRun } from '../../testing/example-run.ts'
import { columnsOf } from '../run-columns.ts'
import type { RunQuery } from '../run-store.ts'
import { SqliteStore } from './sqlite-store.ts'

const STATUSES = ['running', 'completed', 'failed'] as const
const WORDS = [
  'nightly',
  'night',
  'Zürich',
  'donaudampfschifffahrt',
  'donaudampfschifffahrer',
  'x',
  '7',
] as const
const AGENTS = ['a', 'a b', 'an agent with a name of more than forty letters', '·a', '"'] as const

// moments are few, so that many runs share one
const run = fc.record({
  at: fc.integer({ min: 0, max: 20 }),
  agent: fc.constantFrom(...AGENTS),
  status: fc.constantFrom(...STATUSES),
  tags: fc.subarray([...WORDS]),
  isDenied: fc.boolean(),
})

const query = fc.record(
  {
    agent_id: fc.constantFrom(...AGENTS, 'nobody'),
    status: fc.constantFrom(...STATUSES),
    denied: fc.boolean(),
    model: fc.constantFrom('model-1', 'model-2'),
    since: fc.integer({ min: -1, max: 21 }).map(momentOf),
    until: fc.integer({ min: -1, max: 21 }).map(momentOf),
    text: fc.constantFrom(
      'nig',
      'NIGHTLY',
      'zurich',
      'züri x',
      'donaudampfschifffahr',
      'donaudampfschifffahrt',
      '7 x',
      '"*',
    ),
  },
  { requiredKeys: [] },
)
const part = fc.record({ limit: fc.integer({ min: 1, max: 12 }), offset: fc.integer({ min: 0, max: 12 }) })

function momentOf(at: number): number {
  return Date.parse(exampleRun(at).started_at)
}

function toRun(
  { at, agent, status, tags, isDenied }: typeof run extends fc.Arbitrary<infer T> ? T : never,
  index: number,
): AgentRun {
  const members = { id: `r${index}`, agent_id: agent, agent_name: 'Agent', status, tags }
  return isDenied ? deniedRun(at, members) : exampleRun(at, members)
}

const plain = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')

function isFound(one: AgentRun, asked: Partial<RunQuery>): boolean {
  const columns = columnsOf(one)
  const has = plain(columns.words).split(/[^\p{L}\p{N}]+/u)
  const wanted = plain(asked.text ?? '').match(/[\p{L}\p{N}]+/gu) ?? []
  return (
    (asked.agent_id === undefined || one.agent_id === asked.agent_id) &&
    (asked.status === undefined || one.status === asked.status) &&
    (asked.model === undefined || one.model === asked.model) &&
    (asked.denied === undefined || asked.denied === columns.denials > 0) &&
    (asked.since === undefined || columns.started_at >= asked.since) &&
    (asked.until === undefined || columns.started_at < asked.until) &&
    wanted.every((word) => has.some((other) => other.startsWith(word)))
  )
}

test('finds what a look at each run finds, page by page, also after runs have changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 30 }),
      fc.array(run, { maxLength: 10 }),
      fc.array(fc.tuple(query, part), { minLength: 1, maxLength: 10 }),
      async (made, changes, queries) => {
        await using store = new DisposedStore({ path: ':memory:' })
        const runs = made.map(toRun)
        await store.create(runs)
        for (const [index, change] of changes.slice(0, runs.length).entries())
          runs[index] = (await store.update(`r${index}`, () => toRun(change, index))) ?? toRun(change, index)
        for (const [asked, { limit, offset }] of queries) {
          const found = runs.filter((one) => isFound(one, asked))
          const { runs: listed, total } = await store.list({ ...asked, limit, offset })
          deepEqual(
            [listed.length, total],
            [Math.max(0, Math.min(limit, found.length - offset)), found.length],
          )
          const times = found
            .map(({ started_at: time }) => time)
            .toSorted()
            .toReversed()
          deepEqual(
            listed.map(({ started_at: time }) => time),
            times.slice(offset, offset + limit),
          )
          const all = (await store.list({ ...asked, limit: 100, offset: 0 })).runs.map(({ id }) => id)
          deepEqual(all.toSorted(), found.map(({ id }) => id).toSorted())
          deepEqual(
            listed.map(({ id }) => id),
            all.slice(offset, offset + limit),
          )
        }
      },
    ),
    { numRuns: 60 },
  )
})

class DisposedStore extends SqliteStore {
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

test('counts up to 10,000 that match, wherever the page is, and all of them where nothing is asked', async () => {
  const store = new SqliteStore({ path: ':memory:' })
  const one = exampleRun(0)
  const more = (status: AgentRun['status'], count: number): readonly AgentRun[] =>
    Array.from({ length: count }, (_, at) => ({ ...one, id: `${status}-${at}`, status }))
  await store.create([...more('completed', 10_000), ...more('failed', 10_003)])
  const told = async (asked: Partial<RunQuery>): Promise<readonly unknown[]> => {
    const {
      runs,
      total,
      total_is_at_least: isMore = false,
    } = await store.list({ limit: 2, offset: 0, ...asked })
    return [runs.length, total, isMore]
  }
  const listed = (of: number, offset: number): number => Math.max(0, Math.min(2, of - offset))
  for (const offset of [0, 9_998, 9_999, 10_000, 10_001])
    deepEqual(await told({ status: 'completed', offset }), [listed(10_000, offset), 10_000, false])
  for (const offset of [0, 9_999, 10_001, 10_002, 10_003])
    deepEqual(await told({ status: 'failed', offset }), [listed(10_003, offset), 10_000, true])
  for (const offset of [0, 20_002, 20_003])
    deepEqual(await told({ offset }), [listed(20_003, offset), 20_003, false])
  deepEqual(await told({ text: 'nobody', offset: 20_000 }), [0, 0, false])
  await store.close()
})
