import { deepEqual, doesNotMatch, equal, match, throws } from 'node:assert/strict'
import { AOSInstrument, createRedactor, isAosError, isDenied } from '@aos/sdk'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { PolicySet } from '../policy/policy-set.ts'
import type { PolicyContext } from '../policy/policy.ts'
import type { PolicyResponse } from '../policy-response.ts'
import type { DataProtectionOptions } from './data-protection-options.ts'
import { dataProtection } from './data-protection.ts'

// every value is made up, and joined here so that no file holds one
const TOKEN = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`
const SSN = ['078', '05', '1120'].join('-')
const CARD = ['4111', '1111', '1111', '1111'].join(' ')

function judge(step: Partial<PolicyContext>, options?: DataProtectionOptions): PolicyResponse {
  const response = new PolicySet([dataProtection(options)]).decide(stepOf(step))
  if (response instanceof Promise) throw new TypeError('this policy decides at once')
  return response
}

const verdict = (step: Partial<PolicyContext>, options?: DataProtectionOptions): string =>
  judge(step, options).decision

describe('by its bare name', () => {
  verifies(
    'guardian.policy.data-protection.arguments',
    'arguments with a secret, a card or a social security number do not leave',
    () => {
      for (const [text, kind] of [
        [`use ${TOKEN}`, 'github-token'],
        [`card ${CARD}`, 'credit-card'],
        [`his number is ${SSN}`, 'ssn'],
      ]) {
        const { decision, message, reasonCode, data } = judge({ value: { body: { lines: [text] } } })
        deepEqual([decision, reasonCode], ['deny', ['sensitive_data']])
        deepEqual(data, { 'data-protection': { kinds: [kind] } })
        match(message, new RegExp(`\\(${kind}\\)`))
        doesNotMatch(message, /078|4111|ghp_/)
      }
    },
  )

  test('whom to write to and whom to pay may be said', () => {
    equal(verdict({ value: { to: 'bob@example.com', iban: 'DE89370400440532013000' } }), 'allow')
    equal(verdict({ value: { phone: '+1 415 555 2671' } }), 'allow')
  })

  test.each([
    ['agentTrigger', {}],
    ['message', { role: 'user' }],
    ['message', { role: 'agent', part: 'text', final: false }],
    ['toolCallResult', {}],
    ['memoryStore', {}],
    ['memoryContextRetrieval', {}],
    ['mcp', { protocol: { name: 'mcp', direction: 'inbound' } }],
    ['a2a', { protocol: { name: 'a2a', direction: 'inbound' } }],
  ] as const)('%s %o is redacted', (hook, facts) => {
    const { decision, modifications } = judge({ hook, ...facts, value: [`the key is ${TOKEN}.`] })
    deepEqual([decision, modifications], ['modify', ['the key is [REDACTED:github-token].']])
  })

  test.each([
    ['knowledgeRetrieval', {}],
    ['mcp', { protocol: { name: 'mcp', direction: 'outbound' } }],
    ['a2a', { protocol: { name: 'a2a', direction: 'outbound' } }],
  ] as const)('%s %o is denied', (hook, facts) => {
    equal(verdict({ hook, ...facts, value: [{ id: '1', content: `key ${TOKEN}` }] }), 'deny')
  })

  verifies(
    'guardian.policy.data-protection.topics',
    'asking for social security numbers is refused with the words of the specification',
    () => {
      for (const query of [
        'employee SSN records',
        'SELECT ssn FROM employees',
        'employeeSSN',
        'list all Social   Security numbers',
        'S.S.N. of Bob',
        's s n',
        'ｓｓｎ',
        's\u200bs\u200bn',
        'ѕѕn',
      ]) {
        const { decision, message, reasonCode } = judge({ toolName: 'search', value: { query } })
        deepEqual(
          [decision, message, reasonCode],
          ['deny', 'Accessing PII data violates policy', ['sensitive_topic']],
          query,
        )
      }
      equal(verdict({ value: { fields: { ssn: true } } }), 'deny')
      equal(verdict({ hook: 'knowledgeRetrieval', query: 'SSN of Bob', value: [] }), 'deny')
      const protocol = { name: 'mcp', direction: 'outbound' } as const
      equal(verdict({ hook: 'mcp', protocol, value: { arguments: { query: 'ssn' } } }), 'deny')
      equal(
        verdict({ hook: 'mcp', protocol: { ...protocol, direction: 'inbound' }, value: { text: 'ssn' } }),
        'allow',
      )
      equal(verdict({ hook: 'knowledgeRetrieval', keywords: ['payroll', 'ssn'], value: [] }), 'deny')
    },
  )

  test('the progress token of an MCP message is no secret, and what is put into it is', () => {
    const outbound = { hook: 'mcp', protocol: { name: 'mcp', direction: 'outbound' } } as const
    const inbound = { hook: 'mcp', protocol: { name: 'mcp', direction: 'inbound' } } as const
    const _meta = { progressToken: '5b1c7a90-33de-4f1a-9d0e-2f1b7c6a8e11' }
    equal(verdict({ ...outbound, value: { name: 'x', _meta } }), 'allow')
    equal(verdict({ ...outbound, value: { name: 'x', _meta: { progressToken: TOKEN } } }), 'deny')
    deepEqual(judge({ ...inbound, value: { text: TOKEN, _meta } }).modifications, {
      text: '[REDACTED:github-token]',
      _meta,
    })
  })

  test('other subjects are not', () => {
    for (const query of [
      'AI safety papers',
      'session number',
      'glassnode prices',
      'is security social?',
      'ssnake',
    ])
      equal(verdict({ value: { query } }), 'allow')
    equal(verdict({ value: { ssn: null, name: 'Bob' } }), 'allow')
    equal(verdict({ hook: 'message', role: 'user', value: 'Search for employee SSN records' }), 'allow')
  })
})

describe('evasions', () => {
  const b64 = (text: string): string => Buffer.from(text).toString('base64')
  const percent = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  test.each([
    ['a zero-width space', TOKEN.replace('p_', 'p_\u200b')],
    ['zero-width spaces in digits', SSN.split('').join('\u200b')],
    ['full-width digits', SSN.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
    ['tag characters between', `${TOKEN.slice(0, 20)}\u{e0041}${TOKEN.slice(20)}`],
    ['base64', b64(`take this: ${TOKEN}`)],
    ['base64 for URLs', Buffer.from(`?>? ${TOKEN} ?>?`).toString('base64url')],
    ['hexadecimal', Buffer.from(`ssn ${SSN} end`).toString('hex')],
    ['percent encoding', `https://x.example/?q=${percent(`card ${CARD}`)}`],
    ['a name that gives it away', undefined],
  ])('%s', (name, text) => {
    const value = text === undefined ? { deep: [{ password: 'hunter2!' }] } : { deep: [{ text }] }
    equal(verdict({ value }), 'deny', name)
    const { decision, modifications } = judge({ hook: 'toolCallResult', value })
    equal(decision, 'modify')
    match(JSON.stringify(modifications), /REDACTED/)
    equal(verdict({ hook: 'toolCallResult', value: modifications }), 'allow')
  })

  test('what is nested too deeply or was cut is not taken for clean', () => {
    let value: unknown = TOKEN
    for (let depth = 0; depth < 70; depth++) value = [value]
    for (const hook of ['toolCallRequest', 'toolCallResult'] as const) {
      deepEqual(judge({ hook, value }).reasonCode, ['data_unreadable'])
      deepEqual(judge({ hook, value: { a: '[too large]' } }).reasonCode, ['data_unreadable'])
    }
  })

  test('a pattern of the user that throws denies', () => {
    let calls = 0
    const custom = [
      {
        name: 'broken',
        pattern: () => {
          if (calls++ === 0) throw new Error('broken')
          return []
        },
      },
    ]
    deepEqual(judge({ hook: 'toolCallResult', value: 'text' }, { custom }).reasonCode, ['data_unreadable'])
  })
})

