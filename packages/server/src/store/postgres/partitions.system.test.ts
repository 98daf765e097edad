import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { exampleRun } from '../../testing/example-run.ts'
import { POSTGRES, startPostgres, type TestPostgres } from '../../testing/postgres.ts'
import type { RunQuery, RunStore } from '../run-store.ts'
import type { StoredEvent, StoredSpan } from '../trace-store.ts'
import { Database, type Session } from './database.ts'
import { listRuns } from './list-runs.ts'
import { openPostgresStore, type PostgresStoreOptions } from './open-postgres-store.ts'

const PROGRAM = fileURLToPath(new URL('../../testing/serve-postgres.ts', import.meta.url))
const NOW = Date.UTC(2026, 4, 15)
const MONTHS = [0, 1, 2, 3, 4].map((month) => Date.UTC(2026, month, 10))
const TABLES = ['changes', 'events', 'run_bodies', 'runs', 'spans']

const runAt = (at: number, time: number, members: Parameters<typeof exampleRun>[1] = {}) =>
  exampleRun(at, { started_at: new Date(time).toISOString(), ...members })

function spanAt(startedAt: number, name = 'span'): StoredSpan {
  const [traceId, spanId] = ['1'.repeat(32), '2'.repeat(16)]
  return { traceId, spanId, runId: 'run-1', startedAt, content: { resource: {}, scope: {}, span: { name } } }
}

function eventAt(at: number, content: StoredEvent['content'] = {}): StoredEvent {
  return { kind: 'activity', id: 'event-1', runId: 'run-1', traceId: undefined, at, content }
}

