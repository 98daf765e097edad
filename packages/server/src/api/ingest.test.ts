import { hmacSigner } from '@aos/records/activity'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { decodeTraceRequest } from '../../../../test/support/otlp-protobuf.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { exampleRun } from '../testing/example-run.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import type { App } from './app-types.ts'
import { createRunApp, type RunAppOptions } from './create-app.ts'

const checkAnswer = createAnswerCheck()
const NOW = Date.UTC(2026, 0, 31, 10)
const TRACE = 'a'.repeat(32)
const PROTOBUF = { 'content-type': 'application/x-protobuf' }

let store: SqliteStore
let app: App
beforeEach(() => {
  store = new SqliteStore({ path: ':memory:' })
  app = serving()
})
afterEach(() => store.close())

const serving = (options: Partial<RunAppOptions> = {}): App =>
  createRunApp({ store, anonymous: 'admin', clock: () => NOW, ...options })

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Asks, and holds the answer against the OpenAPI description. */
async function ask(
  path: string,
  given: RequestInit & { readonly json?: unknown } = {},
  server: App = app,
): Promise<Answer> {
  const { json, ...init } = given
  const body = json === undefined ? (init.body ?? null) : JSON.stringify(json)
  const method = body === null ? 'GET' : 'POST'
  const response = await server.request(path, { ...init, method, body })
  const answer = { status: response.status, body: (await response.json()) as unknown }
  equal(checkAnswer(method, path.replace(/^\/api\/v1|\?.*$/gs, ''), answer), undefined)
  return answer
}

const span = (at: number, members: object = {}): object => ({
  traceId: TRACE,
  spanId: at.toString(16).padStart(16, '0'),
  name: `span ${at}`,
  kind: 1,
  startTimeUnixNano: String((NOW + at) * 1_000_000),
  endTimeUnixNano: String((NOW + at + 1) * 1_000_000),
  attributes: [{ key: 'aos.run.id', value: { stringValue: exampleRun(1).id } }],
  ...members,
})
const request = (...spans: readonly object[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] },
      scopeSpans: [{ scope: { name: 'scope', version: '1' }, spans }],
    },
  ],
})
const spansOf = (path = `/api/v1/runs/${exampleRun(1).id}/spans`): Promise<Answer> => ask(path)

