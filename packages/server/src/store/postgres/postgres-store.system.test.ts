import { AOSInstrument, isAosError } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { createRunApp } from '../../api/create-app.ts'
import { startRunServer } from '../../serve/start-run-server.ts'
import { describeRunStore } from '../../testing/describe-run-store.ts'
import { describeDocumentStore } from '../../testing/describe-document-store.ts'
import { describeEveryOperation } from '../../testing/describe-every-operation.ts'
import { describeTraceStore } from '../../testing/describe-trace-store.ts'
import { exampleRun } from '../../testing/example-run.ts'
import { POSTGRES, startPostgres, type TestPostgres } from '../../testing/postgres.ts'
import type { RunStore } from '../run-store.ts'
import { StoreUnavailableError } from '../store-unavailable.ts'
import { Database } from './database.ts'
import { openPostgresStore, type PostgresStoreOptions } from './open-postgres-store.ts'

const PROGRAM = fileURLToPath(new URL('../../testing/serve-postgres.ts', import.meta.url))

describe.skipIf(POSTGRES === undefined)('PostgreSQL (skipped where none is installed)', () => {
  let postgres: TestPostgres
  let schemas = 0
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

  const newSchema = (): string => `test_${schemas++}`
  const open = async (options: PostgresStoreOptions): Promise<RunStore> => {
    const store = await openPostgresStore({ url: postgres.url, timeoutMs: 5_000, ...options })
    opened.push(store)
    return store
  }
  const serveElsewhere = async (
    schema: string,
  ): Promise<{ readonly url: string; readonly child: ChildProcess }> => {
    const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, postgres.url, schema], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(child)
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    return { url: said.toString().trim(), child }
  }
  const post = async (url: string, run: unknown): Promise<number> =>
    (await fetch(`${url}/api/v1/runs`, { method: 'POST', body: JSON.stringify(run) })).status

  describe.each([
    ['PostgreSQL', undefined],
    ['PostgreSQL, as a database that cannot partition', false],
  ])('%s', (name, partitioned) => {
    const openNew = (): Promise<RunStore> =>
      openPostgresStore({ url: postgres.url, schema: newSchema(), partitioned })
    describeRunStore(name, openNew)
    describeTraceStore(name, openNew)
    describeDocumentStore(name, openNew)
    describeEveryOperation(name, openNew)
  })

  test('lets many processes begin at once, and refuses tables of a newer program', async () => {
    const schema = newSchema()
    const stores = await Promise.all(Array.from({ length: 8 }, () => open({ schema, maxConnections: 2 })))
    await stores[0]?.create([exampleRun(1)])
    deepEqual(await stores[7]?.get(exampleRun(1).id), exampleRun(1))
    await postgres.query(`UPDATE ${schema}.schema_version SET version = 99`)
    await rejects(
      open({ schema }),
      (error) => isAosError(error, 'invalid_options') && error.fix !== undefined,
    )
    await rejects(open({ schema: 'no"name' }), (error) => isAosError(error, 'invalid_options'))
  })

  test('creates a run of two processes once, whoever comes first', async () => {
    const schema = newSchema()
    const [one, other] = [await open({ schema }), await open({ schema })]
    const runs = Array.from({ length: 60 }, (_, at) => exampleRun(at))
    const changed = runs.map((run) => ({ ...run, tags: ['other'] }))
    const told = await Promise.all([
      ...runs.map((run) => one.create([run])),
      ...runs.map((run) => other.create([run])),
      one.create(runs.toReversed()),
      other.create(changed),
    ])
    const [mine = [], theirs = []] = [told.at(-2), told.at(-1)]
    for (const [at, run] of runs.entries()) {
      const kept = await one.get(run.id)
      const outcomes = [told[at]?.[0], told[60 + at]?.[0], mine[59 - at]]
      const isOther = kept?.tags?.[0] === 'other'
      deepEqual(outcomes.filter((outcome) => outcome === 'created').length, isOther ? 0 : 1)
      deepEqual(outcomes.filter((outcome) => outcome === 'conflict').length, isOther ? 3 : 0)
      equal(theirs[at], isOther ? 'created' : 'conflict')
    }
    const changes = await other.changesAfter(0, 1_000)
    deepEqual(
      changes.map(({ seq }) => seq),
      runs.map((_, at) => at + 1),
    )
  })

  test('numbers changes so that whoever follows them misses none', async () => {
    const schema = newSchema()
    const stores = [await open({ schema }), await open({ schema }), await open({ schema })]
    const follower = await open({ schema })
    const writing = stores.map(async (store, at) => {
      for (let run = 0; run < 60; run++) await store.create([exampleRun(at * 1_000 + run)])
    })
    const seen: number[] = []
    while (seen.length < 180)
      for (const { seq } of await follower.changesAfter(seen.at(-1) ?? 0, 7)) seen.push(seq)
    await Promise.all(writing)
    deepEqual(
      seen,
      Array.from({ length: 180 }, (_, at) => at + 1),
    )
  })

  test('tells the stream of one process what another one has created', async () => {
    const schema = newSchema()
    const [one, other] = [await serveElsewhere(schema), await serveElsewhere(schema)]
    const stream = await fetch(`${one.url}/api/v1/runs/stream`)
    equal(await post(other.url, exampleRun(1)), 201)
    equal(await post(one.url, exampleRun(1)), 200)
    ok((await textUntil(stream, 'run.created')).includes(exampleRun(1).id))
  })

  test('goes on telling of changes when the connection that listens was cut', async () => {
    const schema = newSchema()
    const [one, other] = [await open({ schema, pollMs: 20 }), await open({ schema })]
    const heard = new Promise<void>((resolve) => void one.onChange(resolve))
    await heard
    const again = new Promise<void>((resolve) => void one.onChange(resolve))
    await postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`,
    )
    await other.create([exampleRun(1)])
    await again
  })

  test('loses no acknowledged run when a server is killed under load', async () => {
    const schema = newSchema()
    const { url, child } = await serveElsewhere(schema)
    const acknowledged: string[] = []
    const send = async (from: number): Promise<void> => {
      for (let at = from; ; at += 4) {
        if ((await post(url, exampleRun(at))) === 201) acknowledged.push(exampleRun(at).id)
        if (acknowledged.length === 200) child.kill('SIGKILL')
      }
    }
    await Promise.all([1, 2, 3, 4].map((from) => send(from).catch(() => undefined)))
    ok(acknowledged.length >= 200)
    const store = await open({ schema })
    for (const id of acknowledged) ok((await store.get(id)) !== undefined, id)
    equal((await store.create([exampleRun(9_999)]))[0], 'created')
  })

  test('outlives a crash of the database: nothing acknowledged is lost, and what waits arrives', async () => {
    const store = await open({ schema: newSchema() })
    await using server = await startRunServer({ store, port: 0 })
    const reporter = new AgentRunReporter({ url: server.url, directory: false })
    const agent = new AOSInstrument(async (input: string) => `${input}!`)
    reporter.attach(agent)
    for (let run = 0; run < 10; run++) await agent.run(`before ${run}`)
    await postgres.stop()
    equal(await post(server.url, exampleRun(1)), 503)
    equal((await fetch(`${server.url}/api/v1/health`)).status, 503)
    for (let run = 0; run < 10; run++) await agent.run(`meanwhile ${run}`)
    await postgres.start()
    await reporter.close(30_000)
    equal((await store.list({ limit: 100, offset: 0 })).total, 20)
    equal(await post(server.url, exampleRun(1)), 201)
  })

  test('does not notice that its connections were cut between two requests', async () => {
    const store = await open({ schema: newSchema() })
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 8 }, (_, at) => store.create([exampleRun(round * 10 + at)])))
      await postgres.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
      )
      equal((await store.create([exampleRun(round * 10 + 9)]))[0], 'created')
    }
    equal((await store.list({ limit: 100, offset: 0 })).total, 27)
  })

  test('gives up on a database that is silent, and says so', async () => {
    const schema = newSchema()
    await using link = await slowLink(postgres.url)
    const store = await open({ url: link.url, schema, timeoutMs: 2_000 })
    await store.create([exampleRun(1)])
    link.hold()
    await rejects(store.get(exampleRun(1).id), StoreUnavailableError)
    await rejects(store.create([exampleRun(2)]), StoreUnavailableError)
    const app = createRunApp({ store, anonymous: 'admin' })
    const answer = await app.request('/api/v1/runs')
    deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1'])
    link.release()
    ok(['created', 'same'].includes(String((await store.create([exampleRun(2)]))[0])))
    equal((await store.list({ limit: 10, offset: 0 })).total, 2)
  })

  test('ends a transaction of one that stopped in the middle, so that the others go on', async () => {
    const schema = newSchema()
    const store = await open({ schema, timeoutMs: 60_000 })
    const stopped = new Database({ config: { connectionString: postgres.url }, schema, idleMs: 300 })
    let tries = 0
    await stopped.transaction(async (session) => {
      await session.query('UPDATE {schema}.change_counter SET seq = seq + 1')
      if (++tries === 1) equal((await store.create([exampleRun(1)]))[0], 'created')
      await session.query('SELECT 1')
    })
    deepEqual([tries, await store.latestChange()], [2, 2])
    await stopped.close()
  })
})

async function textUntil({ body }: Response, word: string): Promise<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(word)) {
    const part = await reader?.read()
    if (part === undefined || part.done) break
    text += part.value
  }
  await reader?.cancel()
  return text
}

/** A way to a database on which nothing arrives while it is held. */
async function slowLink(
  target: string,
): Promise<{ readonly url: string; hold(): void; release(): void } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  let held = false
  const url = new URL(target)
  const port = Number(url.port)
  const server = createServer((near) => {
    const far = connect(port, url.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
      if (held) socket.pause()
    }
    near.on('data', (data) => void far.write(data)).on('close', () => far.destroy())
    far.on('data', (data) => void near.write(data)).on('close', () => near.destroy())
    if (held) for (const socket of [near, far]) socket.pause()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    hold: () => {
      held = true
      for (const socket of sockets) socket.pause()
    },
    release: () => {
      held = false
      for (const socket of sockets) socket.resume()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
