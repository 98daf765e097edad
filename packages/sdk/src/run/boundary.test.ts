import { equal, rejects } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { orAborted } from './boundary.ts'

describe('work that an aborted run gives a moment', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => vi.useRealTimers())

  test('keeps no process alive once it has settled', async () => {
    const error = new Error('stop')
    const { agent } = guardedAgent(async ({ run }) => {
      await orAborted(run, Promise.resolve())
      await rejects(orAborted(run, Promise.reject(new Error('broken'))), /broken/)
      run.abort(error)
    })
    await rejects(agent.run('go'), (caught) => caught === error)
    equal(vi.getTimerCount(), 0)
  })
})
