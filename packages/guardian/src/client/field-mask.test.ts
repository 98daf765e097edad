import { HOOK_NAMES, isAosError, type HookName } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import type { WireStep } from '../wire/codec.ts'
import { codecOf } from '../wire/codecs.ts'
import { problemOfRequest } from '../wire/validate-message.ts'
import { createFieldMask, WITHHELD, type FieldMask, type FieldMode } from './field-mask.ts'

const digestKey = 'a key of sixteen bytes or more'
const CANARY = 'canary@example.com'
const DIGEST = /^hmac-sha256:[0-9a-f]{64}$/

const values: Record<HookName, unknown[]> = {
  agentTrigger: [CANARY, [{ kind: 'text', text: CANARY }]],
  message: [CANARY, [{ kind: 'text', text: CANARY }], { summary: CANARY }],
  toolCallRequest: [{ to: CANARY, cc: [CANARY], n: 1 }, {}, [CANARY]],
  toolCallResult: [CANARY, { rows: [{ email: CANARY }] }, [CANARY], null, 7],
  knowledgeRetrieval: [[{ id: 'doc', content: CANARY }], [CANARY], [], CANARY],
  memoryStore: [[CANARY, CANARY], CANARY, { fact: CANARY }],
  memoryContextRetrieval: [[CANARY], []],
  mcp: [{ name: 'send', arguments: { to: CANARY } }, [CANARY]],
  a2a: [{ message: { parts: [{ text: CANARY }] } }],
}

function stepAt(hook: HookName, value: unknown): WireStep {
  const isProtocol = hook === 'mcp' || hook === 'a2a'
  return wireStep({
    hook,
    value,
    reasoning: `because of ${CANARY}`,
    user: { id: CANARY, name: CANARY, email: CANARY },
    agent: { id: 'agent_1', name: 'researcher', instructions: `Ask ${CANARY}.` },
    query: CANARY,
    keywords: [CANARY],
    ...(hook === 'message' ? { role: 'user' } : {}),
    ...(hook === 'agentTrigger'
      ? { trigger: { type: 'autonomous', event: { type: 'mail', id: CANARY, from: CANARY } } }
      : {}),
    ...(isProtocol
      ? {
          protocol: {
            name: hook,
            direction: 'outbound',
            method: hook === 'mcp' ? 'tools/call' : 'message/send',
          },
        }
      : {}),
  })
}

const everything = (mode: FieldMode): FieldMask => ({
  default: { value: mode, reasoning: mode, user: mode, instructions: mode, query: mode },
})

test('what a protocol message is about is masked with its value, and the name of its tool is told', () => {
  const about = (method: string, mode: FieldMode): string | undefined => {
    const protocol = { name: 'mcp', direction: 'outbound', method, target: `mailto:${CANARY}` } as const
    const step = { ...stepAt('mcp', { uri: CANARY }), protocol }
    return createFieldMask({ mask: everything(mode), digestKey })(step).step.protocol?.target
  }
  expect(about('resources/read', 'none')).toBe(WITHHELD)
  expect(about('resources/read', 'digest')).toMatch(DIGEST)
  expect(about('resources/read', 'redacted')).not.toContain(CANARY)
  expect(about('resources/read', 'full')).toBe(`mailto:${CANARY}`)
  expect(about('tools/call', 'none')).toBe(`mailto:${CANARY}`)
})

for (const hook of HOOK_NAMES) {
  for (const mode of ['redacted', 'digest', 'none'] as const) {
    verifies('guardian.client.masks', `${mode} at ${hook} keeps the message valid and tells nothing`, () => {
      const mask = createFieldMask({ mask: everything(mode), digestKey })
      for (const value of values[hook]) {
        const step = stepAt(hook, value)
        const before = structuredClone(step)
        const masked = mask(step)
        expect(step).toEqual(before)
        for (const name of ['aos-0.1', 'landing'] as const) {
          const message = codecOf(name).encodeRequest(masked.step)
          expect(problemOfRequest(message, message.method)).toBeUndefined()
          expect(JSON.stringify(message)).not.toContain('canary')
        }
        const hidden = mode !== 'redacted' || JSON.stringify(value).includes('canary')
        expect(masked.seesValue).toBe(!hidden)
      }
    })
  }
}

