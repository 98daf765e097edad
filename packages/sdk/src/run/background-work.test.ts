import { expect, test } from 'vitest'
import { allow, AOSInstrument, deny, type GuardedRun } from '../index.ts'
import { stepRecorder } from '../testing/index.ts'
import { BackgroundWork } from './background-work.ts'

test('settles with its work, whether that fails or not, and gives up at the deadline', async () => {
  const work = new BackgroundWork()
  expect(await work.settle(1)).toBe(true)
  work.track(Promise.resolve())
  work.track(Promise.reject(new Error('its own')))
  expect(await work.settle(1000)).toBe(true)
  work.track(new Promise(() => undefined))
  expect(await work.settle(1)).toBe(false)
})

test('a flush waits for what shadow handlers say', async () => {
  const recorder = stepRecorder()
  const agent = new AOSInstrument(
    async (_input: unknown, aos: GuardedRun) => aos.toolCall({ toolName: 't', parameters: {} }, () => 'done'),
    { sinks: [recorder] },
  )
  agent.registerHook('toolCallRequest', () => allow())
  agent.registerHook('toolCallRequest', async () => deny('would be'), { shadow: true })
  await agent.run('go')
  expect(await agent.flush()).toBe(true)
  expect(recorder.decisions().map(({ verdict, enforced, shadow }) => [verdict, enforced, shadow])).toEqual([
    ['allow', 'allowed', undefined],
    ['deny', 'none', true],
  ])
})
