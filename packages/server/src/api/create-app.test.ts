import type { AgentRun } from '@agent-run/types'
import fc from 'fast-check'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { createApiKey } from '../keys/api-key.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { exampleRun } from '../testing/example-run.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import type { App } from './app-types.ts'
import { createRunApp, type RunAppOptions } from './create-app.ts'

const checkAnswer = createAnswerCheck()

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

let store: SqliteStore
let app: App

beforeEach(() => {
  store = new SqliteStore({ path: ':memory:' })
  app = serving()
})

afterEach(() => store.close())

const serving = (options: Partial<RunAppOptions> = {}): App =>
  createRunApp({ store, anonymous: 'admin', ...options })

/** Asks, and holds the answer against the OpenAPI description. */
async function ask(
  method: string,
  path: string,
  given: RequestInit & { readonly json?: unknown } = {},
): Promise<Answer> {
  const { json, ...init } = given
  const body = json === undefined ? (init.body ?? null) : JSON.stringify(json)
  const response = await app.request(`/api/v1${path}`, { ...init, method, body })
  const text = await response.text()
  const answer = { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
  equal(checkAnswer(method, path.replace(/\?.*$/s, ''), answer), undefined)
  return { ...answer, headers: response.headers }
}

const post = (run: unknown): Promise<Answer> => ask('POST', '/runs', { json: run })

describe('the API of runs', () => {
  test('creates a run once, tells the same from another, and gives it back', async () => {
    const run = exampleRun(1)
    const created = await post(run)
    deepEqual([created.status, created.body], [201, { id: run.id, run_hash: run.provenance.run_hash }])
    equal(created.headers.get('x-agent-run-protocol'), '0.1.0')
    equal((await post(run)).status, 200)
    equal((await post({ ...run, tags: ['other'] })).status, 409)
    deepEqual((await ask('GET', `/runs/${run.id}`)).body, run)
    deepEqual((await ask('GET', `/runs/${run.id}/provenance`)).body, run.provenance)
    equal((await ask('GET', '/runs/nobody')).status, 404)
  })

  test('names everything that is wrong with a run', async () => {
    const { status, body } = await post({ ...exampleRun(1), status: 'done', cost: {}, started_at: 'today' })
    equal(status, 400)
    const { issues } = body as { issues: readonly { path: string }[] }
    for (const path of ['/status', '/cost', '/started_at'])
      ok(
        issues.some((issue) => issue.path.startsWith(path)),
        path,
      )
    equal((await ask('POST', '/runs', { body: '{"id":' })).status, 400)
    equal((await ask('POST', '/runs', { body: Buffer.from([0x22, 0xff, 0x22]) })).status, 400)
  })

  test('says where a hash does not follow from its run', async () => {
    const run = exampleRun(1, { trigger: 'manual' })
    const forged = await post({
      ...run,
      provenance: { run_hash: '0'.repeat(64), config_hash: 'a'.repeat(64) },
    })
    deepEqual(forged.body, { id: run.id, run_hash: '0'.repeat(64), provenance_mismatch: true })
    const verified = await ask('GET', `/runs/${run.id}/verification`)
    equal((verified.body as { status: string }).status, 'refused')
  })

  test('updates what may be updated, and nothing where the whole would not be valid', async () => {
    const run = exampleRun(1, { status: 'running' })
    await post(run)
    const patch = (json: unknown): Promise<Answer> => ask('PATCH', `/runs/${run.id}`, { json })
    deepEqual((await patch({ status: 'completed', tags: ['a'] })).body, {
      ...run,
      status: 'completed',
      tags: ['a'],
    })
    for (const bad of [
      {},
      [],
      { id: 'x' },
      { status: 'done' },
      { cost: { input_tokens: -1 } },
      { steps: {} },
    ])
      equal((await patch(bad)).status, 400, JSON.stringify(bad))
    deepEqual((await ask('GET', `/runs/${run.id}`)).body, { ...run, status: 'completed', tags: ['a'] })
    equal((await ask('PATCH', '/runs/nobody', { json: { status: 'failed' } })).status, 404)
  })

  test('takes evaluations and ranks agents by them', async () => {
    const run = exampleRun(1)
    await post(run)
    const put = (json: unknown): Promise<Answer> => ask('PUT', `/runs/${run.id}/eval`, { json })
    deepEqual(((await put({ pass: true, score: 80 })).body as AgentRun).eval, { pass: true, score: 80 })
    equal((await put({ score: 80 })).status, 400)
    equal((await put({ pass: true, score: 101 })).status, 400)
    equal((await ask('PUT', '/runs/nobody/eval', { json: { pass: true, score: 1 } })).status, 404)
    const board = await ask('GET', '/evals/leaderboard')
    equal((board.body as { entries: readonly { avg_score: number }[] }).entries[0]?.avg_score, 80)
  })

  test('takes many runs at once, all or none', async () => {
    const runs = [exampleRun(1), exampleRun(2)]
    const batch = (json: unknown): Promise<Answer> => ask('POST', '/runs/batch', { json })
    const { body } = await batch({ runs: [...runs, exampleRun(1)] })
    deepEqual(
      (body as { results: readonly { outcome: string }[] }).results.map(({ outcome }) => outcome),
      ['created', 'created', 'same'],
    )
    const refused = await batch({ runs: [exampleRun(3), { id: 'x' }] })
    equal(refused.status, 400)
    match(JSON.stringify(refused.body), /\/runs\/1/)
    equal((await ask('GET', `/runs/${exampleRun(3).id}`)).status, 404)
    for (const bad of [[], {}, { runs: [] }, { runs: {} }]) equal((await batch(bad)).status, 400)
  })

  test('finds runs, and names what is wrong with a query', async () => {
    await ask('POST', '/runs/batch', { json: { runs: [exampleRun(1), exampleRun(2, { agent_id: 'b' })] } })
    const { body } = await ask('GET', `/runs?agent_id=b&since=${exampleRun(1).started_at}&limit=1`)
    deepEqual(
      [(body as { total: number }).total, (body as { runs: readonly AgentRun[] }).runs[0]?.id],
      [1, exampleRun(2).id],
    )
    const refused = await ask('GET', '/runs?limit=0&offset=-1&status=done&since=yesterday&denied=maybe')
    equal(refused.status, 400)
    deepEqual(
      (refused.body as { issues: readonly { path: string }[] }).issues.map(({ path }) => path).toSorted(),
      ['/denied', '/limit', '/offset', '/since', '/status'],
    )
  })
})

describe('who may do what', () => {
  test('is decided by the key, in every form it may come in', async () => {
    const [reader, writer] = [createApiKey('reader', 'viewer'), createApiKey('writer', 'operator')]
    await store.addKey(reader.record)
    await store.addKey(writer.record)
    app = serving({ anonymous: undefined })
    equal((await post(exampleRun(1))).status, 401)
    const as = (headers: Record<string, string>): Promise<Answer> =>
      ask('POST', '/runs', { json: exampleRun(1), headers })
    equal((await as({ 'x-api-key': 'wrong' })).status, 401)
    equal((await as({ 'x-api-key': reader.key })).status, 403)
    equal((await as({ 'x-api-key': writer.key })).status, 201)
    for (const scheme of ['Bearer', 'ApiKey', 'token'])
      equal((await as({ authorization: `${scheme} ${writer.key}` })).status, 200)
    equal((await ask('GET', '/runs', { headers: { 'x-api-key': reader.key } })).status, 200)
    equal((await ask('GET', '/health')).status, 200)
    const [row] = await store.keys()
    ok(row !== undefined && !JSON.stringify(row).includes(reader.key))
  })

  test('is bounded in how often and how much', async () => {
    let now = 0
    app = serving({ rateLimit: { perSecond: 1, burst: 2 }, clock: () => now, maxBodyBytes: 2_000 })
    equal((await ask('GET', '/runs')).status, 200)
    equal((await ask('GET', '/runs')).status, 200)
    const refused = await ask('GET', '/runs')
    deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
    now = 10_000
    equal((await post({ ...exampleRun(1), error: 'x'.repeat(3_000) })).status, 413)
    const packed = gzipSync(JSON.stringify({ ...exampleRun(1), error: 'x'.repeat(1_000_000) }))
    const bomb = await ask('POST', '/runs', { body: packed, headers: { 'content-encoding': 'gzip' } })
    equal(bomb.status, 413)
    now = 20_000
    const fine = gzipSync(JSON.stringify(exampleRun(1)))
    equal((await ask('POST', '/runs', { body: fine, headers: { 'content-encoding': 'gzip' } })).status, 201)
    equal((await ask('POST', '/runs', { body: 'x', headers: { 'content-encoding': 'br' } })).status, 400)
  })
})

describe('the stream of changes', () => {
  async function eventsOf(response: Response, count: number): Promise<readonly string[]> {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (text.split('\n\n').length <= count) {
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) break
      text += value ?? ''
    }
    await reader?.cancel()
    return text.split('\n\n').slice(0, count)
  }

  test('tells what happens from now on, and what was missed from the last event on', async () => {
    const run = exampleRun(1, { status: 'running' })
    await post(run)
    const live = await app.request('/api/v1/runs/stream')
    equal(live.headers.get('content-type')?.startsWith('text/event-stream'), true)
    const told = eventsOf(live, 2)
    await ask('PATCH', `/runs/${run.id}`, { json: { tags: ['x'] } })
    await ask('PATCH', `/runs/${run.id}`, { json: { status: 'failed' } })
    const [updated, completed] = await told
    match(updated ?? '', /event: run\.updated/)
    match(completed ?? '', /event: run\.completed[\s\S]*"status":"failed"/)
    const id = /id: (\d+)/.exec(updated ?? '')?.[1] ?? ''
    const again = await app.request('/api/v1/runs/stream', { headers: { 'last-event-id': id } })
    deepEqual(await eventsOf(again, 1), [completed])
    equal((await app.request('/api/v1/runs/stream', { headers: { 'last-event-id': 'x' } })).status, 400)
  })

  test('is kept open by comments', async () => {
    app = serving({ heartbeatMs: 1 })
    const response = await app.request('/api/v1/runs/stream')
    match((await eventsOf(response, 1)).join(''), /^:/)
  })
})

