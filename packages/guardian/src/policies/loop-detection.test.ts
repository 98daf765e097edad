import { deepEqual, equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { loopDetection, type LoopDetectionOptions } from './loop-detection.ts'

function detector(options?: LoopDetectionOptions) {
  let decisions = 0
  const policy = loopDetection(options)
  return (step: Partial<PolicyContext>): string => {
    const answer = policy.evaluate(stepOf({ decisionId: `dec_${decisions++}`, ...step }))
    const code: unknown = Reflect.get(Object(answer), 'reasonCode')
    return typeof code === 'string' ? code : '-'
  }
}

describe('loop detection', () => {
  verifies(
    'guardian.policy.loop-detection',
    'notices the same call, whatever the order of its arguments',
    () => {
      const call = detector({ repeats: 3 })
      deepEqual(
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
          { a: 1, b: 3 },
          { a: 1, b: 2 },
        ].map((value) => call({ value })),
        ['-', '-', '-', 'loop_repeat'],
      )
    },
  )

  verifies('guardian.policy.loop-detection.turns', 'notices calls in turns', () => {
    const call = detector({ cycles: 2 })
    const tools = ['x', 'a', 'b', 'a', 'b', 'c', 'a', 'b', 'c', 'a']
    deepEqual(
      tools.map((toolName) => call({ toolName })).map((code) => code === 'loop_cycle'),
      [false, false, false, false, true, false, false, false, true, true],
    )
  })

  test('takes no different calls for a loop', () => {
    const call = detector({ repeats: 2, cycles: 2, window: 4 })
    for (let n = 0; n < 100; n++) equal(call({ value: { n } }), '-')
  })

  test('looks at each run by itself, or at a session', () => {
    const byRun = detector({ repeats: 2 })
    deepEqual(
      [byRun({ runId: 'r1' }), byRun({ runId: 'r2' }), byRun({ runId: 'r1' })],
      ['-', '-', 'loop_repeat'],
    )
    const bySession = detector({ repeats: 2, by: 'session' })
    deepEqual([bySession({ runId: 'r1' }), bySession({ runId: 'r2' })], ['-', 'loop_repeat'])
    equal(bySession({ session: { id: 's', generated: true } }), 'session_required')
  })

  test('counts a decision once, by the value that it ends with', () => {
    const call = detector({ repeats: 2 })
    equal(call({ decisionId: 'a', value: { q: 'raw' } }), '-')
    equal(call({ decisionId: 'a', value: { q: 'cleaned' }, pass: 'recheck' }), '-')
    equal(call({ decisionId: 'b', value: { q: 'raw' } }), '-')
    equal(call({ decisionId: 'b', value: { q: 'cleaned' }, pass: 'recheck' }), 'loop_repeat')
  })

  test('tells the same tool of two servers apart, and leaves out what may repeat', () => {
    const call = detector({ repeats: 2, ignore: 'poll_*' })
    deepEqual([call({ mcpServer: 'a' }), call({ mcpServer: 'b' })], ['-', '-'])
    deepEqual([call({ toolName: 'poll_job' }), call({ toolName: 'poll_job' })], ['-', '-'])
  })

  test('denies arguments that it cannot compare, and asks or denies as told', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    equal(detector()({ value: circle }), 'arguments_unreadable')
    for (const action of ['ask', 'deny'] as const) {
      const policy = loopDetection({ repeats: 2, action })
      policy.evaluate(stepOf({ decisionId: 'a' }))
      equal(Reflect.get(Object(policy.evaluate(stepOf({ decisionId: 'b' }))), 'decision'), action)
    }
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [options, named] of [
    [{ repeats: 1 }, /repeats/],
    [{ cycles: 1 }, /cycles/],
    [{ window: 3 }, /window/],
    [{ action: 'warn' }, /action/],
    [{ by: 'user' }, /by/],
    [{ ignored: 'x' }, /ignored/],
  ] as const)
    throws(
      () => loopDetection(options as never),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
