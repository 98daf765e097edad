import { AOSInstrument } from '@aos/sdk'
import { EvidenceRecorder } from '@aos/records/evidence'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { parse } from 'yaml'
import type { App } from '../api/app-types.ts'
import { createRunApp } from '../api/create-app.ts'
import type { RunStore } from '../store/run-store.ts'
import { exampleRun } from './example-run.ts'
import { createAnswerCheck } from './openapi.ts'

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: readonly string[]
}

const DESCRIPTION = join(import.meta.dirname, '..', '..', '..', '..', 'schemas', 'agent-run', 'openapi.yaml')
// it never ends; its own tests follow it
const STREAM = 'streamRuns'
const OPERATIONS = operationsIn(parse(readFileSync(DESCRIPTION, 'utf8'), { merge: true }))
const RUN = exampleRun(1)
const HEX = 'a'.repeat(32)
const EVALUATION = { benchmark_id: 'b', task_id: 't', score: 80, pass: true }
const EVENT = {
  schema_version: 'agent_activity.v1',
  event_id: 'e1',
  event_type: 'tool.called',
  occurred_at: RUN.started_at,
  session_id: 's1',
  run_id: RUN.id,
}
const SPAN = {
  traceId: HEX,
  spanId: HEX.slice(16),
  name: 'span',
  startTimeUnixNano: '1769853600000000000',
  endTimeUnixNano: '1769853600000000001',
  attributes: [{ key: 'aos.run.id', value: { stringValue: RUN.id } }],
}

/** A valid body for each operation that takes one. */
const BODIES: Readonly<Record<string, readonly unknown[]>> = {
  createRun: [exampleRun(2)],
  createRuns: [{ runs: [exampleRun(3), exampleRun(4)] }],
  updateRun: [{ status: 'completed', tags: ['t'], metadata: { n: 1 } }],
  attachEval: [EVALUATION],
  putDocument: [
    await evidencePack(),
    { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'c' }] },
  ],
  sendEvents: [EVENT, [EVENT, { ...EVENT, event_id: 'e2' }]],
  sendAuditEntries: [
    { entries: [{ runId: RUN.id, decision: { decisionId: 'd', phase: 'request', verdict: 'deny', at: 1 } }] },
  ],
  sendTraces: [{ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 's' }, spans: [SPAN] }] }] }],
}

const checkAnswer = createAnswerCheck()

const anything = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/\p{Surrogate}/gu, '')),
  fc.constantFrom(
    RUN.id,
    '0',
    '-1',
    '1e9',
    '99999999999999999999',
    'null',
    '2026-01-31T10:00:00Z',
    'agbom',
    '%',
  ),
)
const asked = fc.constantFrom(...OPERATIONS).chain((operation) =>
  fc.record({
    operation: fc.constant(operation),
    names: fc.tuple(fc.oneof(fc.constant(RUN.id), anything), fc.oneof(fc.constant('evidence'), anything)),
    query: fc.dictionary(fc.constantFrom('odd', ...operation.query), anything),
    body: bodyOf(operation),
  }),
)

/** Asks for whatever OpenAPI describes, in ways that are valid and in ways that are not; `open` gives an empty store. */
export function describeEveryOperation(name: string, open: () => Promise<RunStore>): void {
  describe(`every operation that is described: ${name}`, () => {
    let store: RunStore
    let app: App
    beforeEach(async () => {
      store = await open()
      app = createRunApp({ store, anonymous: 'admin', rateLimit: { perSecond: 1e9, burst: 1e9 } })
      await store.create([RUN])
    })
    afterEach(() => store.close())

    /** Asks, and gives the status of an answer that is as described. */
    async function ask({ method, path }: Operation, at: string, body: string | undefined): Promise<number> {
      const prefix = path.startsWith('/v1/') ? '' : '/api/v1'
      const response = await app.request(`${prefix}${at}`, { method, body: body ?? null })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
      const answer = { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text }
      equal(checkAnswer(method, at.replace(/\?.*$/s, ''), answer), undefined, `${method} ${at}`)
      return response.status
    }

    test('answers a valid request as described', async () => {
      const failed: string[] = []
      for (const operation of OPERATIONS.filter(({ method }) => method !== 'GET').concat(OPERATIONS))
        for (const body of BODIES[operation.id] ?? [undefined]) {
          const runId = runIdIn(body) ?? RUN.id
          const kind = runIdIn(body) === undefined ? 'agbom' : 'evidence'
          const at = operation.path.replace('{id}', runId).replace('{kind}', kind)
          const status = await ask(operation, at, body === undefined ? undefined : JSON.stringify(body))
          if (status >= 300) failed.push(`${operation.id}: ${status}`)
        }
      deepEqual(failed, [])
    })

    test('never fails, and answers as described whatever is asked of it', async () => {
      const seen = new Set<number>()
      await fc.assert(
        fc.asyncProperty(asked, async ({ operation, names: [id, kind], query, body }) => {
          const path = operation.path
            .replace('{id}', () => encodeURIComponent(id))
            .replace('{kind}', () => encodeURIComponent(kind))
          const text = new URLSearchParams(query).toString()
          // a path that ends early is another operation, or none
          if (path.includes('//') || path.endsWith('/') || /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) return
          const status = await ask(operation, text === '' ? path : `${path}?${text}`, body)
          seen.add(status)
          ok(status < 500, `${operation.method} ${path}: ${status}`)
        }),
        { numRuns: 1_500 },
      )
      for (const status of [200, 400, 404]) ok(seen.has(status), `no answer was ${status}`)
    })
  })
}

function bodyOf({ id, method }: Operation): fc.Arbitrary<string | undefined> {
  const valid = BODIES[id]
  if (valid === undefined) return method === 'GET' ? fc.constant(undefined) : fc.string()
  const spoilt = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.array(fc.nat(50), { minLength: 1, maxLength: 7 }),
      fc.option(fc.jsonValue()),
    )
    .map(([document, picks, value]) => JSON.stringify(spoil(document, picks, value)))
  return fc.oneof({ weight: 8, arbitrary: spoilt }, { weight: 1, arbitrary: fc.string() })
}

/** The document with one of its values, some steps inside, replaced; taken away where the value is null. */
function spoil(value: unknown, [pick, ...rest]: readonly number[], by: unknown): unknown {
  if (pick === undefined || typeof value !== 'object' || value === null) return by
  const names = Object.keys(value)
  const name = names[pick % Math.max(1, names.length)]
  if (name === undefined) return by
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...value }
  if (rest.length === 0 && by === null) Reflect.deleteProperty(copy, name)
  else Reflect.set(copy, name, spoil(Reflect.get(value, name), rest, by))
  return copy
}

function operationsIn(document: unknown): readonly Operation[] {
  const paths = Object.entries(memberOf(document, 'paths') as Readonly<Record<string, object>>)
  return paths.flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      const id = memberOf(operation, 'operationId')
      if (typeof id !== 'string' || id === STREAM) return []
      const parameters = memberOf(operation, 'parameters')
      const query = (Array.isArray(parameters) ? parameters : [])
        .filter((parameter) => memberOf(parameter, 'in') === 'query')
        .map((parameter) => String(memberOf(parameter, 'name')))
      return [{ id, method: method.toUpperCase(), path, query }]
    }),
  )
}

function runIdIn(body: unknown): string | undefined {
  const id = memberOf(memberOf(body, 'scope'), 'run_id')
  return typeof id === 'string' ? id : undefined
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
}

async function evidencePack(): Promise<unknown> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument((input: unknown) => input, { sinks: [recorder] })
  await agent.run('go')
  return recorder.ended()[0]?.pack()
}
