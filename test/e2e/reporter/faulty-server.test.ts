import { verifyRun, type AgentRun } from '@agent-run/types'
import { AOSInstrument } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { describe, expect, test } from 'vitest'
import type { AgentRunFault, AgentRunServerKind } from '../../support/agent-run-server.ts'
import { createFastClock } from '../../support/fast-clock.ts'
import { setUpReporting, type ReportingStage } from './reporting-stage.ts'

/** Numbers from 0 to 1 that are the same in each run of the tests. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const FAULTS: readonly AgentRunFault[] = [
  'unanswered',
  'hang',
  'none',
  'none',
  { status: 503 },
  { status: 502 },
  { status: 408 },
  { status: 429, headers: { 'retry-after': '0' } },
]

/** Runs of all lengths while the server fails at random; gives what became of them. */
async function runThrough(stage: ReportingStage, seed: number): Promise<readonly AgentRun[]> {
  const { server, directory } = stage
  const random = createRandom(seed)
  const ended: AgentRun[] = []
  const reporter = new AgentRunReporter({
    url: server.url,
    directory,
    announceAfterMs: 500,
    // a second of the reporter is ten milliseconds
    clock: createFastClock(100),
    onReport: () => undefined,
  })
  const agent = new AOSInstrument(async (input: string) => {
    await new Promise((resolve) => {
      setTimeout(resolve, Number(input))
    })
    return input
  })
  agent.on('run', (run) => ended.push(run))
  reporter.attach(agent)
  server.next(...Array.from({ length: 40 }, () => FAULTS[Math.floor(random() * FAULTS.length)] ?? 'none'))
  await Promise.all(Array.from({ length: 40 }, async () => agent.run(String(Math.floor(random() * 60)))))
  // what was tried for five minutes waits on disk
  do await reporter.flush(3_000_000)
  while (reporter.stats().spooled > 0)
  expect(reporter.stats()).toMatchObject({ delivered: 40, queued: 0, dropped: 0, rejected: 0 })
  await reporter.close(100_000)
  return ended
}

describe('a server that fails at random', () => {
  const cases = (['strict', 'lax', 'create-only'] as const).flatMap((kind) =>
    [1].map((seed) => ({ kind, seed })),
  )

  test.for<{ kind: AgentRunServerKind; seed: number }>(cases)(
    'has every run as it ended, and none twice ($kind, seed $seed)',
    async ({ kind, seed }) => {
      await using stage = await setUpReporting()
      const { server } = stage
      server.kind = kind
      const ended = await runThrough(stage, seed)
      expect(ended).toHaveLength(40)
      expect(server.runs.size).toBe(40)
      expect([...server.runs.values()].map(({ status }) => status)).toEqual(Array(40).fill('completed'))
      for (const run of ended) {
        const statuses = server.changes.filter(({ id }) => id === run.id).map(({ status }) => status)
        // no start ever takes the place of an end
        expect(statuses.lastIndexOf('running')).toBeLessThan(Math.max(1, statuses.indexOf('completed')))
        if (kind === 'strict') expect(server.runs.get(run.id)).toEqual(run)
        if (kind !== 'lax') expect(verifyRun(server.runs.get(run.id)).checks.every(({ ok }) => ok)).toBe(true)
      }
      expect(server.issues).toEqual([])
    },
  )
})
