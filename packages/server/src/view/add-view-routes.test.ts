import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import type { App } from '../api/app-types.ts'
import { createRunApp } from '../api/create-app.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'

describe('the files of the view', () => {
  let store: SqliteStore
  let app: App
  beforeEach(() => {
    store = new SqliteStore({ path: ':memory:' })
    app = createRunApp({ store })
  })
  afterEach(() => store.close())

  test('come without a key, at each place of the view, under a policy that lets nothing else in', async () => {
    const pages = await Promise.all(
      ['/', '/runs/some-id', '/compare?a=1&b=2', '/charts', '/leaderboard'].map(async (path) => {
        const response = await app.request(path)
        equal(response.status, 200)
        const policy = response.headers.get('content-security-policy') ?? ''
        match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/)
        ok(!policy.includes('unsafe'))
        equal(response.headers.get('x-content-type-options'), 'nosniff')
        return response.text()
      }),
    )
    equal(new Set(pages).size, 1)
    equal((await app.request('/api/v1/runs')).status, 401)
    equal((await app.request('/elsewhere')).status, 404)
  })

  test('are kept by the browser until they change', async () => {
    const html = await (await app.request('/')).text()
    const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
    equal(assets.length, 2)
    for (const path of assets) {
      const response = await app.request(path)
      match(response.headers.get('cache-control') ?? '', /immutable/)
      const etag = response.headers.get('etag') ?? ''
      const again = await app.request(path, { headers: { 'if-none-match': etag } })
      deepEqual([again.status, await again.text()], [304, ''])
      const packed = await app.request(path, { headers: { 'accept-encoding': 'gzip, br' } })
      equal(packed.headers.get('content-encoding'), 'gzip')
      ok((await packed.arrayBuffer()).byteLength < (await response.arrayBuffer()).byteLength / 2)
    }
    equal((await app.request('/assets/view-0.js')).status, 404)
    const page = await app.request('/')
    equal(page.headers.get('cache-control'), 'no-cache')
  })

  test('are absent where they are not wanted', async () => {
    equal((await createRunApp({ store, view: false }).request('/')).status, 404)
  })
})
