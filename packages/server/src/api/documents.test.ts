import { AOSInstrument } from '@aos/sdk'
import { EvidenceRecorder } from '@aos/records/evidence'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { exampleRun } from '../testing/example-run.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import { createRunApp } from './create-app.ts'

const checkAnswer = createAnswerCheck()
const NOW = Date.parse('2026-01-31T12:30:00Z')
const BOM = '{ "bomFormat": "CycloneDX",\n  "specVersion": "1.6", "version": 1.0, "components": [] }'

/** The evidence of a real run. */
async function evidencePack(): Promise<{ readonly runId: string; readonly text: string }> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument((input: unknown) => input, { sinks: [recorder] })
  await agent.run('go')
  const pack = recorder.ended()[0]?.pack()
  return { runId: pack?.scope.run_id ?? '', text: JSON.stringify(pack) }
}

describe('documents of a run', () => {
  let store: SqliteStore
  beforeEach(() => {
    store = new SqliteStore({ path: ':memory:' })
  })
  afterEach(() => store.close())

  const send = async (
    path: string,
    body?: string,
    role: 'admin' | 'viewer' = 'admin',
  ): Promise<{ readonly status: number; readonly text: string; readonly body: unknown }> => {
    const app = createRunApp({ store, anonymous: role, clock: () => NOW, maxBodyBytes: 100_000 })
    const method = body === undefined ? 'GET' : 'PUT'
    const response = await app.request(`/api/v1${path}`, { method, body: body ?? null })
    const text = await response.text()
    const answer = { status: response.status, body: JSON.parse(text) as unknown }
    equal(checkAnswer(method, path, answer), undefined)
    return { ...answer, text }
  }

  test('come back byte for byte, with their digest', async () => {
    const { id } = exampleRun(1)
    const facts = {
      kind: 'agbom',
      digest: `sha256:${createHash('sha256').update(BOM).digest('hex')}`,
      size: Buffer.byteLength(BOM),
      at: '2026-01-31T12:30:00.000Z',
    }
    equal((await send(`/runs/${id}/documents`)).status, 404)
    equal((await send(`/runs/${id}/documents/agbom`)).status, 404)
    const put = await send(`/runs/${id}/documents/agbom`, BOM)
    deepEqual([put.status, put.body], [201, facts])
    equal((await send(`/runs/${id}/documents/agbom`, BOM)).status, 200)
    deepEqual((await send(`/runs/${id}/documents`)).body, { documents: [facts] })
    equal((await send(`/runs/${id}/documents/agbom`)).text, BOM)
    await store.create([exampleRun(2)])
    deepEqual((await send(`/runs/${exampleRun(2).id}/documents`)).body, { documents: [] })
  })

  test('are evidence that is valid, and that of the run', async () => {
    const { runId, text } = await evidencePack()
    ok(runId !== '')
    equal((await send(`/runs/${runId}/documents/evidence`, text)).status, 201)
    equal((await send(`/runs/${runId}/documents/evidence`)).text, text)
    const other = await send('/runs/other/documents/evidence', text)
    equal(other.status, 400)
    match(JSON.stringify(other.body), /\/scope\/run_id.*the run it is sent to, other/)
    const overstated = text.replace('"claims":{"status":"partial"', '"claims":{"status":"complete"')
    ok(overstated !== text)
    const refused = await send(`/runs/${runId}/documents/evidence`, overstated)
    equal(refused.status, 400)
    match(JSON.stringify(refused.body), /Invalid evidence pack.*completeness/)
  })

  test('are refused with what is wrong with them', async () => {
    const cases: readonly (readonly [string, string, number, RegExp])[] = [
      [
        'agbom',
        '{"bomFormat":"SPDX","specVersion":3,"components":{}}',
        400,
        /bomFormat.*specVersion.*components/,
      ],
      ['agbom', '[]', 400, /bomFormat/],
      ['agbom', 'null', 400, /bomFormat/],
      ['agbom', '{', 400, /no JSON/],
      ['agbom', JSON.stringify('x'.repeat(100_000)), 413, /larger/],
      ['evidence', '{}', 400, /Invalid evidence pack/],
      ['sbom', '{}', 404, /agbom and evidence/],
    ]
    for (const [kind, body, status, words] of cases) {
      const answer = await send(`/runs/r/documents/${kind}`, body)
      equal(answer.status, status, body.slice(0, 50))
      match(answer.text, words)
    }
    equal((await send('/runs/r/documents/agbom', BOM, 'viewer')).status, 403)
    deepEqual(await store.documentsOf('r'), [])
  })
})