describe.skipIf(POSTGRES === undefined)('partitions of PostgreSQL (skipped where none is installed)', () => {
  let postgres: TestPostgres
  let schemas = 0
  let schema = ''
  const opened: RunStore[] = []
  const started: ChildProcess[] = []
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
    for (const store of opened.splice(0)) await store.close()
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  const open = async (options: PostgresStoreOptions = {}): Promise<RunStore> => {
    const store = await openPostgresStore({
      url: postgres.url,
      schema,
      timeoutMs: 10_000,
      clock: () => NOW,
      ...options,
    })
    opened.push(store)
    return store
  }
  const openNew = (options: PostgresStoreOptions = {}): Promise<RunStore> => {
    schema = `months_${schemas++}`
    return open(options)
  }
  const partitionsOf = async (table: string): Promise<readonly string[]> => {
    const rows = await postgres.query(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = '${schema}.${table}'::regclass ORDER BY name`,
    )
    return rows.map(({ name }) => String(name).replace(`${schema}.${table}_`, ''))
  }
  const countIn = async (table: string): Promise<number> => {
    const [row] = await postgres.query(`SELECT count(*) AS rows FROM ${schema}.${table}`)
    return Number(row?.['rows'])
  }
  const idsOf = async (store: RunStore): Promise<readonly string[]> =>
    (await store.list({ limit: 200, offset: 0 })).runs.map(({ id }) => id)

  test('are made for the months of what is kept, and of changes also for the next one', async () => {
    const store = await openNew()
    const [first = 0, second = 0] = MONTHS
    await store.create([runAt(1, first), runAt(2, second), runAt(3, second)])
    await store.addSpans([spanAt(first)])
    await store.addEvents([eventAt(second)])
    deepEqual(await Promise.all(TABLES.map(partitionsOf)), [
      ['2026_05', '2026_06', 'other'],
      ['2026_02', 'other'],
      ['2026_01', '2026_02', 'other'],
      ['2026_01', '2026_02', 'other'],
      ['2026_01', 'other'],
    ])
    deepEqual(
      await Promise.all(['runs_2026_01', 'runs_2026_02', 'runs_other', 'changes_2026_05'].map(countIn)),
      [1, 2, 0, 3],
    )
  })

  test('are left out where the database says that it is CockroachDB, also by one who asks for them later', async () => {
    await postgres.query('CREATE SCHEMA cockroach')
    await postgres.query(
      `CREATE FUNCTION cockroach.version() RETURNS text LANGUAGE sql AS $$ SELECT 'CockroachDB CCL v23.2.0' $$`,
    )
    const options = encodeURIComponent('-c search_path=cockroach,pg_catalog')
    const stores = [
      await openNew({ url: `${postgres.url}?options=${options}` }),
      await open({ partitioned: true }),
    ]
    for (const [at, store] of stores.entries())
      deepEqual(await store.create([runAt(at, MONTHS[at] ?? 0)]), ['created'])
    deepEqual([await partitionsOf('runs'), await countIn('runs')], [[], 2])
    equal(await stores[0]?.prune(Date.UTC(2026, 1)), 1)
  })

  test('are not made for odd times, which are kept all the same', async () => {
    const store = await openNew()
    const odd = [Date.UTC(1970, 0), Date.UTC(2021, 3, 30), Date.UTC(2026, 6), Date.UTC(9999, 11, 31)]
    const runs = odd.map((time, at) => runAt(at, time))
    await store.create(runs)
    const edges = [Date.UTC(2021, 4), Date.UTC(2026, 5, 30, 23, 59, 59, 999)]
    await store.create(edges.map((time, at) => runAt(10 + at, time)))
    deepEqual(await partitionsOf('runs'), ['2021_05', '2026_06', 'other'])
    equal(await countIn('runs_other'), odd.length)
    deepEqual(await store.create(runs), ['same', 'same', 'same', 'same'])
    equal(await store.prune(NOW), 3)
    deepEqual(await partitionsOf('runs'), ['2026_06', 'other'])
    deepEqual(await idsOf(store), [runs[3]?.id, runs[2]?.id, exampleRun(11).id])
  })

  test('keep ids unique whatever time a run, span or event names', async () => {
    const store = await openNew()
    const [first = 0, second = 0] = MONTHS
    deepEqual(await store.create([runAt(1, first)]), ['created'])
    deepEqual(await store.create([runAt(1, second), runAt(1, first)]), ['conflict', 'same'])
    deepEqual(await idsOf(store), [exampleRun(1).id])
    await rejects(
      store.update(exampleRun(1).id, (run) => ({ ...run, started_at: new Date(second).toISOString() })),
      TypeError,
    )
    await store.addSpans([spanAt(first)])
    await store.addSpans([spanAt(second, 'again')])
    deepEqual(await store.spansOf('run-1', { limit: 10, offset: 0 }), [spanAt(second, 'again')])
    deepEqual(await store.addEvents([eventAt(first)]), ['created'])
    deepEqual(await store.addEvents([eventAt(second), eventAt(second, { occurred_at: second })]), [
      'same',
      'conflict',
    ])
    deepEqual(await store.eventsOf('run-1', { limit: 10, offset: 0 }), [eventAt(first)])
  })

  test('keep a span once that many send at once with different starts', async () => {
    const store = await openNew()
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => store.addSpans([spanAt(MONTHS[at % 5] ?? 0, `${at}`)])),
    )
    equal((await store.spansOf('run-1', { limit: 10, offset: 0 })).length, 1)
  })

  test('are looked at only where a list may find something', async () => {
    const store = await openNew()
    await store.create(MONTHS.map((time, at) => runAt(at, time)))
    const database = new Database({ config: { connectionString: postgres.url }, schema, idleMs: 1_000 })
    const plans: string[] = []
    const explaining: Session = {
      query: async (statement, values) => {
        const rows = await database.query(`EXPLAIN ${statement}`, values)
        plans.push(rows.map((row) => String(row['QUERY PLAN'])).join('\n'))
        return database.query(statement, values)
      },
    }
    const query = { since: Date.UTC(2026, 2), until: Date.UTC(2026, 4), limit: 10, offset: 0 }
    const { bodies, counted } = await listRuns(explaining, query)
    deepEqual([bodies.length, counted], [2, 2])
    await database.close()
    const scanned = (plan: string): readonly string[] => [
      ...new Set([...plan.matchAll(/ on (runs_\w+)/g)].map(([, name]) => String(name))),
    ]
    for (const plan of plans) deepEqual(scanned(plan).toSorted(), ['runs_2026_03', 'runs_2026_04'], plan)
    equal(plans.length, 2)
  })

  test('are gone through one after the other for a common word, whatever page of it', async () => {
    const store = await openNew()
    const runs = [Date.UTC(1970, 0), Date.UTC(2025, 3), ...MONTHS, Date.UTC(9999, 0)].flatMap((time, month) =>
      Array.from({ length: 6 }, (_, at) =>
        runAt(month * 10 + at, time + at * 1_000, { tags: month % 3 === 1 ? ['rare'] : ['common'] }),
      ),
    )
    await store.create(runs)
    const database = new Database({ config: { connectionString: postgres.url }, schema, idleMs: 1_000 })
    const common = runs.filter(({ tags }) => tags?.[0] === 'common').toReversed()
    const since = Date.UTC(2026, 0, 10) + 3_000
    for (const few of [0, 4, 7, 100])
      for (const offset of [0, 5, 6, 13, 29, 30])
        for (const bounds of [{}, { since }, { until: since }, { since, until: MONTHS[3] }]) {
          const query = { text: 'common', limit: 7, offset, ...bounds }
          const { bodies, counted } = await listRuns(database, query, { few, fewInMonth: few })
          const { since: from = -Infinity, until: to = Infinity }: Pick<RunQuery, 'since' | 'until'> = bounds
          const found = common.filter(
            ({ started_at: start }) => Date.parse(start) >= from && Date.parse(start) < to,
          )
          const told = JSON.stringify({ few, offset, bounds })
          equal(counted, found.length, told)
          deepEqual(
            bodies.map((body) => (JSON.parse(body) as { id: string }).id),
            found.slice(offset, offset + 7).map(({ id }) => id),
            told,
          )
        }
    await database.close()
  })

  test('are dropped whole by prune, while the rest is deleted', async () => {
    const store = await openNew()
    const runs = MONTHS.flatMap((time, month) => [0, 1].map((day) => runAt(month * 10 + day, time + day)))
    await store.create(runs)
    await store.addSpans(MONTHS.map((time, at) => ({ ...spanAt(time), spanId: `${at}`.repeat(16) })))
    await store.addEvents(MONTHS.map((time, at) => ({ ...eventAt(time), id: `event-${at}` })))
    equal(await store.prune(Date.UTC(2026, 2, 10) + 1), 5)
    for (const table of ['runs', 'run_bodies', 'spans', 'events'])
      deepEqual(await partitionsOf(table), ['2026_03', '2026_04', '2026_05', '2026_06', 'other'], table)
    deepEqual(
      await Promise.all(
        ['run_ids', 'runs', 'run_bodies', 'span_ids', 'spans', 'event_ids', 'events'].map(countIn),
      ),
      [5, 5, 5, 2, 2, 2, 2],
    )
    deepEqual(await store.create(runs.slice(0, 3)), ['created', 'created', 'created'])
    deepEqual(await partitionsOf('runs'), [
      '2026_01',
      '2026_02',
      '2026_03',
      '2026_04',
      '2026_05',
      '2026_06',
      'other',
    ])
  })

  test('can be dropped by one that is killed then: what is left is forgotten, or kept anew', async () => {
    const store = await openNew()
    const [first = 0] = MONTHS
    const runs = [1, 2, 3].map((at) => runAt(at, first))
    await store.create(runs)
    await store.addEvents([eventAt(first)])
    await postgres.query(
      `DROP TABLE ${schema}.runs_2026_01, ${schema}.run_bodies_2026_01, ${schema}.events_2026_01`,
    )
    const [one, two] = runs
    ok(one !== undefined && two !== undefined)
    deepEqual([await store.get(one.id), await idsOf(store)], [undefined, []])
    equal(await store.update(one.id, (run) => run), undefined)
    const told = await Promise.all(
      Array.from({ length: 8 }, () => store.create([one, { ...two, tags: ['x'] }])),
    )
    deepEqual(told.map((outcomes) => outcomes.join(' ')).toSorted(), [
      'created created',
      ...Array.from({ length: 7 }, () => 'same same'),
    ])
    deepEqual(await store.addEvents([eventAt(first)]), ['created'])
    equal(await store.prune(Date.UTC(2026, 1)), 3)
    deepEqual(
      await Promise.all(['run_ids', 'runs', 'run_bodies', 'event_ids', 'events'].map(countIn)),
      [0, 0, 0, 0, 0],
    )
  })

  test('can be emptied where the rest of a run stands in another one', async () => {
    const store = await openNew()
    const [first = 0] = MONTHS
    await postgres.query(`CREATE TABLE ${schema}.runs_2026_01 (id INTEGER)`)
    deepEqual(await store.create([runAt(1, first)]), ['created'])
    deepEqual(await Promise.all(['runs_other', 'run_bodies_2026_01'].map(countIn)), [1, 1])
    for (const table of ['run_bodies_2026_01', 'runs_other']) {
      await postgres.query(`TRUNCATE ${schema}.${table}`)
      deepEqual(await store.create([runAt(1, first)]), ['created'])
      deepEqual(await Promise.all(['run_ids', 'runs', 'run_bodies'].map(countIn)), [1, 1, 1])
    }
  })

  test('are made once by eight processes that need them at once', async () => {
    const stores = [await openNew()]
    for (let other = 1; other < 8; other++) stores.push(await open({ maxConnections: 3 }))
    const created = await Promise.all(
      stores.flatMap((store, at) =>
        MONTHS.map((time, month) => store.create([runAt(at * 10 + month, time)])),
      ),
    )
    deepEqual(new Set(created.flat()), new Set(['created']))
    equal(await countIn('runs_other'), 0)
    equal(await countIn('changes_other'), 0)
    equal((await idsOf(stores[0] ?? (await open()))).length, 40)
  })

  test('come and go under three processes that keep, change and forget, and no part of a run is left', async () => {
    const stores = [await openNew({ maxConnections: 4 })]
    for (let other = 1; other < 3; other++) stores.push(await open({ maxConnections: 4 }))
    const startOf = (at: number): number => Date.UTC(2025, at % 12, 10)
    const work = async (store: RunStore, mine: number): Promise<void> => {
      for (let round = 0; round < 25; round++) {
        const ids = Array.from({ length: 10 }, (_, at) => (mine * 7 + round * 11 + at * 3) % 60)
        await store.create(ids.map((at) => runAt(at, startOf(at))))
        await store.update(exampleRun(round).id, (run) => ({ ...run, tags: [`${mine} ${round}`] }))
        await store.list({ limit: 50, offset: 0 })
      }
    }
    const forget = async (store: RunStore): Promise<void> => {
      for (const month of [3, 9, 6, 12, 5]) await store.prune(Date.UTC(2025, month))
    }
    await Promise.all([...stores.map(work), ...stores.slice(1).map(forget)])
    const [whole] = await postgres.query(
      `SELECT count(*) AS rows FROM ${schema}.run_ids JOIN ${schema}.runs USING (id, started_at)
         JOIN ${schema}.run_bodies USING (id, started_at)`,
    )
    const rows = Number(whole?.['rows'])
    deepEqual(await Promise.all(['run_ids', 'runs', 'run_bodies'].map(countIn)), [rows, rows, rows])
    equal((await idsOf(stores[0] ?? (await open()))).length, rows)
  })

  test('are done without by one that may make no tables', async () => {
    await openNew()
    await postgres.query(`DROP ROLE IF EXISTS writer_${schema}`)
    await postgres.query(`CREATE ROLE writer_${schema} LOGIN`)
    await postgres.query(`GRANT USAGE ON SCHEMA ${schema} TO writer_${schema}`)
    await postgres.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO writer_${schema}`)
    await postgres.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA ${schema} TO writer_${schema}`)
    const store = await open({ url: postgres.url.replace('aos@', `writer_${schema}@`) })
    const [first = 0, second = 0] = MONTHS
    const runs = [runAt(1, first), runAt(2, second)]
    deepEqual(await store.create(runs), ['created', 'created'])
    equal(await countIn('runs_other'), 2)
    // the month stays where it has begun, also for one who may
    const owner = await open()
    deepEqual(await owner.create([runAt(3, first)]), ['created'])
    equal(await countIn('runs_other'), 3)
    equal(await store.prune(second), 2)
    deepEqual(await idsOf(owner), [exampleRun(2).id])
  })

  test('are waited for a second where somebody reads for long, and tried again later', async () => {
    let now = NOW
    const store = await openNew({ clock: () => now })
    await store.create([runAt(1, MONTHS[0] ?? 0)])
    const reader = new Database({ config: { connectionString: postgres.url }, schema, idleMs: 60_000 })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let reading = (): void => undefined
    const reads = new Promise<void>((resolve) => {
      reading = resolve
    })
    const long = reader.transaction(async (session) => {
      await session.query('SELECT count(*) FROM {schema}.spans')
      reading()
      await released
    })
    await reads
    await store.addSpans([spanAt(MONTHS[1] ?? 0)])
    await store.addSpans([{ ...spanAt(NOW), spanId: '3'.repeat(16) }])
    deepEqual(await partitionsOf('spans'), ['other'])
    release()
    await long
    await reader.close()
    await store.addSpans([{ ...spanAt(MONTHS[2] ?? 0), spanId: '4'.repeat(16) }])
    now += 300_000
    await store.addSpans([{ ...spanAt(NOW), spanId: '5'.repeat(16) }])
    deepEqual(await partitionsOf('spans'), ['2026_03', '2026_06', 'other'])
    equal((await store.spansOf('run-1', { limit: 10, offset: 0 })).length, 4)
  })

  test('lose nothing when a server is killed while it makes them', async () => {
    await openNew()
    const acknowledged: string[] = []
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, postgres.url, schema], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      started.push(child)
      const [said] = (await once(child.stdout, 'data')) as [Buffer]
      const send = async (from: number): Promise<void> => {
        for (let at = from; ; at += 4) {
          const run = runAt(round * 1_000 + at, Date.UTC(2022 + round, at, 3))
          const { status } = await fetch(`${said.toString().trim()}/api/v1/runs`, {
            method: 'POST',
            body: JSON.stringify(run),
          })
          if (status === 201) acknowledged.push(run.id)
          if (acknowledged.length >= 8 * (round + 1)) child.kill('SIGKILL')
        }
      }
      await Promise.all([1, 2, 3, 4].map((from) => send(from).catch(() => undefined)))
    }
    ok(acknowledged.length >= 24)
    const store = await open()
    for (const id of acknowledged) ok((await store.get(id)) !== undefined, id)
    const { runs, total } = await store.list({ limit: 200, offset: 0 })
    equal(runs.length, total)
    deepEqual(await Promise.all(['run_ids', 'runs', 'run_bodies'].map(countIn)), [total, total, total])
    deepEqual(
      await store.create(runs),
      runs.map(() => 'same'),
    )
  })
})
