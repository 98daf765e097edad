import { deepEqual, equal, ok } from 'node:assert/strict'
import { beforeEach, describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { announcing, flushed, settle } from '../../../../test/support/announcing-reporters.ts'
import type { ManualClock } from '../../../../test/support/manual-clock.ts'
import { AOSInstrument } from '../index.ts'
import type { OutboxReport } from '../outbox/index.ts'

const kit = announcing()
const { reporterOf, runFor, onlyRun } = kit
let server: AgentRunServer
let clock: ManualClock
let reports: OutboxReport[]

beforeEach(() => {
  ;({ server, clock, reports } = kit)
})

describe('a server', () => {
  verifies('aos-sdk.reporter.servers', 'that has lost the start gets the whole record', async () => {
    const reporter = reporterOf()
    const finish = await runFor(reporter, 500)
    await server.until(() => server.runs.size === 1)
    server.runs.clear()
    await finish()
    await flushed(reporter)
    deepEqual(
      server.requests.map(({ method }) => method),
      ['POST', 'PATCH', 'POST'],
    )
    equal(onlyRun().status, 'completed')
  })

  verifies(
    'aos-sdk.reporter.servers',
    'without updates gets the whole record, and no further starts',
    async () => {
      server.kind = 'create-only'
      const reporter = reporterOf()
      const first = await runFor(reporter, 500)
      await server.until(() => server.runs.size === 1)
      await first()
      await flushed(reporter)
      equal(onlyRun().status, 'completed')
      const second = await runFor(reporter, 5000)
      await second()
      await flushed(reporter)
      deepEqual(
        server.requests.map(({ method }) => method),
        ['POST', 'PATCH', 'POST', 'POST'],
      )
      deepEqual(
        reports.map(({ reason, fix }) => [reason, fix?.includes('announceAfterMs: false')]),
        [['updates_unsupported', true]],
      )
    },
  )

  verifies(
    'aos-sdk.reporter.servers',
    'that can neither update nor take again loses one record, counted',
    async () => {
      server.kind = 'create-once'
      const reporter = reporterOf()
      for (const lastsMs of [500, 5000]) {
        const finish = await runFor(reporter, lastsMs)
        if (lastsMs === 500) await server.until(() => server.runs.size === 1)
        await finish()
        await flushed(reporter)
      }
      const { delivered, rejected, reasons } = reporter.stats()
      deepEqual([delivered, rejected], [1, 1])
      equal(reasons['fault: updates_unsupported'], 2)
      equal(reports.filter(({ reason }) => reason === 'updates_unsupported').length, 1)
    },
  )

  verifies(
    'aos-sdk.reporter.servers',
    'that keeps the provenance of the start is told of, once',
    async () => {
      server.kind = 'lax'
      const reporter = reporterOf()
      for (const runs of [1, 2]) {
        const finish = await runFor(reporter, 500)
        await server.until(() => server.runs.size === runs)
        await finish()
        await flushed(reporter)
      }
      ok([...server.runs.values()].every(({ status }) => status === 'completed'))
      deepEqual(
        reports.map(({ reason, fix }) => [reason, fix?.includes('announceAfterMs: false')]),
        [['provenance_not_updated', true]],
      )
      equal(reporter.stats().delivered, 2)
    },
  )

  verifies(
    'aos-sdk.reporter.servers',
    'that has a record and did not say so gets no second one',
    async () => {
      for (const kind of ['strict', 'lax'] as const) {
        server.kind = kind
        const reporter = reporterOf({ announceAfterMs: false })
        server.next('unanswered')
        const finish = await runFor(reporter, 0)
        await finish()
        const flush = reporter.flush(60_000)
        await server.until(() => server.changes.length > 0)
        while (server.requests.length < (kind === 'strict' ? 2 : 4)) {
          await settle()
          clock.advance(500)
        }
        equal((await flush).complete, true)
        equal(reporter.stats().delivered, 1)
      }
      deepEqual(
        server.requests.map(({ method }) => method),
        ['POST', 'POST', 'POST', 'POST', 'PATCH'],
      )
    },
  )

  verifies(
    'aos-sdk.reporter.servers',
    'that has a run of the same name from elsewhere keeps it',
    async () => {
      const [mine, foreign] = [reporterOf(), reporterOf()]
      const newId = (): string => 'run-1'
      for (const [index, reporter] of [foreign, mine].entries()) {
        const agent = new AOSInstrument((input: string) => input, { newId, agent: { id: `agent-${index}` } })
        reporter.attach(agent)
        await agent.run('go')
        await flushed(reporter)
      }
      equal(onlyRun().agent_id, 'agent-0')
      equal(mine.stats().rejected, 1)
    },
  )

  verifies(
    'aos-sdk.reporter.servers',
    'that lets us create and not update gets the whole record',
    async () => {
      const reporter = reporterOf()
      const finish = await runFor(reporter, 500)
      await server.until(() => server.runs.size === 1)
      server.kind = 'create-only'
      server.next({ status: 403 })
      await finish()
      await flushed(reporter)
      equal(onlyRun().status, 'completed')
      deepEqual(
        reports.map(({ reason }) => reason),
        ['updates_unsupported'],
      )
    },
  )

  verifies('aos-sdk.reporter.servers', 'that is slow to show what it has done has done it', async () => {
    const slow: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      const { method } = init ?? {}
      return method === 'PATCH' ? new Response(new ReadableStream(), { status: response.status }) : response
    }
    const reporter = reporterOf({ fetch: slow })
    const finish = await runFor(reporter, 500)
    await server.until(() => server.runs.size === 1)
    await finish()
    const flush = reporter.flush(60_000)
    await server.until(() => onlyRun().status === 'completed')
    await settle()
    clock.advance(1000)
    equal((await flush).complete, true)
    deepEqual([server.requests.length, reporter.stats().retries], [2, 0])
  })
})
