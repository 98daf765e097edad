import { deepEqual, equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { PolicySet } from '../policy/policy-set.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { approval, type ApprovalOptions } from './approval.ts'
import { argumentConstraints, type ToolArguments } from './argument-constraints.ts'
import type { SchemaRule } from './argument-constraints-schema.ts'

async function judge(
  rules: ToolArguments | readonly ToolArguments[],
  step: Partial<PolicyContext>,
): Promise<string> {
  const { decision, reasonCode } = await new PolicySet([argumentConstraints({ rules })]).decide(stepOf(step))
  return reasonCode[0] ?? decision
}

const withSchema = (schema: SchemaRule, value: unknown): Promise<string> =>
  judge({ tools: '*', schema }, { value })

describe('rules by argument', () => {
  const rules: ToolArguments = {
    tools: 'send_*',
    arguments: {
      to: { email: { allow: 'example.com' } },
      'options.cwd': { path: { allow: '/srv' }, optional: true },
      'attachments.*.url': { url: { allow: 'example.com' }, optional: true },
      amount: { schema: { type: 'number', maximum: 100 }, optional: true },
    },
  }

  verifies('guardian.policy.arguments.values', 'are held against every value', async () => {
    for (const [value, expected] of [
      [{ to: 'a@example.com' }, 'allow'],
      [{ to: ['a@example.com', 'b@example.com'] }, 'allow'],
      [{ to: ['a@example.com', 'b@evil.com'] }, 'email_denied'],
      [{ to: [['b@evil.com']] }, 'argument_invalid'],
      [{ to: { toString: 'a@example.com' } }, 'argument_invalid'],
      [{ to: null }, 'argument_invalid'],
      [{}, 'argument_missing'],
      [{ To: 'a@example.com' }, 'argument_missing'],
      [Object.create({ to: 'a@example.com' }), 'argument_missing'],
      [{ to: 'a@example.com', options: { cwd: '/etc' } }, 'path_denied'],
      [{ to: 'a@example.com', options: { cwd: '/srv/x' } }, 'allow'],
      [
        { to: 'a@example.com', attachments: [{ url: 'https://example.com/' }, { url: 'https://evil.com/' }] },
        'url_denied',
      ],
      [{ to: 'a@example.com', attachments: [] }, 'allow'],
      [{ to: 'a@example.com', amount: 101 }, 'argument_invalid'],
      [{ to: 'a@example.com', amount: '1' }, 'argument_invalid'],
      ['a@example.com', 'arguments_unreadable'],
      [['a@example.com'], 'arguments_unreadable'],
      [undefined, 'arguments_unreadable'],
    ] as const)
      equal(await judge(rules, { value }), expected, JSON.stringify(value))
    equal(await judge(rules, { toolName: 'search', value: 7 }), 'allow')
    equal(await judge(rules, { toolName: 'SEND_mail', value: {} }), 'argument_missing')
  })

  verifies('guardian.policy.arguments.reasons', 'name the argument and never its value', async () => {
    const policy = argumentConstraints({ rules })
    const answer: unknown = await policy.evaluate(stepOf({ value: { to: 'secret@evil.com' } }))
    deepEqual(answer, {
      decision: 'deny',
      message: 'The argument to holds a mail address that may not be used',
      reasonCode: 'email_denied',
    })
  })

  test('hold over MCP', async () => {
    const step = {
      hook: 'mcp',
      toolName: '',
      protocol: { name: 'mcp', direction: 'outbound', method: 'tools/call' },
    } as const
    equal(
      await judge(rules, { ...step, value: { name: 'send_mail', arguments: { to: 'a@evil.com' } } }),
      'email_denied',
    )
    equal(await judge(rules, { ...step, value: { name: 'send_mail' } }), 'argument_missing')
    equal(
      await judge(rules, { ...step, value: { name: 'send_mail', arguments: '{}' } }),
      'arguments_unreadable',
    )
    equal(await judge(rules, { ...step, value: { arguments: {} } }), 'tool_unreadable')
  })

  test('may name all arguments there are', async () => {
    const only: ToolArguments = {
      tools: '*',
      only: true,
      arguments: { q: { schema: { type: 'string', maxLength: 3 } } },
    }
    equal(await judge(only, { value: { q: 'abc' } }), 'allow')
    equal(await judge(only, { value: { q: 'abc', path: '/etc' } }), 'argument_invalid')
    equal(await judge(only, { value: JSON.parse('{"q":"abc","__proto__":{}}') }), 'argument_invalid')
  })
})

describe('in code', () => {
  const standard = (validate: (value: unknown) => unknown): ToolArguments => ({
    tools: '*',
    schema: { '~standard': { version: 1, vendor: 'test', validate } },
  })

  test('a Standard Schema decides, at once or later', async () => {
    for (const [result, expected] of [
      [{ value: {} }, 'allow'],
      [{ issues: [{ message: 'no' }] }, 'argument_invalid'],
      [{ issues: [] }, 'argument_invalid'],
      [undefined, 'argument_invalid'],
      [true, 'argument_invalid'],
    ] as const) {
      equal(
        await judge(
          standard(() => result),
          {},
        ),
        expected,
      )
      equal(
        await judge(
          standard(() => Promise.resolve(result)),
          {},
        ),
        expected,
      )
    }
  })

  test('a check decides with true only, and one that throws denies', async () => {
    for (const [result, expected] of [
      [true, 'allow'],
      [false, 'argument_invalid'],
      [1, 'argument_invalid'],
      [Promise.resolve(true), 'argument_invalid'],
    ] as const)
      equal(await judge({ tools: '*', check: () => result as boolean }, {}), expected)
    const throwing = (): never => {
      throw new Error('x')
    }
    equal(await judge({ tools: '*', check: throwing }, {}), 'policy_error')
    equal(await judge(standard(throwing), {}), 'policy_error')
    equal(
      await judge([standard(() => Promise.resolve({ value: {} })), { tools: '*', check: () => false }], {}),
      'argument_invalid',
    )
  })
})

describe('a schema in a policy file', () => {
  const cases: readonly (readonly [SchemaRule, unknown, boolean])[] = [
    [{ type: 'object', required: ['a'] }, { a: 1 }, true],
    [{ type: 'object', required: ['a'] }, {}, false],
    [{ required: ['toString'] }, {}, false],
    [{ properties: { a: { type: 'integer', minimum: 1, exclusiveMaximum: 3 } } }, { a: 2 }, true],
    [{ properties: { a: { type: 'integer', minimum: 1, exclusiveMaximum: 3 } } }, { a: 3 }, false],
    [{ properties: { a: { type: ['string', 'null'] } } }, { a: null }, true],
    [{ properties: { a: { type: 'number' } } }, { a: Number.NaN }, false],
    [{ properties: { a: { enum: ['x', { y: 1 }] } } }, { a: { y: 1 } }, true],
    [{ properties: { a: { enum: ['x', { y: 1 }] } } }, { a: 'y' }, false],
    [{ properties: { a: { const: 0 } } }, { a: false }, false],
    [{ properties: { a: { type: 'number', maximum: 9 } } }, { a: '99' }, false],
    [{ properties: { a: { type: ['number', 'null'], maximum: 9 } } }, { a: null }, true],
    [{ properties: { a: {} }, additionalProperties: false }, { b: 1 }, false],
    [{ additionalProperties: { type: 'string' } }, { b: 1 }, false],
    [
      { properties: { a: { type: 'array', items: { type: 'string', maxLength: 2 }, maxItems: 2 } } },
      { a: ['ab', 'c'] },
      true,
    ],
    [
      { properties: { a: { type: 'array', items: { type: 'string', maxLength: 2 }, maxItems: 2 } } },
      { a: ['abc'] },
      false,
    ],
    [{ properties: { a: { type: 'array', minItems: 1 } } }, { a: [] }, false],
    [{ properties: { a: { type: 'string', pattern: '^[a-z]+$' } } }, { a: 'abc' }, true],
    [{ properties: { a: { type: 'string', pattern: '^[a-z]+$' } } }, { a: 'abc1' }, false],
    [{ properties: { a: { type: 'string', pattern: '^a+$' } } }, { a: 'a'.repeat(5000) }, false],
    [{ properties: { a: { type: 'string', minLength: 2 } } }, { a: '😀' }, false],
    [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: 1 }, true],
    [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, { b: 1 }, false],
    [{ not: { required: ['a'] } }, { a: 1 }, false],
  ]
  test('says what it says', async () => {
    for (const [schema, value, fits] of cases)
      equal(
        await withSchema(schema, value),
        fits ? 'allow' : 'argument_invalid',
        JSON.stringify([schema, value]),
      )
  })

  verifies('guardian.policy.arguments.schema', 'is refused where it says more than is understood', () => {
    for (const schema of [
      { format: 'email' },
      { $ref: '#/x' },
      { properties: { a: { patternProperties: {} } } },
      { type: 'text' },
      { enum: [] },
      { required: 'a' },
      { minimum: '1' },
      { pattern: '(a+)+$' },
      { pattern: '(a|b)*' },
      { pattern: '.*.*.*x' },
      { pattern: '(?=a)' },
      { pattern: '(a)\\1' },
      { pattern: '[' },
      { items: [{}] },
      { properties: { a: { maximum: 9 } } },
      { properties: { a: { type: 'string', minimum: 0 } } },
      { properties: { a: { items: { type: 'string' } } } },
      { properties: { a: { pattern: '^a$' } } },
      true,
      [],
    ])
      throws(
        () => argumentConstraints({ rules: { tools: '*', schema: schema as never } }),
        (error) => isAosError(error, 'invalid_policy') && /rules\[0\]\.schema/.test(error.message),
        JSON.stringify(schema),
      )
  })
})

