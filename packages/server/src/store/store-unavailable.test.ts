import { equal } from 'node:assert/strict'
import { test } from 'vitest'
import { createRunApp } from '../api/create-app.ts'
import { createAnswerCheck } from '../testing/openapi.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import { isStoreUnavailable, StoreUnavailableError } from './store-unavailable.ts'

class GoneStore extends SqliteStore {
  override list(): Promise<never> {
    return Promise.reject(new StoreUnavailableError('it is gone'))
  }
}

test('a store that cannot be reached is answered as such, and with when to come back', async () => {
  const store = new GoneStore({ path: ':memory:' })
  const answer = await createRunApp({ store, anonymous: 'viewer' }).request('/api/v1/runs')
  equal(answer.status, 503)
  equal(answer.headers.get('retry-after'), '1')
  const body = (await answer.json()) as { readonly error: string }
  equal(body.error.includes('gone'), false)
  equal(createAnswerCheck()('GET', '/runs', { status: answer.status, body }), undefined)
  equal(isStoreUnavailable(new Error('another')), false)
  await store.close()
})