describe('options', () => {
  test('tools that are allowed open no message', () => {
    const all = { allowTools: '*' }
    equal(verdict({ value: { text: TOKEN } }, all), 'allow')
    equal(verdict({ hook: 'message', role: 'agent', toolName: '', value: TOKEN }, all), 'modify')
  })

  test('kinds, tools, hooks, patterns and topics', () => {
    equal(verdict({ value: { to: 'bob@example.com' } }, { detectors: 'all' }), 'deny')
    equal(verdict({ value: { to: 'bob@example.com' } }, { detectors: ['email'] }), 'deny')
    equal(verdict({ value: { text: TOKEN } }, { detectors: ['email'] }), 'allow')
    equal(verdict({ value: { text: TOKEN } }, { off: ['github-token'] }), 'allow')
    equal(verdict({ value: { text: TOKEN } }, { allowTools: ['send_*'] }), 'allow')
    equal(verdict({ value: { text: TOKEN } }, { allowTools: 'git_*' }), 'deny')
    equal(verdict({ value: { text: TOKEN } }, { hooks: { toolCallRequest: 'redact' } }), 'modify')
    equal(verdict({ value: { text: TOKEN } }, { hooks: { toolCallRequest: 'off' } }), 'allow')
    equal(
      verdict({ value: { id: 'e-123456' } }, { custom: [{ name: 'id', pattern: 'E-\\d{6}', flags: 'i' }] }),
      'deny',
    )
    equal(verdict({ value: { query: 'ssn' } }, { topics: false }), 'allow')
    const topics = [{ words: ['salary list'], reason: 'Salaries are confidential' }]
    equal(judge({ value: { query: 'Salary-List 2026' } }, { topics }).message, 'Salaries are confidential')
  })

  test('each direction of messages has its own action', () => {
    const options: DataProtectionOptions = { hooks: { message: { user: 'off', agent: 'deny' } } }
    equal(verdict({ hook: 'message', role: 'user', value: TOKEN }, options), 'allow')
    equal(verdict({ hook: 'message', role: 'agent', value: TOKEN }, options), 'deny')
  })

  verifies(
    'guardian.policy.data-protection.retrieval',
    'redacting what was retrieved needs retrievalModify',
    () => {
      const redact = { hooks: { knowledgeRetrieval: 'redact' } } as const
      throws(
        () => dataProtection(redact),
        (error) => isAosError(error, 'invalid_policy') && /retrievalModify: true/.test(String(error.fix)),
      )
      const value = [{ id: '1', content: TOKEN }]
      equal(verdict({ hook: 'knowledgeRetrieval', value }, { ...redact, retrievalModify: true }), 'modify')
    },
  )

  test.each<[unknown, RegExp]>([
    [null, /option options/],
    [[], /option options/],
    [{ detector: [] }, /option detector is not known/],
    [{ detectors: ['emails'] }, /unknown detector "emails"/],
    [{ off: [1] }, /option off/],
    [{ hooks: { message: 'mask' } }, /option hooks\.message\.user is "mask"/],
    [{ hooks: { messages: 'deny' } }, /option messages is not known/],
    [{ hooks: { message: { system: 'deny' } } }, /option system is not known/],
    [{ hooks: { toolCallRequest: { user: 'deny' } } }, /option hooks\.toolCallRequest is of type object/],
    [{ custom: [{ name: 'x', pattern: '(' }] }, /option custom\[0\]\.pattern/],
    [{ custom: [{ pattern: 'x' }] }, /option custom\[0\]/],
    [{ custom: [{ name: 'a b', pattern: 'x' }] }, /custom redactor needs a name/],
    [{ topics: [{ words: [] }] }, /option topics\[0\]/],
    [{ topics: [{ words: ['...'] }] }, /option topics\[0\]\.words/],
    [{ allowTools: [''] }, /option allowTools/],
    [{ name: '' }, /option name/],
  ])('%o is refused at once', (options, problem) => {
    throws(
      () => dataProtection(options as DataProtectionOptions),
      (error) =>
        isAosError(error, 'invalid_policy') && problem.test(error.message) && error.fix !== undefined,
    )
  })
})

