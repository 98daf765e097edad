import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'vitest'
import { ChangeFeed } from './change-feed.ts'

// a port at which nobody is, so that there is nothing to listen to
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Kept {
  latest: number
  /** Called instead of an answer. */
  failed?: (() => void) | undefined
  readonly notified: string[]
}

async function feedOf(kept: Kept, refusal?: Error): Promise<ChangeFeed> {
  return new ChangeFeed({
    config: { host: '127.0.0.1', port: await closedPort(), connectionTimeoutMillis: 1_000 },
    channel: 'changes',
    pollMs: 5,
    latest: () => {
      if (kept.failed === undefined) return Promise.resolve(kept.latest)
      kept.failed()
      return Promise.reject(new Error('not now'))
    },
    notify: (channel) => {
      kept.notified.push(channel)
      return refusal === undefined ? Promise.resolve() : Promise.reject(refusal)
    },
  })
}

function heard(feed: ChangeFeed): Promise<void> {
  return new Promise((resolve) => {
    const stop = feed.add(() => {
      stop()
      resolve()
    })
  })
}

test('finds changes of others where nobody notifies, also after the database was gone', async () => {
  const kept: Kept = { latest: 1, notified: [] }
  const feed = await feedOf(kept)
  let told = 0
  const stop = feed.add(() => told++)
  await heard(feed)
  await new Promise<void>((resolve) => {
    kept.failed = resolve
  })
  kept.latest = 2
  kept.failed = undefined
  await heard(feed)
  stop()
  equal(told > 0, true)
  feed.close()
})

test('tells its own listeners at once, and gives up notifying where that is refused', async () => {
  const kept: Kept = { latest: 1, notified: [] }
  const feed = await feedOf(kept, Object.assign(new Error('not supported'), { code: '0A000' }))
  let told = 0
  feed.add(() => told++)
  feed.changed()
  equal(told, 1)
  await heard(feed)
  feed.changed()
  feed.changed()
  deepEqual(kept.notified, ['changes'])
  feed.close()
  const before = told
  feed.changed()
  equal(told, before)
})
