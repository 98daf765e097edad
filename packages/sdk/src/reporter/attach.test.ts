import { verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, throws } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { startAgentRunServer, type AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { createLastingAgent } from '../../../../test/support/lasting-agent.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { AOSInstrument } from '../index.ts'
import type { OutboxReport } from '../outbox/index.ts'
import { AgentRunReporter, type AgentRunReporterOptions } from './index.ts'

let server: AgentRunServer
let clock: ManualClock
let reports: OutboxReport[]
let reporter: AgentRunReporter

beforeEach(async () => {
  server = await startAgentRunServer()
  clock = new ManualClock()
  reports = []
  reporter = reporterOf()
})

afterEach(async () => {
  let isClosed = false
  void reporter.close(1000).finally(() => (isClosed = true))
  while (!isClosed) {
    clock.advance(1000)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  await server[Symbol.asyncDispose]()
})

function reporterOf(options: Partial<AgentRunReporterOptions> = {}): AgentRunReporter {
  return new AgentRunReporter({
    url: server.url,
    directory: false,
    clock,
    onReport: (report) => void reports.push(report),
    ...options,
  })
}

const RUNNING: AgentRun = {
  id: 'run-1',
  agent_id: 'agent-1',
  status: 'running',
  started_at: new Date(1000).toISOString(),
  steps: [],
  cost: { input_tokens: 0, output_tokens: 0 },
  provenance: { run_hash: '0'.repeat(64) },
}

const statuses = (): readonly string[] => [...server.runs.values()].map(({ status }) => status)

describe('an agent', () => {
  test('is reported once, however often it or a view of it is attached, until the last has detached', async () => {
    const { agent, begin } = createLastingAgent()
    const detach = [agent, agent, agent.withSession('session-1')].map((each) => reporter.attach(each))
    await (
      await begin()
    )()
    detach[0]?.()
    detach[0]?.()
    detach[1]?.()
    await (
      await begin()
    )()
    await reporter.flush(1000)
    equal(server.requests.length, 2)
    detach[2]?.()
    await (
      await begin()
    )()
    await reporter.flush(1000)
    equal(server.requests.length, 2)
    reporter.attach(agent)
    await (
      await begin()
    )()
    await reporter.flush(1000)
    equal(server.requests.length, 3)
  })

  test('is reported by each reporter it is attached to', async () => {
    const other = reporterOf({ url: `${server.url}/other` })
    const { agent, begin } = createLastingAgent()
    reporter.attach(agent)
    other.attach(agent)
    await (
      await begin()
    )()
    await Promise.all([reporter, other].map((each) => each.flush(1000)))
    deepEqual(server.calls.toSorted(), ['POST ', 'POST /other'])
    await other.close(1000)
  })

  test('that is detached in the middle of a run is reported to the end of that run', async () => {
    const { agent, begin } = createLastingAgent()
    const detach = reporter.attach(agent)
    const first = await begin()
    detach()
    const second = await begin()
    clock.advance(500)
    await server.until(() => server.runs.size === 1)
    // attached anew while its run is under way, it is still reported once
    const detachAgain = reporter.attach(agent)
    const third = await begin()
    detachAgain()
    for (const finish of [third, second, first]) await finish()
    const fourth = await begin()
    await fourth()
    await reporter.flush(1000)
    deepEqual(statuses().toSorted(), ['completed', 'completed'])
    equal(reporter.stats().accepted, 2)
    equal(reporter.stats().open, 0)
  })

  test('that is attached in the middle of a run is reported from the next one', async () => {
    const { agent, begin } = createLastingAgent()
    const first = await begin()
    reporter.attach(agent)
    const second = await begin()
    clock.advance(500)
    await server.until(() => server.runs.size === 1)
    await first()
    await second()
    await reporter.flush(1000)
    deepEqual(statuses(), ['completed'])
  })

  test('inside another is its child, shown and completed like it', async () => {
    const inner = new AOSInstrument(async (input: string) => {
      clock.advance(500)
      await server.until(() => server.runs.size === 2)
      return input
    })
    const { agent: outer, begin } = createLastingAgent({}, () => inner.run('from outside'))
    for (const agent of [outer, inner]) reporter.attach(agent)
    const finish = await begin()
    await finish()
    await reporter.flush(1000)
    const [parent, child] = [...server.runs.values()].toSorted((a, b) =>
      a.started_at < b.started_at ? -1 : 1,
    )
    equal(child?.parent_run_id, parent?.id)
    const checks = verifyRun(child, parent === undefined ? {} : { parent }).checks
    deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    )
    deepEqual(
      server.changes.map(({ status }) => status),
      ['running', 'running', 'completed', 'completed'],
    )
    deepEqual([reporter.stats().announced, server.issues], [2, []])
  })

  test('with many runs at once has each shown', async () => {
    const { agent, begin } = createLastingAgent()
    reporter.attach(agent)
    const finishers = []
    for (let index = 0; index < 100; index += 1) finishers.push(await begin())
    clock.advance(500)
    await server.until(() => server.runs.size === 100)
    deepEqual(new Set(statuses()), new Set(['running']))
    for (const finish of finishers) await finish()
    await reporter.flush(5000)
    deepEqual(new Set(statuses()), new Set(['completed']))
    deepEqual([server.requests.length, reporter.stats().open], [200, 0])
  })
})

describe('a run reported by hand', () => {
  test('is shown at once and completed later', async () => {
    const own = reporterOf({ announceAfterMs: false })
    equal(own.report(RUNNING), true)
    equal(own.report(RUNNING), true)
    clock.advance(0)
    clock.advance(0)
    await server.until(() => server.runs.size === 1)
    equal(own.stats().open, 1)
    equal(own.report({ ...RUNNING, status: 'completed', ended_at: new Date(3000).toISOString() }), true)
    await own.flush(1000)
    deepEqual(statuses(), ['completed'])
    deepEqual(
      server.requests.map(({ method }) => method),
      ['POST', 'PATCH'],
    )
    await own.close(1000)
  })

  test('that nobody completes is unfinished when the reporter is closed', async () => {
    equal(reporter.report({ ...RUNNING, status: 'pending' }), true)
    clock.advance(7000)
    await reporter.close(1000)
    const [run] = server.runs.values()
    deepEqual([run?.status, run?.ended_at, run?.duration_ms], ['failed', new Date(8000).toISOString(), 7000])
    equal(reporter.report({ ...RUNNING, id: 'late' }), false)
    equal(reporter.report({ ...RUNNING, id: 'late', status: 'completed' }), false)
    equal(reporter.stats().dropped, 2)
  })
})

verifies(
  'aos-sdk.reporter.bounded',
  'too many open runs are counted, and still reported at their end',
  async () => {
    const { agent, begin } = createLastingAgent()
    reporter.attach(agent)
    for (let index = 0; index < 10_000; index += 1) reporter.report({ ...RUNNING, id: `run-${index}` })
    const finish = await begin()
    deepEqual([reporter.stats().open, reporter.stats().reasons], [10_000, { 'fault: too_many_open_runs': 1 }])
    await finish()
    await reporter.flush(1000)
    deepEqual(
      server.changes.map(({ status }) => status),
      ['completed'],
    )
  },
)

describe('options', () => {
  test.each([
    [{ announceAfterMs: -1 }, 'announceAfterMs'],
    [{ announceAfterMs: Number.NaN }, 'announceAfterMs'],
    [{ announceAfterMs: Infinity }, 'announceAfterMs'],
    [{ announceAfterMs: true }, 'announceAfterMs'],
    [{ announceAfterMs: '500' }, 'announceAfterMs'],
    [{ exitDeadlineMs: -1 }, 'exitDeadlineMs'],
    [{ directory: '' }, 'directory'],
    [{ directory: true }, 'directory'],
    [{ apiKey: 1 }, 'apiKey'],
    [{ headers: { a: 1 } }, 'headers'],
    [{ headers: 'x' }, 'headers'],
    [{ fetch: 'x' }, 'fetch'],
    [{ clock: {} }, 'clock'],
    [{ onReport: 1 }, 'onReport'],
  ])('%o is refused', (options, option) => {
    throws(
      () => new AgentRunReporter({ url: server.url, directory: false, ...(options as object) }),
      (error: Error & { code?: string }) =>
        error.code === 'invalid_options' && error.message.includes(option),
    )
  })

  test('an onReport that throws is contained', async () => {
    const own = reporterOf({
      onReport: () => {
        throw new Error('mine')
      },
    })
    server.next({ status: 400 })
    const { agent, begin } = createLastingAgent()
    own.attach(agent)
    await (
      await begin()
    )()
    await own.flush(1000)
    equal(own.stats().rejected, 1)
    await own.close(1000)
  })
})