describe('approval', () => {
  const answer = (options: ApprovalOptions, step: Partial<PolicyContext>): unknown => {
    const said: unknown = approval(options).evaluate(stepOf(step))
    return Reflect.get(Object(said), 'decision')
  }

  verifies(
    'guardian.policy.approval',
    'is asked for tools by name, unless their arguments are harmless',
    () => {
      const options: ApprovalOptions = {
        tools: 'pay_*',
        unless: { amount: { schema: { type: 'number', maximum: 100 } } },
      }
      equal(answer(options, { toolName: 'search' }), undefined)
      equal(answer(options, { toolName: 'pay_bill', value: { amount: 99 } }), undefined)
      for (const value of [{ amount: 101 }, { amount: '99' }, {}, null, [99]])
        equal(answer(options, { toolName: 'Pay_Bill', value }), 'ask', JSON.stringify(value))
      equal(answer({ tools: 'mcp:bank/*' }, { toolName: 'x', mcpServer: 'bank' }), 'ask')
    },
  )

  test('is asked where code does not say false', () => {
    for (const [result, expected] of [
      [false, undefined],
      [true, 'ask'],
      [undefined, 'ask'],
      [0, 'ask'],
    ] as const)
      equal(answer({ tools: '*', when: () => result as boolean }, {}), expected)
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [work, named] of [
    [() => argumentConstraints({} as never), /rules\[0\]|options/],
    [() => argumentConstraints({ rules: [] }), /rules/],
    [() => argumentConstraints({ rules: { tools: 'a' } }), /rules\[0\]/],
    [() => argumentConstraints({ rules: { tools: [], check: () => true } }), /rules\[0\]/],
    [() => argumentConstraints({ rules: { tools: 'a', arguments: {} } }), /arguments/],
    [() => argumentConstraints({ rules: { tools: 'a', arguments: { b: { mail: {} } as never } } }), /mail/],
    [() => argumentConstraints({ rules: { tools: 'a', arguments: { 'b.': {} } } }), /arguments\.b/],
    [() => approval({} as never), /tools/],
    [() => approval({ tools: 'a', when: 'always' as never }), /when/],
    [() => approval({ tools: 'a', unless: {} }), /unless/],
    [() => approval({ tools: 'a', reason: '' }), /reason/],
  ] as const)
    throws(work, (error) => isAosError(error, 'invalid_policy') && named.test(error.message))
})