describe('whatever is asked', () => {
  const path = fc.oneof(
    fc.constantFrom(
      '/runs',
      '/runs/batch',
      '/runs/stream-not',
      '/evals/leaderboard',
      '/health',
      '/nothing',
      '/runs/x/eval',
      '/runs/x/provenance',
    ),
    fc
      .string({ unit: 'binary', maxLength: 12 })
      .map((id) => `/runs/${encodeURIComponent(id.replaceAll(/\p{Surrogate}/gu, ''))}`),
    fc.string({ maxLength: 20 }).map((query) => `/runs?${query.replaceAll('#', '')}`),
    fc
      .dictionary(
        fc.constantFrom('limit', 'offset', 'since', 'text', 'agent_id', 'status', 'benchmark_id'),
        fc.string({ maxLength: 8 }),
      )
      .map((query) => `/runs?${new URLSearchParams(query)}`),
  )
  const run = fc.record(
    {
      id: fc.string(),
      agent_id: fc.string(),
      status: fc.constantFrom('running', 'completed', 'odd'),
      started_at: fc.constantFrom('2026-01-31T10:00:00Z', 'never'),
      steps: fc.array(fc.jsonValue()),
      cost: fc.jsonValue(),
      provenance: fc.jsonValue(),
      eval: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const nearly = fc
    .tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.dictionary(
        fc.constantFrom('status', 'tags', 'metadata', 'eval', 'agent_id', 'steps', 'error'),
        fc.jsonValue(),
      ),
    )
    .map(([at, members]) => ({ ...exampleRun(at), ...members }))
  const body = fc.oneof(
    fc.string(),
    run.map((value) => JSON.stringify(value)),
    nearly.map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify({ runs: value })),
  )

  test('the server never fails, and every answer is as described', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE'),
        path,
        body,
        async (method, at, given) => {
          const response = await app.request(`/api/v1${at}`, {
            method,
            body: method === 'GET' ? null : given,
          })
          ok(response.status < 500, `${method} ${at}: ${response.status}`)
          const text = await response.text()
          const answer = {
            status: response.status,
            body: text === '' ? undefined : (JSON.parse(text) as unknown),
          }
          if (response.status !== 404) equal(checkAnswer(method, at.replace(/\?.*$/s, ''), answer), undefined)
        },
      ),
      { numRuns: 500 },
    )
  })
})
