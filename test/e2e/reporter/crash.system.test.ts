import { describe, expect, test } from 'vitest'
import {
  expectNothingLeft,
  expectUnfinished,
  setUpReporting,
  type Ended,
  type ReportingStage,
} from './reporting-stage.ts'

describe('a process that ends in the middle of a run', () => {
  interface Case {
    readonly ending: string
    readonly kill?: NodeJS.Signals
    readonly expected: Ended
    /** Whether the server hears of it from the process itself, when it can. */
    readonly tells: boolean
  }
  const cases: readonly Case[] = [
    { ending: 'signal', kill: 'SIGKILL', expected: { code: null, signal: 'SIGKILL' }, tells: false },
    { ending: 'signal', kill: 'SIGTERM', expected: { code: null, signal: 'SIGTERM' }, tells: true },
    { ending: 'signal', kill: 'SIGINT', expected: { code: null, signal: 'SIGINT' }, tells: true },
    { ending: 'exit', expected: { code: 3, signal: null }, tells: false },
    { ending: 'throw', expected: { code: 1, signal: null }, tells: false },
    { ending: 'reject', expected: { code: 1, signal: null }, tells: false },
  ]

  for (const state of ['up', 'down', 'hanging'] as const)
    test.for(cases)(`by $ending $kill leaves an unfinished record, server ${state}`, async (each) => {
      await using stage = await setUpReporting()
      if (state === 'down') await stage.server.refuse()
      if (state === 'hanging') stage.server.always('hang')
      const { child, ended, said } = stage.start(each.ending, 30)
      await said('begun')
      await stage.openRuns(1)
      if (state === 'up') await stage.server.until(() => stage.server.runs.size === 1)
      if (each.kill === undefined) child.stdin.write('now\n')
      else child.kill(each.kill)
      expect(await ended).toEqual(each.expected)
      const told = each.tells && state === 'up'
      expect([...stage.server.runs.values()].some(({ status }) => status === 'failed')).toBe(told)
      if (state === 'down') await stage.server.listen()
      stage.server.always('none')
      const stats = await stage.nextStart()
      expect(stats).toMatchObject({ corrupt: 0, dropped: 0, rejected: 0, spooled: 0 })
      expectUnfinished(stage.run)
      expect(stage.statuses).toEqual(state === 'up' ? ['running', 'failed'] : ['failed'])
      expectNothingLeft(stage)
    })

  test.for([
    { ending: 'exit at once', code: 3, tells: false },
    { ending: 'natural', code: 0, tells: true },
  ])('by $ending, before anybody knows of the run, leaves one too', async ({ ending, code, tells }) => {
    await using stage = await setUpReporting()
    expect(await stage.start(ending).ended).toEqual({ code, signal: null })
    expect(stage.statuses).toEqual(tells ? ['failed'] : [])
    await stage.nextStart()
    expect(stage.statuses).toEqual(['failed'])
    expectUnfinished(stage.run)
    expectNothingLeft(stage)
  })

  test('by a handler of its own that closes the reporter tells the server', async () => {
    await using stage = await setUpReporting()
    const { child, ended, said } = stage.start('graceful', 30)
    await said('begun')
    await stage.server.until(() => stage.server.runs.size === 1)
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(stage.run).toMatchObject({
      status: 'failed',
      error: 'unfinished: the reporter was closed before the run ended',
    })
    await stage.nextStart()
    expect(stage.server.changes).toHaveLength(2)
    expectNothingLeft(stage)
  })

  test.for(['lax', 'create-only'] as const)('is completed at a %s server too', async (kind) => {
    await using stage = await setUpReporting()
    stage.server.kind = kind
    const { child, ended, said } = stage.start('signal', 30)
    await said('begun')
    await stage.openRuns(1)
    await stage.server.until(() => stage.server.runs.size === 1)
    child.kill('SIGKILL')
    await ended
    await stage.nextStart()
    expectUnfinished(stage.run)
    expect(stage.statuses).toEqual(['running', 'failed'])
  })

  test.for([{ status: 401 }, { status: 429, headers: { 'retry-after': '1' } }])(
    'is completed once the server is well, after %o',
    async (fault) => {
      await using stage = await setUpReporting()
      stage.server.always(fault)
      const { child, ended, said } = stage.start('signal', 30)
      await said('begun')
      await stage.openRuns(1)
      await stage.server.arrived(1)
      child.kill('SIGKILL')
      await ended
      stage.server.always('none')
      await stage.nextStart()
      expectUnfinished(stage.run)
      expectNothingLeft(stage)
    },
  )
})

/** Every run ended once, and nothing changed it afterwards. */
function expectEachEndedOnce({ server }: ReportingStage): void {
  for (const id of server.runs.keys()) {
    const statuses = server.changes.filter((change) => change.id === id).map(({ status }) => status)
    // a record whose answer the process did not live to hear comes again, and is the same
    const ends = [...new Set(statuses.filter((status) => status !== 'running'))]
    expect(ends).toHaveLength(1)
    expect(statuses.lastIndexOf('running')).toBeLessThan(1)
  }
}

test.for(['strict', 'lax'] as const)(
  'two busy processes on one folder, killed at any moment, leave each run ended once at a %s server',
  async (kind) => {
    await using stage = await setUpReporting()
    stage.server.kind = kind
    for (let round = 1; round <= 3; round += 1) {
      const both = [stage.start('busy', 10), stage.start('busy', 10)]
      await Promise.all(both.map(({ said }) => said('begun')))
      await stage.server.arrived(stage.server.requests.length + 40 * round)
      for (const { child } of both) child.kill('SIGKILL')
      await Promise.all(both.map(({ ended }) => ended))
    }
    await Promise.all([stage.nextStart(), stage.nextStart()])
    expect(stage.server.runs.size).toBeGreaterThan(60)
    expect([...stage.server.runs.values()].filter(({ status }) => status === 'running')).toEqual([])
    expectEachEndedOnce(stage)
    if (kind === 'strict') expectNothingLeft(stage)
  },
)
