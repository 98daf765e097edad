import { deepEqual, equal, throws } from 'node:assert/strict'
import { isAosError, type AdmissionRequest, type Spending } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { costControl } from './cost-control.ts'
import type { CostControlOptions } from './cost-control-options.ts'

const WHOSE = {
  runId: 'run_1',
  agent: { id: 'agent_1', name: 'researcher' },
  session: { id: 'sess_1', generated: false },
}

function control(options?: CostControlOptions) {
  let now = 0
  let decisions = 0
  const policy = costControl({ ...options, clock: () => now })
  return {
    pass: (seconds: number): void => void (now += seconds * 1000),
    call: (step: Partial<PolicyContext> = {}): string => {
      const answer = policy.evaluate(stepOf({ decisionId: `dec_${decisions++}`, ...step }))
      const code: unknown = Reflect.get(Object(answer), 'reasonCode')
      return typeof code === 'string' ? code : '-'
    },
    say: (step: Partial<PolicyContext>): unknown => policy.evaluate(stepOf(step)),
    model: (facts: Partial<Spending> = {}, kind: AdmissionRequest['kind'] = 'modelCall'): string => {
      const refusal = policy.admit?.({ kind, name: 'gpt', ...WHOSE, ...facts })
      if (refusal !== undefined) return refusal.code
      policy.spent?.({ kind: 'modelCall', name: 'gpt', ...WHOSE, calls: 1 })
      policy.spent?.({ kind: 'modelCall', name: 'gpt', ...WHOSE, calls: 0, tokens: 0, costUsd: 0, ...facts })
      return '-'
    },
  }
}

describe('what one call costs', () => {
  verifies(
    'guardian.policy.cost-control.threshold',
    'by its bare name it refuses a thousand images with the words of the specification',
    () => {
      const { say, call } = control()
      deepEqual(say({ toolName: 'generate_image', value: { prompt: 'a cat', count: 1000 } }), {
        decision: 'deny',
        message: 'Request exceeds cost threshold ($50 limit)',
        reasonCode: 'cost_threshold',
      })
      equal(call({ toolName: 'generate_images', value: { n: '1000' } }), 'cost_threshold')
      equal(call({ toolName: 'dall-e', value: { n: 1, count: 1000 } }), 'cost_threshold')
      equal(call({ toolName: 'generate_image', value: { prompt: 'a cat' } }), '-')
      equal(call({ toolName: 'search', value: { count: 100_000 } }), '-')
    },
  )

  test('is counted from the arguments, and denied where it cannot be', () => {
    const { call } = control({ maxUsdPerCall: 1, toolCosts: { 'print_*': { usd: 0.3, times: 'pages' } } })
    for (const [pages, expected] of [
      [3, '-'],
      [4, 'cost_threshold'],
      [['a', 'b', 'c', 'd'], 'cost_threshold'],
      ['4', 'cost_threshold'],
      ['0x10', 'cost_threshold'],
      ['1e3', 'cost_threshold'],
      [-5, 'cost_unknown'],
      ['many', 'cost_unknown'],
      ['', 'cost_unknown'],
      [{ valueOf: 1 }, 'cost_unknown'],
      [true, 'cost_unknown'],
      [1e308 * 10, 'cost_unknown'],
      [undefined, 'cost_unknown'],
    ] as const)
      equal(call({ toolName: 'Print_book', value: { pages } }), expected, String(pages))
    for (const value of [undefined, null, 'pages', [3], Object.create({ pages: 3 })])
      equal(call({ toolName: 'print_book', value }), 'cost_unknown')
    equal(
      control({ toolCosts: { a: { usd: 60, times: 'n', otherwise: 1 } } }).call({ toolName: 'a' }),
      'cost_threshold',
    )
  })
})

