import { isAosError } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { stepToEvaluate, type EvaluateInput } from '../evaluate-input.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { celPolicy, type CelRule } from './cel-policy.ts'

function step(parameters: unknown, more: Partial<EvaluateInput> = {}): PolicyContext {
  const input: EvaluateInput = { hook: 'toolCallRequest', tool: 'pay', session: 's1', parameters, ...more }
  return stepToEvaluate(input, undefined, { id: 'a1', name: 'agent' })
}

function rule(when: string, more: Partial<CelRule> = {}): CelRule {
  return { when, decision: 'deny', reason: 'too much', ...more }
}

function problemOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (isAosError(error, 'invalid_policy')) return error.message
    throw error
  }
  return 'no error'
}

describe('celPolicy', () => {
  test.each([
    ['parameters.amount > 100', { amount: 150 }, true],
    ['parameters.amount > 100', { amount: 99.5 }, false],
    ['tool == "pay" && hook == "toolCallRequest" && session.id == "s1"', {}, true],
    ['has(parameters.to) && parameters.to.matches("@evil[.]example$")', { to: 'x@evil.example' }, true],
    ['user == null && role == null && result == null && content == null', {}, true],
    ['parameters.to.exists(t, !t.endsWith("@own.example"))', { to: ['a@own.example', 'b@x.example'] }, true],
    ['has(parameters.constructor)', {}, false],
  ])('%s', (when, parameters, holds) => {
    const answer = celPolicy({ rules: [rule(when)] }).evaluate(step(parameters))
    expect(answer).toEqual(
      holds ? { decision: 'deny', message: 'too much', reasonCode: 'cel_rule' } : undefined,
    )
  })

  test('lets the first rule that holds decide, and the default where none does', () => {
    const policy = celPolicy({
      rules: [
        rule('parameters.amount < 10', { decision: 'allow' }),
        rule('parameters.amount < 100', { decision: 'ask' }),
      ],
      default: 'deny',
    })
    const decisions = [5, 50, 500].map((amount) => policy.evaluate(step({ amount })))
    expect(decisions).toMatchObject([
      { decision: 'allow' },
      { decision: 'ask' },
      { reasonCode: 'cel_default' },
    ])
  })

  test('limits rules to hooks and tools', () => {
    const policy = celPolicy({
      rules: [rule('true', { match: 'mail_*' }), rule('content.contains("x")', { hooks: 'message' })],
    })
    expect(policy.hooks).toEqual(expect.arrayContaining(['toolCallRequest', 'message']))
    expect(policy.evaluate(step({}))).toBeUndefined()
    expect(policy.evaluate(step({}, { tool: 'mail_send' }))).toMatchObject({ decision: 'deny' })
    expect(policy.evaluate(step('xyz', { hook: 'message', tool: undefined }))).toMatchObject({
      decision: 'deny',
    })
  })

  test.each([
    ['a field that is not there', 'parameters.amount > 100', {}],
    ['a type that does not fit', 'parameters.amount > 100', { amount: 'much' }],
    ['a result that is no boolean', 'parameters.amount', { amount: 1 }],
    ['what CEL cannot hold', 'parameters.at == 1', { at: new Date(0) }],
    ['a text too long', 'parameters.t == ""', { t: 'a'.repeat(70_000) }],
    ['a list too long', 'parameters.l == []', { l: Array.from({ length: 30_000 }, () => 0) }],
    [
      'loops too many',
      'parameters.l.all(x, parameters.l.all(y, true))',
      { l: Array.from({ length: 1000 }, () => 0) },
    ],
    ['a user that is not known', 'user.id == "u1"', {}],
  ])('denies %s', (_, when, parameters) => {
    const policy = celPolicy({ rules: [rule(when, { decision: 'allow' })], default: 'allow' })
    expect(policy.evaluate(step(parameters))).toMatchObject({ decision: 'deny', reasonCode: 'cel_error' })
  })

  test('denies a value that holds itself', () => {
    const parameters: Record<string, unknown> = {}
    parameters['self'] = parameters
    const policy = celPolicy({ rules: [rule('true', { decision: 'allow' })] })
    expect(policy.evaluate(step(parameters))).toMatchObject({ reasonCode: 'cel_error' })
  })

  test.each([
    ['tool ==', /rules\[0\] \(too much\): option when is no CEL expression at 1:\d+/],
    ['amount > 1', /unknown amount/],
    ['[1].exists(x, y == x)', /unknown y/],
    ['nofunc(tool)', /unknown function nofunc/],
    ['tool.matches("[")', /RE2 does not take/],
    ['tool.matches(parameters.p)', /pattern that is not written/],
    ['Foo{a: 1} == null', /unknown message Foo/],
    [`${'('.repeat(3000)}true${')'.repeat(3000)}`, /too deep|levels/],
    [`tool == "${'a'.repeat(9000)}"`, /longer than 8192 bytes/],
    ['[1].all(a, [1].all(b, [1].all(c, true)))', /macros nested deeper than 2/],
    ['', /option when is no text/],
  ])('refuses %.40s', (when, problem) => {
    expect(problemOf(() => celPolicy({ rules: [rule(when)] }))).toMatch(problem)
  })

  test('refuses rules that say nothing', () => {
    const none: readonly CelRule[] = []
    expect(problemOf(() => celPolicy({ rules: none }))).toMatch(/option rules/)
    const wrong = { ...rule('true'), decision: 'modify' } as unknown as CelRule
    expect(problemOf(() => celPolicy({ rules: [rule('true'), wrong] }))).toMatch(/rules\[1\].*decision/)
    const hooks = { ...rule('true'), hooks: 'nowhere' } as unknown as CelRule
    expect(problemOf(() => celPolicy({ rules: [hooks] }))).toMatch(/option hooks/)
  })
})
