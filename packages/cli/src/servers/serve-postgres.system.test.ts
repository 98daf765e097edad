import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, test } from 'vitest'
// the one that the store's own tests start
import { POSTGRES, startPostgres, type TestPostgres } from '../../../server/src/testing/postgres.ts'
import { aRun, call, folderWith, start } from '../testing/call.ts'

const RUNS = Array.from({ length: 1_001 }, (_, at) =>
  aRun({ id: `0196b0c0-0000-7000-8000-${String(at).padStart(12, '0')}`, tags: [`run ${at}`] }),
)

interface Serving {
  readonly child: ChildProcessWithoutNullStreams
  readonly url: string
  readonly store: string
  readonly key?: string
}

async function serving(args: readonly string[]): Promise<Serving> {
  const child = start(['serve', '--port', '0', '--json', ...args])
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ...(JSON.parse(said.toString()) as Omit<Serving, 'child'>) }
}

async function end({ child }: Serving): Promise<void> {
  child.kill('SIGTERM')
  deepEqual(await once(child, 'exit'), [0, null])
}

describe.skipIf(POSTGRES === undefined)('aos with PostgreSQL (skipped where none is installed)', () => {
  let postgres: TestPostgres
  let address = ''
  beforeAll(async () => {
    postgres = await startPostgres()
    // it trusts whoever comes, and so any password
    address = postgres.url.replace('aos@', 'aos:my-password@')
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  test('serves the runs of a database, from several processes, and quotes no password', async () => {
    const one = await serving(['--store', address, '--key-create', 'me', 'operator'])
    ok(!one.store.includes('my-password'))
    match(one.store, /^postgres:\/\/127\.0\.0\.1:\d+\/postgres$/)
    const two = await serving(['--store', address])
    const headers = { authorization: `Bearer ${one.key ?? ''}` }
    const run = aRun()
    const posted = await fetch(`${one.url}/api/v1/runs`, {
      method: 'POST',
      headers,
      body: JSON.stringify(run),
    })
    equal(posted.status, 201)
    const got = await fetch(`${two.url}/api/v1/runs/${run.id}`, { headers })
    deepEqual(await got.json(), run)
    equal((await fetch(`${two.url}/api/v1/runs/${run.id}`)).status, 401)
    await end(one)
    await end(two)
    const again = await serving(['--store', address])
    deepEqual(await (await fetch(`${again.url}/api/v1/runs/${run.id}`, { headers })).json(), run)
    await end(again)
    await postgres.query('DROP SCHEMA aos CASCADE')
  })

  test('takes an import, and gives the same runs in the same order', async () => {
    const at = folderWith({ 'runs.ndjson': RUNS.map((run) => `${JSON.stringify(run)}\n`).join('') })
    const imported = await call(['import', at('runs.ndjson'), '--to', address, '--json'])
    deepEqual([imported.exitCode, imported.json()['created'], imported.json()['refused']], [0, 1_001, []])
    const exported = await call(['export', address, '--out', at('back.ndjson')])
    deepEqual([exported.exitCode, exported.stdout.includes('my-password')], [0, false])
    equal(readFileSync(at('back.ndjson'), 'utf8'), readFileSync(at('runs.ndjson'), 'utf8'))
    const server = await serving(['--store', address])
    const overServer = await call(['export', server.url])
    equal(overServer.stdout, readFileSync(at('runs.ndjson'), 'utf8'))
    await end(server)
  })

  test('says that a database cannot be used, and quotes no password', async () => {
    const nowhere = address.replace('/postgres', '/nowhere')
    const calls = [
      ['serve', '--port', '0', '--store', nowhere],
      ['export', nowhere],
      ['export', 'postgres://aos:my-password@127.0.0.1:1/postgres'],
    ]
    for (const args of calls) {
      const { exitCode, stderr, stdout } = await call(args)
      deepEqual([exitCode, stdout], [3, ''], args.join(' '))
      match(stderr, /^aos: The database cannot be used: [^]*\n {2}fix: /)
      equal(stderr.includes('my-password'), false)
    }
  })
})