describe('a budget', () => {
  verifies('guardian.policy.cost-control.budget', 'of calls ends with the last one, after a warning', () => {
    const { call } = control({ budgets: { calls: 5 } })
    deepEqual(
      Array.from({ length: 7 }, () => call()),
      ['-', '-', '-', 'budget_soft_limit', 'budget_soft_limit', 'budget_exceeded', 'budget_exceeded'],
    )
    equal(call({ runId: 'run_2' }), '-')
  })

  test('counts a decision once, and only what it adds when its value has changed', () => {
    const { call } = control({
      budgets: { calls: 2, usd: 10, soft: 1 },
      toolCosts: { '*': { usd: 1, times: 'n' } },
    })
    equal(call({ decisionId: 'a', value: { n: 4 } }), '-')
    equal(call({ decisionId: 'a', value: { n: 8 }, pass: 'recheck' }), '-')
    equal(call({ decisionId: 'b', value: { n: 3 } }), 'budget_exceeded')
    equal(call({ decisionId: 'a', value: { n: 1 }, pass: 'recheck' }), '-')
    equal(call({ decisionId: 'b', value: { n: 9 } }), '-')
    equal(call({ decisionId: 'b', value: { n: 10 }, pass: 'recheck' }), 'budget_exceeded')
    equal(call({ decisionId: 'c', value: { n: 1 } }), 'budget_exceeded')
  })

  verifies(
    'guardian.policy.cost-control.models',
    'of model calls, steps and tokens holds model calls back',
    () => {
      const calls = control({ budgets: { modelCalls: 2 } })
      deepEqual([calls.model(), calls.model(), calls.model()], ['-', '-', 'budget_exceeded'])
      const steps = control({ budgets: { steps: 3, soft: 1 } })
      deepEqual([steps.call(), steps.model(), steps.call()], ['-', '-', '-'])
      deepEqual([steps.model(), steps.call()], ['budget_exceeded', 'budget_exceeded'])
      const tokens = control({ budgets: { tokens: 1000, soft: 1 } })
      deepEqual([tokens.model({ tokens: 999 }), tokens.model({ tokens: 5000 })], ['-', '-'])
      deepEqual(
        [tokens.model(), tokens.call(), tokens.model({}, 'embedding')],
        Array(3).fill('budget_exceeded'),
      )
      equal(tokens.model({}, 'toolCall'), '-')
    },
  )

  test('of dollars counts models and tools together, and holds where a price is unknown', () => {
    const options = { budgets: { usd: 1, soft: 1 }, toolCosts: { send_email: { usd: 0.25 } } }
    const known = control(options)
    deepEqual(
      [known.model({ costUsd: 0.5 }), known.call(), known.call(), known.call()],
      ['-', '-', '-', 'budget_exceeded'],
    )
    const unknown = control(options)
    deepEqual(
      [unknown.model({ costUsd: undefined }), unknown.model(), unknown.call()],
      ['-', 'cost_unknown', 'cost_unknown'],
    )
    const ignoring = control({ ...options, unknownCost: 'ignore' })
    deepEqual([ignoring.model({ costUsd: undefined }), ignoring.model()], ['-', '-'])
  })

  test('of time ends by the clock, not by what is done', () => {
    const { call, model, pass } = control({ budgets: { seconds: 60, soft: 1 } })
    equal(call(), '-')
    pass(59)
    deepEqual([call(), model()], ['-', '-'])
    pass(1)
    deepEqual([call(), model()], ['budget_exceeded', 'budget_exceeded'])
  })

  verifies(
    'guardian.policy.cost-control.scope',
    'of a session or user is not for those who name none',
    () => {
      const generated = { session: { id: 'sess_1', generated: true } }
      const bySession = control({ budgets: { by: 'session', calls: 1 } })
      deepEqual(
        [bySession.call(generated), bySession.model(generated)],
        ['session_required', 'session_required'],
      )
      equal(control({ budgets: { by: 'user', calls: 1 } }).call(), 'user_required')
      const both = control({ budgets: [{ calls: 9 }, { by: 'process', calls: 2, soft: 1 }] })
      deepEqual(
        ['r1', 'r2', 'r3'].map((runId) => both.call({ runId })),
        ['-', '-', 'budget_exceeded'],
      )
    },
  )

  verifies('guardian.policy.cost-control.kept', 'that is used up is never forgotten', () => {
    const { call } = control({ budgets: { by: 'session', calls: 1, soft: 1 }, maxKeys: 2 })
    const of = (id: string): string => call({ session: { id, generated: false } })
    deepEqual(
      [of('a'), of('b'), of('c'), of('a'), of('b')],
      ['-', '-', 'budget_state_full', 'budget_exceeded', 'budget_exceeded'],
    )
  })

  test('of runs makes room again when nobody has used them for long', () => {
    const { call, pass } = control({ budgets: { calls: 1, seconds: 60, soft: 1 }, maxKeys: 1 })
    deepEqual([call({ runId: 'r1' }), call({ runId: 'r2' })], ['-', 'budget_state_full'])
    pass(3601)
    equal(call({ runId: 'r2' }), '-')
  })

  test('gives back a model call that was paused', () => {
    const policy = costControl({ budgets: { modelCalls: 1 } })
    policy.spent?.({ kind: 'modelCall', name: 'gpt', ...WHOSE, calls: 1 })
    policy.spent?.({ kind: 'modelCall', name: 'gpt', ...WHOSE, calls: -1 })
    equal(policy.admit?.({ kind: 'modelCall', name: 'gpt', ...WHOSE }), undefined)
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [options, named] of [
    [{ maxUsdPerCall: 0 }, /maxUsdPerCall/],
    [{ maxUsdPerCall: '50' }, /maxUsdPerCall/],
    [{ budgets: {} }, /budgets\[0\]/],
    [{ budgets: { calls: 1.5 } }, /calls/],
    [{ budgets: { calls: 1, soft: 80 } }, /soft/],
    [{ budgets: [{ call: 1 }] }, /call/],
    [{ toolCosts: [] }, /toolCosts/],
    [{ toolCosts: { a: {} } }, /toolCosts\.a/],
    [{ toolCosts: { a: { usd: -1 } } }, /toolCosts\.a\.usd/],
    [{ toolCosts: { a: { usd: 1, times: [7] } } }, /times/],
    [{ unknownCost: 'allow' }, /unknownCost/],
    [{ limit: 3 }, /limit/],
  ] as const)
    throws(
      () => costControl(options as never),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
