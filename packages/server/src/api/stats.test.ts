import { deepEqual, equal } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { deniedRun, exampleRun } from '../testing/example-run.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import { createRunApp } from './create-app.ts'

const checkAnswer = createAnswerCheck()
const NOW = Date.parse('2026-01-31T12:30:00Z')

describe('sums over time', () => {
  let store: SqliteStore
  beforeEach(async () => {
    store = new SqliteStore({ path: ':memory:' })
    await store.create([exampleRun(1), deniedRun(2), exampleRun(3_600, { agent_id: 'b' })])
  })
  afterEach(() => store.close())

  const ask = async (query: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const app = createRunApp({ store, anonymous: 'viewer', clock: () => NOW })
    const response = await app.request(`/api/v1/stats${query}`)
    const answer = { status: response.status, body: (await response.json()) as unknown }
    equal(checkAnswer('GET', '/stats', answer), undefined)
    return answer
  }

  test('are those of the last days or hours where nothing else is asked for', async () => {
    deepEqual((await ask('')).body, {
      bucket: 'day',
      since: '2026-01-02T00:00:00.000Z',
      until: '2026-01-31T12:30:00.000Z',
      buckets: [
        {
          start: '2026-01-31T00:00:00.000Z',
          runs: 3,
          failed: 0,
          denials: 1,
          tokens: 45,
          cost_usd: 0.03,
          p50_ms: 500,
          p95_ms: 500,
        },
      ],
    })
    const { body } = await ask('?bucket=hour&agent_id=b')
    const { since, buckets } = body as {
      readonly since: string
      readonly buckets: readonly { readonly start: string; readonly runs: number }[]
    }
    equal(since, '2026-01-29T13:00:00.000Z')
    deepEqual(
      buckets.map(({ start, runs }) => [start, runs]),
      [['2026-01-31T11:00:00.000Z', 1]],
    )
  })

  test('are refused where the stretch makes no sense', async () => {
    for (const query of [
      '?bucket=week',
      '?since=yesterday',
      '?since=2026-02-01T00:00:00Z',
      '?bucket=hour&since=2025-01-01T00:00:00Z',
    ])
      equal((await ask(query)).status, 400, query)
  })
})