describe('spans over OTLP/HTTP', () => {
  test('are kept, as JSON or gzip, and given back as they came', async () => {
    equal((await spansOf()).status, 404)
    deepEqual(await ask('/v1/traces', { json: request(span(1), span(2)) }), { status: 200, body: {} })
    const packed = new Uint8Array(gzipSync(JSON.stringify(request(span(3)))))
    equal((await ask('/v1/traces', { body: packed, headers: { 'content-encoding': 'gzip' } })).status, 200)
    deepEqual((await spansOf()).body, request(span(1), span(2), span(3)))
    const part = await spansOf(`/api/v1/runs/${exampleRun(1).id}/spans?limit=1&offset=1`)
    deepEqual(part.body, request(span(2)))
    await store.create([exampleRun(2)])
    deepEqual((await spansOf(`/api/v1/runs/${exampleRun(2).id}/spans`)).body, { resourceSpans: [] })
    equal((await spansOf(`/api/v1/runs/${exampleRun(2).id}/spans?limit=0`)).status, 400)
  })

  test('that cannot be kept are rejected one by one, and counted', async () => {
    const bad = [
      span(0),
      span(3, { traceId: 'A'.repeat(31) }),
      span(4, { startTimeUnixNano: '-1' }),
      span(5, { startTimeUnixNano: '9'.repeat(20) }),
      span(6, { name: 'x'.repeat(1_100_000) }),
    ]
    const { status, body } = await ask('/v1/traces', { json: request(span(1), ...bad) })
    equal(status, 200)
    deepEqual(body, {
      partialSuccess: {
        rejectedSpans: '5',
        errorMessage: 'spanId must be 16 hexadecimal digits, not all of them 0',
      },
    })
    deepEqual((await spansOf()).body, request(span(1)))
  })

  test('do not become many times what was sent', async () => {
    const large = request(span(1), span(2)) as { resourceSpans: { resource: { attributes: unknown[] } }[] }
    large.resourceSpans[0]?.resource.attributes.push({ key: 'k', value: { stringValue: 'x'.repeat(70_000) } })
    const { body } = await ask('/v1/traces', { json: large })
    deepEqual(body, {
      partialSuccess: {
        rejectedSpans: '2',
        errorMessage: 'the resource and scope of a span are larger than 65536 characters',
      },
    })
    const many = Array.from({ length: 2_200 }, (_, at) => span(at + 1))
    const close = request(...many) as typeof large
    close.resourceSpans[0]?.resource.attributes.push({ key: 'k', value: { stringValue: 'x'.repeat(65_000) } })
    const answer = (await ask('/v1/traces', { json: close })).body as {
      readonly partialSuccess: { readonly rejectedSpans: string }
    }
    ok(Number(answer.partialSuccess.rejectedSpans) > 100)
  })

  test('are refused where the request is none', async () => {
    for (const json of [[], 'x', 1, { resourceSpans: {} }, { resourceSpans: [1] }])
      equal((await ask('/v1/traces', { json })).status, 400, JSON.stringify(json))
    equal((await ask('/v1/traces', { body: '{' })).status, 400)
    equal((await ask('/v1/traces', { body: '['.repeat(100_000) + ']'.repeat(100_000) })).status, 400)
    deepEqual(await ask('/v1/traces', { json: {} }), { status: 200, body: {} })
    const small = serving({ maxBatchBytes: 100 })
    equal((await ask('/v1/traces', { json: request(span(1)) }, small)).status, 413)
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(1_000_000)))
    const headers = { 'content-encoding': 'gzip' }
    equal((await ask('/v1/traces', { body: bomb, headers }, small)).status, 413)
    equal((await ask('/v1/traces', { json: {} }, serving({ anonymous: 'viewer' }))).status, 403)
    equal((await ask('/v1/traces', { json: {} }, serving({ anonymous: undefined }))).status, 401)
  })

  test('in protobuf are answered in protobuf, whatever bytes come', async () => {
    const send = async (body: Uint8Array<ArrayBuffer>): Promise<readonly [number, string]> => {
      const response = await app.request('/v1/traces', { method: 'POST', headers: PROTOBUF, body })
      equal(response.headers.get('content-type'), 'application/x-protobuf')
      return [response.status, Buffer.from(await response.arrayBuffer()).toString('latin1')]
    }
    deepEqual(await send(new Uint8Array()), [200, ''])
    // a span without anything
    const [status, told] = await send(new Uint8Array([10, 4, 18, 2, 18, 0]))
    ok(status === 200 && told.includes('traceId'), told)
    const [refused, why] = await send(new Uint8Array([10, 200]))
    ok(refused === 400 && why.startsWith('\b\u0003\u0012'), why)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const [answered] = await send(new Uint8Array(bytes))
        ok(answered === 200 || answered === 400)
      }),
    )
    ok(decodeTraceRequest(new Uint8Array()))
  })
})

const event = (members: object = {}): Record<string, unknown> => ({
  schema_version: 'agent_activity.v1',
  event_id: 'e1',
  event_type: 'tool.called',
  occurred_at: new Date(NOW).toISOString(),
  session_id: 's1',
  run_id: exampleRun(1).id,
  ...members,
})
const EVENTS = `/api/v1/runs/${exampleRun(1).id}/events`

