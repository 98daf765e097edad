import type { AgentRun } from '@agent-run/types'
import { createApiKey, SqliteStore, startRunServer } from '@aos/server'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, start } from '../testing/call.ts'

const RUNS: readonly AgentRun[] = Array.from({ length: 1_203 }, (_, at) =>
  aRun({
    id: `0196b0c0-0000-7000-8000-${String(at).padStart(12, '0')}`,
    // characters that end a line for some, and none in JSON
    metadata: { note: `line\u2028separator ${at}` },
    ...(at % 2 === 0 ? { eval: { pass: true, score: at % 100 } } : {}),
  }),
)

const lines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

async function storeWith(path: string, runs: readonly AgentRun[]): Promise<void> {
  const store = new SqliteStore({ path })
  await store.create(runs)
  await store.close()
}

/** Serves what a test says, once its address is known. */
async function serving(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}

describe('aos export and aos import', () => {
  test('carry all runs from a file over a server to another file, unchanged and in order', async () => {
    const at = folderWith()
    await storeWith(at('one.db'), RUNS)
    const store = new SqliteStore({ path: at('two.db') })
    const { key, record } = createApiKey('mover', 'operator')
    await store.addKey(record)
    const server = await startRunServer({ store, port: 0 })
    const env = { AOS_KEY: key }

    const out = await call(['export', at('one.db'), '--out', at('one.ndjson')])
    deepEqual([out.exitCode, out.stdout], [0, `wrote ${at('one.ndjson')}: 1203 runs from ${at('one.db')}\n`])
    equal(statSync(at('one.ndjson')).mode & 0o777, 0o600)
    deepEqual(lines(at('one.ndjson')), RUNS)

    const to = ['--to', server.url, '--key', 'env:AOS_KEY', '--json']
    const sent = await call(['import', at('one.ndjson'), ...to], { env })
    deepEqual([sent.exitCode, sent.json()], [0, { to: server.url, created: 1_203, same: 0, refused: [] }])
    equal((await call(['import', at('one.ndjson'), ...to], { env })).json()['same'], 1_203)

    const args = ['export', server.url, '--key', 'env:AOS_KEY', '--out', at('two.ndjson'), '--json']
    const back = await call(args, { env, isTTY: true })
    deepEqual(back.json(), { file: at('two.ndjson'), from: server.url, runs: 1_203 })
    match(back.stderr, /1200 runs exported from http/)
    await server.close()
    const filled = await call(['import', at('two.ndjson'), '--to', at('three.db')])
    match(filled.stdout, /^1203 runs imported into .*three\.db, 0 were there, 0 not imported\n$/)
    const last = await call(['export', at('three.db')])
    equal(last.stdout, readFileSync(at('one.ndjson'), 'utf8'))
    equal(last.stderr, `exported 1203 runs from ${at('three.db')}\n`)
  })

  test('read the standard input, one document over several lines, and pages of the API', async () => {
    const at = folderWith({
      'one.json': JSON.stringify(RUNS[0], null, 2),
      'page.json': JSON.stringify({ runs: RUNS.slice(1, 3), total: 2 }),
    })
    const child = start(
      ['import', at('one.json'), at('page.json'), '-', '--to', at('runs.db')],
      {},
      `${JSON.stringify(RUNS[3])}\n\n${JSON.stringify(RUNS[0])}`,
    )
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    match(said.toString(), /^4 runs imported into .*, 1 were there, 0 not imported\n$/)
    deepEqual(await once(child, 'close'), [0, null])
  })

  test('name what is no run and what another run has the id of, and take the rest', async () => {
    const [first, second] = RUNS
    const at = folderWith({
      'runs.ndjson': `${JSON.stringify(first)}\n{"id":1}\nnothing\n${JSON.stringify({ ...second, tags: ['other'] })}\n`,
    })
    await storeWith(at('runs.db'), RUNS.slice(1, 2))
    const { exitCode, stdout } = await call(['import', at('runs.ndjson'), '--to', at('runs.db')])
    equal(exitCode, 1)
    match(stdout, /runs\.ndjson:2 {2}not imported: is no AgentRun: \//)
    match(stdout, /runs\.ndjson:3 {2}not imported: is no JSON$/m)
    match(stdout, /runs\.ndjson:4 {2}not imported: another run has the id 0196b0c0/)
    match(stdout, /^1 run imported into .*, 0 were there, 3 not imported$/m)
  })

  test('say what is wrong with what they are given', async () => {
    const at = folderWith({ 'runs.ndjson': JSON.stringify(RUNS[0]), 'text.txt': 'no database' })
    await using web = await serving((_request, response) => void response.end('<html>'))
    const other = new DatabaseSync(at('other.db'))
    other.exec('CREATE TABLE things (name TEXT)')
    other.close()
    const nobody = await serving(() => undefined)
    await nobody[Symbol.asyncDispose]()
    const calls: readonly (readonly [args: readonly string[], exitCode: number, said: RegExp])[] = [
      [['export', at('none.db')], 3, /it does not exist[^]*fix: /],
      [['export', at('text.txt')], 3, /cannot be opened: file is not a database[^]*fix: /],
      [['export', at('other.db')], 3, /it is another database[^]*fix: /],
      [['export', at('none.db'), '--json'], 2, /--json needs --out[^]*fix: /],
      [['export', at('none.db'), '--key', 'env:X'], 2, /--key is for servers[^]*fix: /],
      [['export', 'http://', '--out', at('o')], 2, /is no address[^]*fix: /],
      [['export', 'http://a:b@127.0.0.1'], 2, /with a password in its address[^]*fix: /],
      [['export', web.url], 3, /is no server of runs that can do this[^]*answers 200[^]*fix: /],
      [['export', nobody.url], 3, /does not answer to the end \(ECONNREFUSED\)[^]*fix: /],
      [['export', web.url, '--key', 'aosk_mine'], 2, /--key is a key itself[^]*fix: /],
      [['export', web.url, '--key', 'env:NO_KEY'], 2, /NO_KEY is not set[^]*fix: /],
      [['import', at('runs.ndjson'), '--to', nobody.url], 3, /does not answer to the end[^]*fix: /],
      [['import', at('runs.ndjson'), '--to', web.url], 3, /is no server of runs[^]*fix: /],
      [['import', at('none'), '--to', at('runs.db')], 3, /none cannot be read \(ENOENT\)[^]*fix: /],
    ]
    for (const [args, exitCode, said] of calls) {
      const result = await call(args)
      deepEqual([args, result.exitCode], [args, exitCode])
      match(result.stderr, said)
      ok(!result.stderr.includes('aosk_'))
    }
    await storeWith(at('runs.db'), RUNS.slice(0, 1))
    const unwritten = await call(['export', at('runs.db'), '--out', at('no/where')])
    match(unwritten.stderr, /where cannot be written \(ENOENT\)\n {2}fix: /)
  })

  test('say what a key may not do', async () => {
    const at = folderWith({ 'runs.ndjson': JSON.stringify(RUNS[0]) })
    const store = new SqliteStore({ path: ':memory:' })
    const { key, record } = createApiKey('reader', 'viewer')
    await store.addKey(record)
    await using server = await startRunServer({ store, port: 0 })
    const without = await call(['export', server.url])
    match(without.stderr, /answers 401: Authentication required\n {2}fix: Pass the key/)
    const to = ['--to', server.url, '--key', 'env:K']
    const asViewer = await call(['import', at('runs.ndjson'), ...to], { env: { K: key } })
    equal(asViewer.exitCode, 3)
    match(asViewer.stderr, /answers 403: This needs a key with the role operator\n {2}fix: /)
  })

  test('say how many runs were written where an export breaks off, and leave the one before', async () => {
    const at = folderWith({ 'runs.ndjson': 'the one before' })
    await using server = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      const text = RUNS.slice(0, 250)
        .map((run) => `${JSON.stringify(run)}\n`)
        .join('')
      response.write(text, () => response.destroy())
    })
    const { exitCode, stderr } = await call(['export', server.url, '--out', at('runs.ndjson')])
    equal(exitCode, 3)
    match(
      stderr,
      /The export is not whole: \d+ runs are in .*runs\.ndjson\.partial\n {2}why: [^]*\n {2}fix: /,
    )
    equal(readFileSync(at('runs.ndjson'), 'utf8'), 'the one before')
    const [, told] = /whole: (\d+) runs/.exec(stderr) ?? []
    deepEqual(lines(at('runs.ndjson.partial')), RUNS.slice(0, Number(told)))
  })

  test('end when they are told to, and say how far they came', async () => {
    const at = folderWith()
    await storeWith(at('runs.db'), RUNS)
    const ended = await call(['export', at('runs.db'), '--out', at('runs.ndjson')], {
      signal: AbortSignal.abort(),
    })
    equal(ended.exitCode, 3)
    match(ended.stderr, /The export is not whole: 0 runs are in .*\n {2}why: it was told to end\n/)
  })

  test('try again where a server asks for that, and send less where it takes less', async () => {
    const at = folderWith({ 'runs.ndjson': RUNS.map((run) => JSON.stringify(run)).join('\n') })
    await using held = await startRunServer({
      store: new SqliteStore({ path: at('runs.db') }),
      port: 0,
      maxBatchBytes: 64 * 1024,
    })
    let asked = 0
    await using busy = await serving((request, response) => {
      if (asked++ % 3 === 0) {
        response.writeHead(asked % 2 === 0 ? 429 : 503, { 'retry-after': '0' }).end()
        return
      }
      const chunks: Buffer[] = []
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          void fetch(`${held.url}${request.url ?? ''}`, { method: 'POST', body: Buffer.concat(chunks) }).then(
            async (answer) => response.writeHead(answer.status).end(await answer.text()),
          )
        })
    })
    const sent = await call(['import', at('runs.ndjson'), '--to', busy.url, '--json'])
    deepEqual([sent.exitCode, sent.json()['created']], [0, RUNS.length])
    ok(asked > 6)
  })
})
