import { verifyRun } from '@agent-run/types'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { beforeEach, describe, it } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { announcing, flushed, settle } from '../../../../test/support/announcing-reporters.ts'
import type { ManualClock } from '../../../../test/support/manual-clock.ts'
import type { OutboxReport } from '../outbox/index.ts'

const kit = announcing()
const { reporterOf, runFor, onlyRun } = kit
let server: AgentRunServer
let clock: ManualClock
let reports: OutboxReport[]

beforeEach(() => {
  ;({ server, clock, reports } = kit)
})

describe('a run that lasts', () => {
  verifies('aos-sdk.reporter.announces', 'is shown as running, then completed in place', async () => {
    const reporter = reporterOf()
    const finish = await runFor(reporter, 500)
    await server.until(() => server.runs.size === 1)
    equal(onlyRun().status, 'running')
    deepEqual(verifyRun(onlyRun()).status, 'unsigned')
    await finish()
    await flushed(reporter)
    const { id } = onlyRun()
    deepEqual(server.calls, ['POST ', `PATCH /${id}`])
    equal(onlyRun().status, 'completed')
    deepEqual(
      verifyRun(onlyRun()).checks.filter((check) => !check.ok),
      [],
    )
    ok(onlyRun().provenance.metadata?.['record_hash'] !== undefined)
    const { delivered, announced, open } = reporter.stats()
    deepEqual([delivered, announced, open, server.issues, reports], [1, 1, 0, [], []])
  })

  verifies('aos-sdk.reporter.announces', 'not before its time, and not at all when told so', async () => {
    for (const [announceAfterMs, lastsMs] of [
      [undefined, 499],
      [2000, 1999],
      [false, 60_000],
    ] as const) {
      const reporter = reporterOf({ announceAfterMs })
      const before = server.requests.length
      const finish = await runFor(reporter, lastsMs)
      await finish()
      await flushed(reporter)
      deepEqual(server.calls.slice(before), ['POST '])
      equal(reporter.stats().announced, 0)
    }
    ok([...server.runs.values()].every(({ status }) => status === 'completed'))
  })

  verifies('aos-sdk.reporter.announces', 'at once when told so', async () => {
    const reporter = reporterOf({ announceAfterMs: 0 })
    const finish = await runFor(reporter, 0)
    await server.until(() => server.runs.size === 1)
    await finish()
    await flushed(reporter)
    equal(onlyRun().status, 'completed')
  })

  verifies('aos-sdk.reporter.order', 'the end waits for a start that is under way', async () => {
    const reporter = reporterOf()
    server.next('held')
    const finish = await runFor(reporter, 500)
    await server.arrived(1)
    await finish()
    const flush = reporter.flush(5000)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    equal(server.requests.length, 1)
    server.release()
    equal((await flush).complete, true)
    deepEqual(
      server.changes.map(({ status }) => status),
      ['running', 'completed'],
    )
  })

  verifies('aos-sdk.reporter.order', 'a start that nobody took is withdrawn by the end', async () => {
    const reporter = reporterOf()
    server.next({ status: 503 })
    const finish = await runFor(reporter, 500)
    await server.arrived(1)
    await finish()
    await flushed(reporter)
    clock.advance(600_000)
    await flushed(reporter)
    deepEqual(server.calls, ['POST ', 'POST '])
    equal(onlyRun().status, 'completed')
  })

  verifies('aos-sdk.reporter.order', 'a start is tried again while the run lasts', async () => {
    const reporter = reporterOf()
    server.next({ status: 503 }, { status: 429, headers: { 'retry-after': '30' } })
    const finish = await runFor(reporter, 500)
    await server.arrived(1)
    await settle()
    clock.advance(500)
    await server.arrived(2)
    await settle()
    clock.advance(29_000)
    equal(server.requests.length, 2)
    clock.advance(1000)
    await server.until(() => server.runs.size === 1)
    equal(onlyRun().status, 'running')
    await finish()
    await flushed(reporter)
    equal(onlyRun().status, 'completed')
  })

  verifies(
    'aos-sdk.reporter.order',
    'a refused start costs one request, and the end comes as a whole',
    async () => {
      const reporter = reporterOf()
      server.next({ status: 400 })
      const finish = await runFor(reporter, 500)
      await server.arrived(1)
      await finish()
      await flushed(reporter)
      deepEqual(server.calls, ['POST ', 'POST '])
      deepEqual(
        reports.map(({ kind, reason }) => [kind, reason]),
        [['fault', 'start_refused: the server answered 400']],
      )
    },
  )

  verifies('aos-sdk.reporter.order', 'a start whose answer is lost may be there', async () => {
    for (const kind of ['strict', 'lax'] as const) {
      server.kind = kind
      server.runs.clear()
      const reporter = reporterOf()
      server.next('unanswered')
      const finish = await runFor(reporter, 500)
      await server.until(() => server.runs.size === 1)
      await finish()
      await flushed(reporter)
      equal(onlyRun().status, 'completed')
    }
    deepEqual(
      server.requests.map(({ method }) => method),
      ['POST', 'PATCH', 'POST', 'PATCH'],
    )
  })
})

it('does not announce a run that no path can name', async () => {
  const reporter = reporterOf({ announceAfterMs: 0 })
  const finish = await runFor(reporter, 5000, { newId: () => '..' })
  await finish()
  await flushed(reporter)
  deepEqual([server.calls, onlyRun().status], [['POST '], 'completed'])
})