describe('activity events', () => {
  test('are kept once, and given back as they came', async () => {
    equal((await ask(EVENTS)).status, 404)
    deepEqual(await ask('/api/v1/events', { json: event() }), { status: 201, body: { event_id: 'e1' } })
    equal((await ask('/api/v1/events', { json: event() })).status, 200)
    equal((await ask('/api/v1/events', { json: event({ event_type: 'tool.failed' }) })).status, 409)
    deepEqual((await ask(EVENTS)).body, {
      events: [{ kind: 'activity', id: 'e1', at: NOW, content: event() }],
    })
  })

  test('of older connectors are known by a key, or by their content', async () => {
    const { event_id: _, occurred_at: __, ...old } = event()
    const headers = { 'idempotency-key': 'key-1' }
    deepEqual((await ask('/api/v1/events', { json: old, headers })).body, { event_id: 'key-1' })
    equal((await ask('/api/v1/events', { json: old, headers })).status, 200)
    deepEqual((await ask('/api/v1/events', { json: { ...old, idempotency_key: 'key-2' } })).body, {
      event_id: 'key-2',
    })
    equal((await ask('/api/v1/events', { json: old })).status, 201)
    equal((await ask('/api/v1/events', { json: old })).status, 200)
  })

  test('come many at once, all or none', async () => {
    const many = [event(), event({ event_id: 'e2' }), event({ tool: { name: 'other' } })]
    const kept = await ask('/api/v1/events', { json: many })
    deepEqual(
      (kept.body as { results: readonly { outcome: string }[] }).results.map(({ outcome }) => outcome),
      ['created', 'created', 'conflict'],
    )
    const { status, body } = await ask('/api/v1/events', {
      json: { events: [event({ event_id: 'e3' }), {}] },
    })
    equal(status, 400)
    const { issues } = body as { issues: readonly { path: string }[] }
    ok(issues.length > 0 && issues.every(({ path }) => path.startsWith('/events/1/')))
    equal((await ask('/api/v1/events', { json: [] })).status, 400)
    equal(((await ask(EVENTS)).body as { events: readonly unknown[] }).events.length, 2)
  })

  test('are refused without a signature where there is a secret', async () => {
    const guarded = serving({ activitySecrets: ['old secret', 'secret'] })
    const body = JSON.stringify(event())
    const sign = async (secret: string, timestamp: number): Promise<Answer> => {
      const signed = await hmacSigner(secret)({ body: Buffer.from(body), eventId: 'e1', timestamp })
      return ask('/api/v1/events', { body, headers: { ...signed } }, guarded)
    }
    equal((await ask('/api/v1/events', { body }, guarded)).status, 401)
    equal((await sign('another', NOW / 1_000)).status, 401)
    equal((await sign('secret', NOW / 1_000 - 400)).status, 401)
    equal((await sign('secret', NOW / 1_000)).status, 201)
  })
})

describe('audit entries', () => {
  const facts = (decisionId: string): object => ({
    runId: exampleRun(1).id,
    step: { id: 's1', trace: { traceId: TRACE, spanId: 'b'.repeat(16) } },
    decision: { decisionId, phase: 'request', verdict: 'deny', at: NOW },
  })
  const line = (seq: number): object => ({
    seq,
    at: NOW,
    prev: 'p',
    entry: facts(`d${seq}`),
    seal: `seal ${seq}`,
  })
  const outcomesOf = ({ body }: Answer): readonly string[] =>
    (body as { results: readonly { outcome: string }[] }).results.map(({ outcome }) => outcome)

  test('are kept as lines of a ledger or as facts, once', async () => {
    const json = { entries: [line(1), facts('d2'), { what: 'something else' }] }
    deepEqual(outcomesOf(await ask('/api/v1/audit', { json })), ['created', 'created', 'created'])
    deepEqual(outcomesOf(await ask('/api/v1/audit', { json })), ['same', 'same', 'same'])
    const forged = { ...line(1), at: 0 }
    deepEqual(outcomesOf(await ask('/api/v1/audit', { json: [forged] })), ['conflict'])
    const { events } = (await ask(EVENTS)).body as { events: readonly { content: unknown }[] }
    deepEqual(
      events.map(({ content }) => content),
      [line(1), facts('d2')],
    )
  })

  test('are taken as the file of a ledger', async () => {
    const body = `${JSON.stringify(line(1))}\n${JSON.stringify(line(2))}\n`
    const headers = { 'content-type': 'application/x-ndjson' }
    deepEqual(outcomesOf(await ask('/api/v1/audit', { body, headers })), ['created', 'created'])
    equal((await ask('/api/v1/audit', { body: '{}\n{', headers })).status, 400)
    const late = { entries: [{ ...facts('d9'), decision: { decisionId: 'd9', at: 9e15 } }] }
    deepEqual(outcomesOf(await ask('/api/v1/audit', { json: late })), ['created'])
    const { events } = (await ask(EVENTS)).body as { events: readonly { id: string; at: number }[] }
    equal(events.find(({ id }) => id.includes('d9'))?.at, NOW)
    for (const json of [{}, { entries: [] }, { entries: [1] }, { entries: Array(1_001).fill({}) }])
      equal((await ask('/api/v1/audit', { json })).status, 400)
  })
})

test('no body makes the server fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/v1/traces', '/api/v1/events', '/api/v1/audit'),
      fc.oneof(
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify({ entries: [value], resourceSpans: [value] })),
        fc.object().map((members) => JSON.stringify({ ...event(), ...members })),
        fc.object().map((members) => JSON.stringify(request({ ...span(1), ...members }))),
        fc.string().map((text) => JSON.stringify({ entries: [{ '\ud800': text, seal: text }] })),
      ),
      async (path, body) => ok((await ask(path, { body })).status < 500),
    ),
    { numRuns: 300 },
  )
})
