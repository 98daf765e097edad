import { parseAgentRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { createApiKey } from '../keys/api-key.ts'
import { startRunServer } from '../serve/start-run-server.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { StoreUnavailableError } from '../store/store-unavailable.ts'
import { exampleRun } from '../testing/example-run.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import { createRunApp } from './create-app.ts'

const PATH = '/api/v1/export'
const checkAnswer = createAnswerCheck()

/** A store that gives other runs away than it keeps. */
class GivingStore extends SqliteStore {
  readonly #runs: () => AsyncIterable<AgentRun>

  constructor(runs: () => AsyncIterable<AgentRun>) {
    super({ path: ':memory:' })
    this.#runs = runs
  }

  override export(): AsyncIterable<AgentRun> {
    return this.#runs()
  }
}

describe('the export of runs', () => {
  test('gives all runs in the order in which they came, one on each line', async () => {
    const store = new SqliteStore({ path: ':memory:' })
    await using server = await startRunServer({ store, port: 0 })
    const runs = Array.from({ length: 1_201 }, (_, at) => exampleRun(2_000 - at))
    await store.create(runs)
    const response = await fetch(`${server.url}${PATH}`)
    deepEqual(
      [response.status, response.headers.get('content-type'), response.headers.get('x-agent-run-protocol')],
      [200, 'application/x-ndjson', '0.1.0'],
    )
    equal(checkAnswer('GET', '/export', { status: 200, body: undefined }), undefined)
    const lines = (await response.text()).split('\n')
    equal(lines.pop(), '')
    const given = lines.map((line) => parseAgentRun(JSON.parse(line)))
    deepEqual(
      given.map((parsed) => parsed.ok && parsed.value),
      runs,
    )
  })

  test('gives an empty body where there is no run', async () => {
    const store = new SqliteStore({ path: ':memory:' })
    const response = await createRunApp({ store, anonymous: 'viewer' }).request(PATH)
    deepEqual([response.status, await response.text()], [200, ''])
    await store.close()
  })

  test('is for those who may read', async () => {
    const store = new SqliteStore({ path: ':memory:' })
    const { key, record } = createApiKey('reader', 'viewer')
    await store.addKey(record)
    const app = createRunApp({ store })
    for (const [headers, expected] of [
      [{}, 401],
      [{ 'x-api-key': key }, 200],
    ] as const) {
      const response = await app.request(PATH, { headers })
      const text = await response.text()
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      equal(response.status, expected)
      equal(checkAnswer('GET', '/export', { status: response.status, body }), undefined)
    }
    await store.close()
  })

  test('says that a store cannot be reached, and breaks off where it fails later', async () => {
    const store = new GivingStore(async function* () {
      await Promise.resolve()
      if (failsAtOnce) throw new StoreUnavailableError('the database is gone')
      for (let at = 0; at < 2_000; at++) yield exampleRun(at)
      throw new StoreUnavailableError('the database is gone')
    })
    let failsAtOnce = true
    await using server = await startRunServer({ store, port: 0 })
    const refused = await fetch(`${server.url}${PATH}`)
    const body: unknown = await refused.json()
    equal(refused.status, 503)
    equal(checkAnswer('GET', '/export', { status: 503, body }), undefined)
    failsAtOnce = false
    const broken = await fetch(`${server.url}${PATH}`)
    equal(broken.status, 200)
    await rejects(broken.text())
  })

  test('reads from the store no faster than it is read, and not beyond', async () => {
    let made = 0
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const store = new GivingStore(async function* () {
      try {
        for (; ; made++) {
          await Promise.resolve()
          yield exampleRun(made)
        }
      } finally {
        end()
      }
    })
    const app = createRunApp({ store, anonymous: 'viewer' })
    const taken = (await app.request(PATH)).body?.getReader()
    await taken?.read()
    // as much as one chunk holds, and not all that there is, which has no end
    ok(made < 1_000, `${made} runs were read`)
    await taken?.cancel()
    await ended
    await using server = await startRunServer({ store, port: 0 })
    const again = new Promise<void>((resolve) => {
      end = resolve
    })
    const reader = (await fetch(`${server.url}${PATH}`)).body?.getReader()
    equal((await reader?.read())?.done, false)
    await reader?.cancel()
    await again
  })
})
