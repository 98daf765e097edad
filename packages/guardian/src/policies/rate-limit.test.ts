import { deepEqual, equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { rateLimit, type RateLimitOptions } from './rate-limit.ts'

function limiter(options: Omit<RateLimitOptions, 'clock'>) {
  let now = 0
  let decisions = 0
  const policy = rateLimit({ ...options, clock: () => now })
  return {
    pass: (ms: number): void => void (now += ms),
    call: (step: Partial<PolicyContext> = {}): string => {
      const answer = policy.evaluate(stepOf({ decisionId: `dec_${decisions++}`, ...step }))
      const code: unknown = Reflect.get(Object(answer), 'reasonCode')
      return typeof code === 'string' ? code : 'passed'
    },
  }
}

describe('a rate limit', () => {
  verifies('guardian.policy.rate-limit', 'lets a burst through, then as many as come back', () => {
    const { call, pass } = limiter({ limit: 3, per: 'minute' })
    deepEqual([call(), call(), call(), call()], ['passed', 'passed', 'passed', 'rate_limited'])
    pass(19_999)
    equal(call(), 'rate_limited')
    pass(1)
    deepEqual([call(), call()], ['passed', 'rate_limited'])
    pass(3_600_000)
    deepEqual([call(), call(), call(), call()], ['passed', 'passed', 'passed', 'rate_limited'])
  })

  test('says how long to wait', () => {
    const policy = rateLimit({ limit: 1, per: 10, clock: () => 0 })
    policy.evaluate(stepOf({ decisionId: 'a' }))
    const answer: unknown = policy.evaluate(stepOf({ decisionId: 'b' }))
    deepEqual(Reflect.get(Object(answer), 'data'), { retryAfterSeconds: 10 })
  })

  test('counts a decision once, however often it is judged, and answers it alike', () => {
    const { call } = limiter({ limit: 1 })
    deepEqual([call({ decisionId: 'a' }), call({ decisionId: 'a', pass: 'recheck' })], ['passed', 'passed'])
    deepEqual([call({ decisionId: 'b' }), call({ decisionId: 'b' })], ['rate_limited', 'rate_limited'])
  })

  test('keeps scopes and tools apart', () => {
    const bySession = limiter({ limit: 1, by: 'session', perTool: true, tools: 'send_*' })
    const other = { session: { id: 'sess_2', generated: false } }
    deepEqual(
      [
        bySession.call(),
        bySession.call(other),
        bySession.call({ toolName: 'send_sms' }),
        bySession.call({ toolName: 'Send_Email' }),
        bySession.call({ toolName: 'search' }),
        bySession.call({ runId: 'run_2' }),
      ],
      ['passed', 'passed', 'passed', 'rate_limited', 'passed', 'rate_limited'],
    )
  })

  test('denies what it cannot count', () => {
    equal(
      limiter({ limit: 9, by: 'session' }).call({ session: { id: 's', generated: true } }),
      'session_required',
    )
    equal(limiter({ limit: 9, by: 'user' }).call(), 'user_required')
    throws(() => rateLimit({ limit: 1, clock: () => Number.NaN }).evaluate(stepOf({})), /no time/)
  })

  verifies('guardian.policy.rate-limit.clock', 'gains nothing from a clock that goes back and forth', () => {
    const { call, pass } = limiter({ limit: 1, per: 'minute' })
    equal(call(), 'passed')
    for (let round = 0; round < 10; round++) {
      pass(-59_000)
      equal(call(), 'rate_limited')
      pass(59_000)
      equal(call(), 'rate_limited')
    }
  })

  test('forgets no bucket that is used up, and denies where all places are taken', () => {
    const { call, pass } = limiter({ limit: 1, by: 'run', maxKeys: 2 })
    deepEqual(
      ['r1', 'r2', 'r3', 'r1'].map((runId) => call({ runId })),
      ['passed', 'passed', 'rate_state_full', 'rate_limited'],
    )
    pass(60_000)
    equal(call({ runId: 'r3' }), 'passed')
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [options, named] of [
    [{}, /limit/],
    [{ limit: 0 }, /limit/],
    [{ limit: 1.5 }, /limit/],
    [{ limit: Number.POSITIVE_INFINITY }, /limit/],
    [{ limit: 1, per: 'week' }, /per/],
    [{ limit: 1, per: -1 }, /per/],
    [{ limit: 1, by: 'team' }, /by/],
    [{ limit: 1, perTool: 'yes' }, /perTool/],
    [{ limit: 1, bursts: 2 }, /bursts/],
  ] as const)
    throws(
      () => rateLimit(options as never),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
