import type { AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { createApiKey, hashKey } from '../keys/api-key.ts'
import type { RunQuery, RunStore, StatsQuery } from '../store/run-store.ts'
import { deniedRun, exampleRun } from './example-run.ts'

const ALL: RunQuery = { limit: 200, offset: 0 }

/** The cases that every store of runs passes; `open` gives an empty one. */
export function describeRunStore(name: string, open: () => Promise<RunStore>): void {
  describe(`a store of runs: ${name}`, () => {
    let store: RunStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const idsOf = async (query: Partial<RunQuery>): Promise<readonly string[]> =>
      (await store.list({ ...ALL, ...query })).runs.map(({ id }) => id)

    test('gives back what was created, once for each id, and tells same from other', async () => {
      const run = exampleRun(1)
      deepEqual(await store.create([run]), ['created'])
      deepEqual(await store.get(run.id), run)
      const turned = Object.fromEntries(Object.entries(run).toReversed()) as unknown as AgentRun
      deepEqual(await store.create([turned, { ...run, tags: ['x'] }, exampleRun(2)]), [
        'same',
        'conflict',
        'created',
      ])
      deepEqual(await store.get(run.id), run)
      equal(await store.get('nobody'), undefined)
      const third = exampleRun(3)
      deepEqual(await store.create([third, third, exampleRun(3)]), ['created', 'same', 'same'])
    })

    test('lists newest first, page by page, with how many there are', async () => {
      const runs = [3, 1, 2].map((at) => exampleRun(at))
      await store.create(runs)
      deepEqual(
        await idsOf({}),
        [3, 2, 1].map((at) => exampleRun(at).id),
      )
      const page = await store.list({ limit: 1, offset: 1 })
      deepEqual([page.runs.map(({ id }) => id), page.total], [[exampleRun(2).id], 3])
      deepEqual(await store.list({ limit: 5, offset: 10 }), { runs: [], total: 3 })
    })

    test('finds runs by each filter, and by all of them at once', async () => {
      const one = exampleRun(1, { agent_id: 'a', model: 'm1', task_id: 't', tags: ['nightly'] })
      const two = exampleRun(2, {
        agent_id: 'b',
        status: 'failed',
        outcome: 'failed',
        error: "it's 50 % off_line",
      })
      const three = deniedRun(3, { agent_id: 'a', parent_run_id: one.id })
      await store.create([one, two, three])
      const cases: readonly (readonly [Partial<RunQuery>, readonly AgentRun[]])[] = [
        [{ agent_id: 'a' }, [three, one]],
        [{ status: 'failed' }, [two]],
        [{ outcome: 'partial' }, [three]],
        [{ model: 'm1' }, [one]],
        [{ task_id: 't' }, [one]],
        [{ parent_run_id: one.id }, [three]],
        [{ since: Date.parse(two.started_at) }, [three, two]],
        [{ until: Date.parse(two.started_at) }, [one]],
        [{ denied: true }, [three]],
        [{ denied: false }, [two, one]],
        [{ text: 'NIGHT' }, [one]],
        [{ text: 'off_line 50' }, [two]],
        [{ text: '"; DROP TABLE runs; --' }, []],
        [{ text: ' ' }, [three, two, one]],
        [{ agent_id: "a' OR 1=1 --" }, []],
        [{ agent_id: 'a', denied: true, text: 'researcher', status: 'completed' }, [three]],
      ]
      for (const [query, found] of cases) {
        deepEqual(
          await idsOf(query),
          found.map(({ id }) => id),
          JSON.stringify(query),
        )
        equal((await store.list({ ...query, limit: 1, offset: 0 })).total, found.length)
      }
    })

    test('changes a run and what it is found by, and leaves it where the change fails', async () => {
      const run = exampleRun(1, { status: 'running' })
      await store.create([run])
      const after = await store.update(run.id, (known) => ({ ...known, status: 'completed', tags: ['done'] }))
      deepEqual(after, { ...run, status: 'completed', tags: ['done'] })
      deepEqual([await idsOf({ status: 'running' }), await idsOf({ text: 'done' })], [[], [run.id]])
      await rejects(
        store.update(run.id, () => {
          throw new RangeError('no')
        }),
        RangeError,
      )
      deepEqual(await store.get(run.id), after)
      equal(await store.update('nobody', (known) => known), undefined)
    })

    test('tells every change in order, from any place on', async () => {
      const [one, two] = [exampleRun(1, { status: 'running' }), exampleRun(2)]
      let told = 0
      const stop = store.onChange(() => told++)
      equal(await store.latestChange(), 0)
      await store.create([one, two])
      await store.create([two])
      await store.update(one.id, (run) => ({ ...run, tags: ['x'] }))
      await store.update(one.id, (run) => ({ ...run, status: 'completed' }))
      await store.attachEval(two.id, { pass: true, score: 90 })
      const changes = await store.changesAfter(0, 100)
      deepEqual(
        changes.map(({ type, runId }) => [type, runId === one.id ? 1 : 2]),
        [
          ['run.created', 1],
          ['run.created', 2],
          ['run.updated', 1],
          ['run.completed', 1],
          ['run.eval_attached', 2],
        ],
      )
      const [first, second] = changes
      ok(first !== undefined && second !== undefined && first.seq < second.seq)
      deepEqual(await store.changesAfter(first.seq, 1), [second])
      equal(await store.latestChange(), changes.at(-1)?.seq)
      ok(told > 0)
      stop()
    })

    test('ranks agents by what their evaluations came to', async () => {
      const scored = (
        at: number,
        [name, score, benchmark = 'b1']: readonly [string, number, string?],
      ): AgentRun =>
        exampleRun(at, {
          agent_name: name,
          eval: { pass: score >= 50, score, benchmark_id: benchmark },
        })
      await store.create([
        scored(1, ['A', 40]),
        scored(2, ['A', 80]),
        scored(3, ['B', 90]),
        scored(4, ['C', 99, 'b2']),
        exampleRun(5),
      ])
      const entries = await store.leaderboard({ limit: 10 })
      deepEqual(
        entries.map(({ agent_name: agent, avg_score: score, pass_rate: rate, run_count: count }) => [
          agent,
          score,
          rate,
          count,
        ]),
        [
          ['C', 99, 1, 1],
          ['B', 90, 1, 1],
          ['A', 60, 0.5, 2],
        ],
      )
      equal(entries[0]?.avg_cost_usd, 0.01)
      deepEqual(
        (await store.leaderboard({ benchmark_id: 'b1', limit: 1 })).map(({ agent_name: agent }) => agent),
        ['B'],
      )
      await store.attachEval(exampleRun(5).id, { pass: false, score: 0, benchmark_id: 'b2' })
      equal((await store.leaderboard({ benchmark_id: 'b2', limit: 10 })).length, 2)
      equal(await store.attachEval('nobody', { pass: true, score: 1 }), undefined)
    })

    test('sums up runs by when they started, and leaves out where there are none', async () => {
      const hour = 3_600_000
      const first = Date.parse(exampleRun(0).started_at)
      const durations = [100, 900, 300, 200]
      await store.create([
        ...durations.map((duration_ms, at) => exampleRun(at, { duration_ms })),
        deniedRun(3_600, { agent_id: 'b', status: 'failed', duration_ms: null }),
        exampleRun(10_800, { cost: { input_tokens: 1, output_tokens: 1 } }),
      ])
      const all = { bucketMs: hour, since: first, until: first + 24 * hour }
      const buckets = await store.stats(all)
      deepEqual(
        buckets.map(({ cost_usd: cost, ...rest }) => ({ ...rest, cost: cost?.toFixed(4) })),
        [
          {
            start: first,
            runs: 4,
            failed: 0,
            denials: 0,
            tokens: 60,
            p50_ms: 200,
            p95_ms: 900,
            cost: '0.0400',
          },
          {
            start: first + hour,
            runs: 1,
            failed: 1,
            denials: 1,
            tokens: 15,
            p50_ms: null,
            p95_ms: null,
            cost: '0.0100',
          },
          {
            start: first + 3 * hour,
            runs: 1,
            failed: 0,
            denials: 0,
            tokens: 2,
            p50_ms: 500,
            p95_ms: 500,
            cost: undefined,
          },
        ],
      )
      const runsOf = async (query: Partial<StatsQuery>): Promise<readonly (readonly [number, number])[]> =>
        (await store.stats({ ...all, ...query })).map(({ start, runs }) => [start - first, runs])
      deepEqual(await runsOf({ agent_id: 'b' }), [[hour, 1]])
      deepEqual(await runsOf({ agent_id: 'nobody' }), [])
      deepEqual(await runsOf({ since: first + 1_000, until: first + 3_000 }), [[0, 2]])
      deepEqual(await runsOf({ bucketMs: 24 * hour }), [[-10 * hour, 6]])
      deepEqual(await runsOf({ since: first, until: first }), [])
    })

    test('exports everything and forgets what is old', async () => {
      const runs = Array.from({ length: 1_203 }, (_, at) => exampleRun(at))
      await store.create(runs)
      const exported: AgentRun[] = []
      for await (const run of store.export()) exported.push(run)
      deepEqual(exported, runs)
      equal(await store.prune(Date.parse(exampleRun(1_200).started_at)), 1_200)
      deepEqual(
        await idsOf({}),
        [1_202, 1_201, 1_200].map((at) => exampleRun(at).id),
      )
      equal((await store.list({ ...ALL, text: 'researcher' })).total, 3)
    })

    test('keeps keys by their hash, and forgets them', async () => {
      const [reader, writer] = [createApiKey('reader', 'viewer', 1), createApiKey('writer', 'operator', 2)]
      await store.addKey(writer.record)
      await store.addKey(reader.record)
      deepEqual(await store.findKey(hashKey(writer.key)), writer.record)
      equal(await store.findKey(writer.key), undefined)
      deepEqual(await store.keys(), [reader.record, writer.record])
      const next = createApiKey('writer', 'admin', 3)
      await store.addKey(next.record)
      deepEqual(
        [await store.findKey(hashKey(writer.key)), await store.findKey(next.record.hash)],
        [undefined, next.record],
      )
      deepEqual([await store.removeKey('writer'), await store.removeKey('writer')], [true, false])
      equal(await store.findKey(next.record.hash), undefined)
    })

    test('keeps a run that started in a leap second', async () => {
      const leap = exampleRun(1, { started_at: '2016-12-31T23:59:60.5Z' })
      deepEqual(await store.create([leap]), ['created'])
      deepEqual(await idsOf({ until: Date.UTC(2017, 0, 1) }), [leap.id])
    })

    test('keeps, sums up and forgets whatever numbers a run has', async () => {
      const most = Number.MAX_SAFE_INTEGER
      const cost = { input_tokens: most, output_tokens: most, total_tokens: most, cost_usd: 1e308 }
      const odd = [1, 2, 3].map((at) => exampleRun(at, { cost, duration_ms: 1e20 }))
      deepEqual(await store.create(odd), ['created', 'created', 'created'])
      deepEqual(await store.get(odd[0]?.id ?? ''), odd[0])
      const start = Date.parse(exampleRun(0).started_at)
      const [bucket] = await store.stats({ bucketMs: 86_400_000, since: start, until: start + 86_400_000 })
      equal(bucket?.runs, 3)
      ok(bucket.tokens > 0 && Number.isFinite(bucket.tokens) && Number.isFinite(bucket.cost_usd))
      equal(await store.prune(start + 86_400_000), 3)
      deepEqual(await store.stats({ bucketMs: 86_400_000, since: start, until: start + 86_400_000 }), [])
    })

    test('stops forgetting where it is told to end', async () => {
      await store.create([exampleRun(1)])
      equal(await store.prune(Date.parse(exampleRun(2).started_at), AbortSignal.abort()), 0)
      deepEqual(await idsOf({}), [exampleRun(1).id])
    })

    test('keeps whatever texts a run has', async () => {
      const odd = exampleRun(1, { agent_name: 'Ro\'bert"; -- \u0000 \ufffd 😀', error: 'x'.repeat(100_000) })
      await store.create([odd])
      deepEqual(await store.get(odd.id), odd)
    })
  })
}