verifies('guardian.policy.data-protection.idempotent', 'redacting twice is redacting once', () => {
  const redactor = createRedactor()
  const piece = fc.oneof(
    fc.constantFrom(
      TOKEN,
      SSN,
      CARD,
      'password=',
      '"token": "',
      'a@b.example',
      'DE89370400440532013000',
      '\u200b',
    ),
    fc.constantFrom('=', '"', ' ', '\n', ':', '[REDACTED:', ']', '%41%42%43%44', btoa(`key ${TOKEN}`)),
    fc.string({ maxLength: 12, unit: 'grapheme' }),
  )
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const value = fc.oneof(text, fc.array(text), fc.dictionary(text, text), fc.array(fc.dictionary(text, text)))
  const policy = new PolicySet([dataProtection({ detectors: 'all' })])
  fc.assert(
    fc.property(value, (given) => {
      const first = policy.decide(stepOf({ hook: 'toolCallResult', value: given })) as PolicyResponse
      if (first.decision !== 'modify') return
      const { modifications } = first
      const second = policy.decide(stepOf({ hook: 'toolCallResult', value: modifications })) as PolicyResponse
      equal(second.decision, 'allow')
      deepEqual(redactor.redactValue(modifications).redactions, [])
    }),
    { numRuns: 200 },
  )
})

test('an agent searches for records it must not see: nothing is searched', async () => {
  const searched: unknown[] = []
  const agent = new AOSInstrument(async function researcher(input: unknown, aos) {
    return aos.toolCall({ toolName: 'search', parameters: { query: input } }, (parameters) => {
      searched.push(parameters)
      return 'found'
    })
  })
  const policy = dataProtection()
  for (const hook of policy.hooks) agent.registerHook(hook, (context) => policy.evaluate(context))
  const thrown = await agent.run('Search for employee SSN records').catch((error: unknown) => error)
  equal(isDenied(thrown) && thrown.reason, 'Accessing PII data violates policy')
  equal(await agent.run('Search for AI safety papers'), 'found')
  deepEqual(searched, [{ query: 'Search for AI safety papers' }])
})