describe('createFieldMask', () => {
  test('tells everything but the system prompt by default', () => {
    const step = stepAt('toolCallRequest', { to: CANARY })
    const masked = createFieldMask({})(step)
    expect(masked.seesValue).toBe(true)
    const { instructions: _, ...agent } = step.agent
    expect(masked.step).toEqual({ ...step, agent: { ...agent, instructions: undefined } })
  })

  test('shows names of arguments, and of their values a digest that is keyed', () => {
    const step = wireStep({ value: { to: CANARY, n: { b: 1, a: 2 } } })
    const maskOf = (key: string): unknown =>
      createFieldMask({ mask: { toolCallRequest: { value: 'digest' } }, digestKey: key })(step).step.value
    const shown = maskOf(digestKey)
    expect(shown).toEqual({
      to: expect.stringMatching(DIGEST) as string,
      n: expect.stringMatching(DIGEST) as string,
    })
    expect(maskOf(digestKey)).toEqual(shown)
    expect(maskOf('another key of sixteen bytes')).not.toEqual(shown)
    const reordered = wireStep({ value: { n: { a: 2, b: 1 }, to: CANARY } })
    const mask = createFieldMask({ mask: { default: { value: 'digest' } }, digestKey })
    expect(mask(reordered).step.value).toEqual(shown)
  })

  test('keeps how many were found, without what was', () => {
    const mask = createFieldMask({ mask: { default: { value: 'none' } } })
    const found = wireStep({
      hook: 'knowledgeRetrieval',
      value: [
        { id: 'a', content: 'x' },
        { id: 'b', content: 'y' },
      ],
    })
    expect(mask(found).step.value).toEqual([
      { id: 'result-1', content: WITHHELD },
      { id: 'result-2', content: WITHHELD },
    ])
  })

  test('prefers what is said for the hook', () => {
    const mask = createFieldMask({ mask: { default: { value: 'none' }, message: { value: 'full' } } })
    expect(mask(wireStep({ hook: 'message', role: 'user', value: 'hello' })).step.value).toBe('hello')
    expect(mask(wireStep({ value: { a: 1 } })).step.value).toEqual({ a: WITHHELD })
  })

  test('masks what JSON cannot hold as it would be shown', () => {
    const mask = createFieldMask({ mask: { default: { value: 'redacted' } } })
    const value = { when: new Date(0), big: 10n, map: new Map([['to', CANARY]]) }
    expect(JSON.stringify(mask(wireStep({ value })).step.value)).not.toContain('canary')
  })

  test('throws where the redactor fails, so that nothing is sent', () => {
    const redactor = {
      redactText: () => ({ text: '', redactions: [{ kind: 'dropped', count: 1 }] }),
      redactValue: () => ({ value: '', redactions: [{ kind: 'dropped', count: 1 }] }),
      sensitiveMember: () => undefined,
    } as const
    const mask = createFieldMask({ mask: { default: { value: 'redacted' } }, redactor })
    expect(() => mask(wireStep())).toThrow('the redactor failed')
  })

  test.each([
    { mask: { toolCall: { value: 'none' } } },
    { mask: { message: { content: 'none' } } },
    { mask: { message: { value: 'hidden' } } },
    { mask: { message: { value: 'digest' } } },
    { mask: { message: { value: 'digest' } }, digestKey: 'short' },
  ])('refuses %j', (options) => {
    expect(() => createFieldMask(options as object)).toThrow(
      expect.toSatisfy((error) => isAosError(error, 'invalid_options')),
    )
  })
})
