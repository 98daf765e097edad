import { createApiKey, SqliteStore, startRunServer } from '@aos/server'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, start } from '../testing/call.ts'
import { dataFolder } from './data-folder.ts'

describe('aos serve', () => {
  test('serves what is kept in the data folder, with a key that is shown once', async () => {
    const at = folderWith()
    const child = start(['serve', '--port', '0', '--json', '--key-create', 'me', 'operator'], {
      XDG_DATA_HOME: at(''),
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const { url, key, store } = JSON.parse(said.toString()) as Record<'url' | 'key' | 'store', string>
    equal(store.startsWith(at('')), process.platform === 'linux')
    const post = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/api/v1/runs`, { method: 'POST', body: JSON.stringify(aRun()), headers })).status
    deepEqual([await post({}), await post({ authorization: `Bearer ${key}` })], [401, 201])
    child.kill('SIGTERM')
    deepEqual(await once(child, 'exit'), [0, null])

    const signal = AbortSignal.timeout(0)
    const again = await call(['serve', '--port', '0', '--store', store], { signal })
    equal(again.exitCode, 0)
    match(again.stdout, /^http:\/\/127\.0\.0\.1:\d+ /)
    ok(!again.stdout.includes(key))
    await using held = await startRunServer({ store: new SqliteStore({ path: ':memory:' }), port: 0 })
    const portTaken = await call(['serve', '--store', ':memory:', '--port', String(held.port)])
    deepEqual([portTaken.exitCode, /fix: /.test(portTaken.stderr)], [3, true])
    const fresh = at('fresh/runs.db')
    const unseen = await call([
      'serve',
      '--store',
      fresh,
      '--port',
      String(held.port),
      '--key-create',
      'you',
      'admin',
    ])
    equal(unseen.exitCode, 3)
    const kept = new SqliteStore({ path: fresh })
    deepEqual(await kept.keys(), [])
    await kept.close()
    if (process.platform !== 'win32') equal(statSync(fresh).mode & 0o777, 0o600)
    const taken = await call(['serve', '--store', store, '--key-create', 'me', 'viewer'])
    deepEqual([taken.exitCode, taken.stdout], [2, ''])
  })

  test('says what is wrong with what it is given', async () => {
    const calls: readonly (readonly [args: readonly string[], said: RegExp])[] = [
      [['--port', '70000'], /--port 70000 is no port/],
      [['--retain', 'ever'], /--retain ever is no number of days/],
      [['--retain', '0'], /--retain 0/],
      [['--key-create', 'me'], /takes a name and a role/],
      [['--key-create', 'me', 'king'], /roles are viewer, operator, admin/],
      [['--host', '0.0.0.0', '--port', '0'], /fix: /],
    ]
    for (const [args, said] of calls) {
      const { exitCode, stderr } = await call(['serve', '--store', ':memory:', ...args])
      equal(exitCode, 2)
      match(stderr, said)
    }
  })

  test('keeps data where each system has it', () => {
    deepEqual(
      [
        dataFolder({ HOME: '/h' }, 'linux'),
        dataFolder({ HOME: '/h', XDG_DATA_HOME: 'relative' }, 'linux'),
        dataFolder({ HOME: '/h', XDG_DATA_HOME: '/data' }, 'linux'),
        dataFolder({ HOME: '/h' }, 'darwin'),
      ],
      ['/h/.local/share/aos', '/h/.local/share/aos', '/data/aos', '/h/Library/Application Support/aos'],
    )
  })
})

describe('aos view', () => {
  test('shows spans, and says when there is nothing to show', async () => {
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      name: 'work',
      startTimeUnixNano: '1000000000',
      endTimeUnixNano: '1005000000',
    }
    const at = folderWith({
      'run.jsonl': {
        resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'x' }, spans: [span] }] }],
      },
    })
    match((await call(['view', at('run.jsonl')])).stdout, /^work +5\.00 ms/m)
    const traces = (await call(['view', at('run.jsonl'), '--json'])).json()['traces']
    equal((traces as readonly unknown[]).length, 1)
    const page = await call(['view', at('run.jsonl'), '--html', at('run.html'), '--json'])
    deepEqual([page.exitCode, page.json()['file']], [0, at('run.html')])
    equal((await call(['view', at('none')])).exitCode, 3)
    const unwritten = await call(['view', at('run.jsonl'), '--html', at('no/where.html')])
    match(unwritten.stderr, /^aos: .*where\.html cannot be written \(ENOENT\)\n {2}fix: /)
    const piped = start(['view', '-'], {}, readFileSync(at('run.jsonl'), 'utf8'))
    const [shown] = (await once(piped.stdout, 'data')) as [Buffer]
    match(shown.toString(), /^work +5\.00 ms/m)
    await once(piped, 'close')
  })

  test('shows what a server has of a run', async () => {
    const run = aRun()
    const spans = Array.from({ length: 5_001 }, (_, at) => ({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: String(at + 1).padStart(16, '0'),
      name: `work ${at}`,
      startTimeUnixNano: '1000000000',
      endTimeUnixNano: '1005000000',
      attributes: [{ key: 'aos.run.id', value: { stringValue: run.id } }],
    }))
    const store = new SqliteStore({ path: ':memory:' })
    await using server = await startRunServer({ store, port: 0 })
    const body = JSON.stringify({
      resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'x' }, spans }] }],
    })
    await store.create([run])
    equal((await fetch(`${server.url}/v1/traces`, { method: 'POST', body })).status, 200)
    const bare = aRun({ id: '0196b0c0-0000-7000-8000-000000000002' })
    await store.create([bare])
    const empty = await call(['view', bare.id, '--server', server.url])
    deepEqual([empty.exitCode, /fix: The server was sent no spans of it/.test(empty.stderr)], [3, true])
    const shown = await call(['view', run.id, '--server', server.url])
    deepEqual([shown.exitCode, shown.stderr], [0, ''])
    equal(shown.stdout.split('\n').filter((line) => /^.*work \d+ +5\.00 ms/.test(line)).length, spans.length)
    const unknown = await call(['view', 'nobody', '--server', server.url])
    deepEqual([unknown.exitCode, /answers 404: There is no such run/.test(unknown.stderr)], [3, true])
    equal((await call(['view', run.id, '--key', 'env:X'])).exitCode, 2)
    const { key, record } = createApiKey('reader', 'viewer')
    await store.addKey(record)
    const asReader = ['view', run.id, '--server', server.url, '--key', 'env:K', '--json']
    const { traces } = (await call(asReader, { env: { K: key } })).json()
    equal((traces as readonly unknown[]).length, 1)
  })
})

const POLICIES = `version: 1
policies:
  - data-protection
  - policy: cel
    rules: [{ when: parameters.amount > 100, decision: deny, reason: too much }]
`

describe('aos guardian', () => {
  test('serves a policy file until it is told to end', async () => {
    const at = folderWith({ 'policies.yaml': POLICIES })
    const ending = new AbortController()
    const statuses: Promise<number>[] = []
    const onText = (text: string): void => {
      const url = /guardian listens at (\S+)/.exec(text)?.[1]
      if (statuses.length > 0 || url === undefined) return
      statuses.push(fetch(`${url}/health`).then(({ status }) => status))
      void statuses[0]?.finally(() => ending.abort())
    }
    const args = ['guardian', '--policy', at('policies.yaml'), '--port', '0']
    const { exitCode } = await call(args, { signal: ending.signal, onText })
    deepEqual([exitCode, await Promise.all(statuses)], [0, [200]])
    equal((await call(['guardian', '--policy', at('none.yaml')])).exitCode, 3)
    equal((await call(['guardian', '--policy', at('policies.yaml'), '--port', 'x'])).exitCode, 2)
  })
})
