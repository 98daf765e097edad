import type { AgentRun } from '@agent-run/types'
import type { AOSOptions } from '@aos/sdk'
import type { OutboxReport } from '@aos/sdk/outbox'
import { AgentRunReporter, type AgentRunReporterOptions } from '@aos/sdk/reporter'
import { equal, ok } from 'node:assert/strict'
import { afterEach, beforeEach } from 'vitest'
import { startAgentRunServer, type AgentRunServer } from './agent-run-server.ts'
import { createLastingAgent } from './lasting-agent.ts'
import { ManualClock } from './manual-clock.ts'

/** Reporters that keep nothing on disk, whose time stands still, and the server they report to; anew for each test. */
export interface Announcing {
  readonly server: AgentRunServer
  readonly clock: ManualClock
  readonly reports: OutboxReport[]
  readonly reporterOf: (options?: Partial<AgentRunReporterOptions>) => AgentRunReporter
  /** Starts a run and lets it last for this long; gives how to end it. */
  readonly runFor: (
    reporter: AgentRunReporter,
    ms: number,
    options?: AOSOptions,
  ) => Promise<Awaited<ReturnType<ReturnType<typeof createLastingAgent>['begin']>>>
  /** The one run that the server has. */
  readonly onlyRun: () => AgentRun
}

/** Sets up {@link Announcing} before each test of a file, and closes it after each. */
export function announcing(): Announcing {
  let server: AgentRunServer | undefined
  let clock = new ManualClock()
  let reports: OutboxReport[] = []
  const reporters: AgentRunReporter[] = []
  const started = (): AgentRunServer => {
    ok(server !== undefined)
    return server
  }
  beforeEach(async () => {
    server = await startAgentRunServer()
    clock = new ManualClock()
    reports = []
  })
  afterEach(async () => {
    started().always('none')
    started().release()
    await Promise.all(
      reporters.splice(0).map(async (reporter) => {
        const closed = reporter.close(1000)
        clock.advance(1000)
        await closed
      }),
    )
    await started()[Symbol.asyncDispose]()
  })
  return {
    get server() {
      return started()
    },
    get clock() {
      return clock
    },
    get reports() {
      return reports
    },
    reporterOf(options = {}) {
      const reporter = new AgentRunReporter({
        url: started().url,
        directory: false,
        clock,
        onReport: (report) => void reports.push(report),
        ...options,
      })
      reporters.push(reporter)
      return reporter
    },
    async runFor(reporter, ms, options) {
      const { agent, begin } = createLastingAgent(options)
      reporter.attach(agent)
      const finish = await begin()
      clock.advance(ms)
      return finish
    },
    onlyRun() {
      equal(started().runs.size, 1)
      const [run] = started().runs.values()
      ok(run !== undefined)
      return run
    },
  }
}

/** Waits until a reporter has delivered everything. */
export async function flushed(reporter: AgentRunReporter): Promise<void> {
  equal((await reporter.flush(5000)).complete, true)
}

/** Waits for what goes on in turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}
