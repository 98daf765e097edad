import { describe, expect, test } from 'vitest'
import { expectNothingLeft, expectUnfinished, setUpReporting } from './reporting-stage.ts'

// the other endings, and servers of other kinds, are among the system tests
describe('a process that is killed', () => {
  test('in the middle of a run that the server shows has it completed by the next start', async () => {
    await using stage = await setUpReporting()
    const { child, ended, said } = stage.start('signal')
    await said('begun')
    const begunAt = performance.now()
    await stage.server.until(() => stage.server.runs.size === 1)
    // generous: the machine may be busy
    expect(performance.now() - begunAt).toBeLessThan(2000)
    expect(stage.run?.status).toBe('running')
    child.kill('SIGKILL')
    await ended
    await stage.nextStart()
    expectUnfinished(stage.run)
    expect(stage.statuses).toEqual(['running', 'failed'])
    expectNothingLeft(stage)
  })

  test('after a run has left the record of it as it ended', async () => {
    await using stage = await setUpReporting()
    await stage.server.refuse()
    const { child, ended, said } = stage.start('ended')
    await said('ended')
    child.kill('SIGKILL')
    await ended
    await stage.server.listen()
    expect(await stage.nextStart()).toMatchObject({ recovered: 1 })
    expect(stage.statuses).toEqual(['completed'])
    expectNothingLeft(stage)
  })

  test('by a signal that it hears tells the server itself', async () => {
    await using stage = await setUpReporting()
    const { child, ended, said } = stage.start('signal', 30)
    await said('begun')
    await stage.server.until(() => stage.server.runs.size === 1)
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: null, signal: 'SIGTERM' })
    expectUnfinished(stage.run)
    // what it had done until then is known
    expect(stage.run?.steps.map(({ tool_name: name }) => name)).toContain('search')
  })
})
