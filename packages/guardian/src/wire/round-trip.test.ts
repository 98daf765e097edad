import { HOOK_NAMES, type HookName } from '@aos/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { PolicyResponse } from '../policy-response.ts'
import type { CodecName, WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { decodeRequest } from './decode-request.ts'
import { isSentAsError } from './protocol-error.ts'
import { defined, namesPrototype } from './read.ts'
import { problemOfRequest, problemOfResponse } from './validate-message.ts'

const NAMES: readonly CodecName[] = ['aos-0.1', 'aos-0.1-literal', 'landing']

function overTheWire<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T
}

const text = fc.string({ maxLength: 12 })
const json = fc
  .oneof(
    text,
    fc.array(text, { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(
      fc.oneof(text, fc.constantFrom('constructor', 'toString', 'value', 'input')),
      fc.jsonValue(),
      {
        maxKeys: 4,
      },
    ),
    // what has a shape that the wire knows
    fc.array(fc.record({ kind: fc.constant('text'), text }), { maxLength: 3 }),
    fc.array(fc.record({ kind: fc.constant('data'), data: fc.dictionary(text, text) }), { maxLength: 2 }),
    fc.array(fc.record({ id: text, content: text }), { maxLength: 2 }),
    fc.record({ id: text, content: text, mimeType: fc.constant('application/json') }),
    fc.record({ code: fc.integer(), message: text }),
  )
  .filter((value) => !namesPrototype(value))
  .map(overTheWire)
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

function protocol(hook: HookName): fc.Arbitrary<WireStep['protocol']> {
  if (hook !== 'mcp' && hook !== 'a2a') return fc.constant(undefined)
  const methods = [
    'tools/call',
    'tools/list',
    'resources/read',
    'roots/list',
    'sampling/createMessage',
    'notifications/x',
    'notifications/initialized',
    'message/send',
    'task/get',
    'tasks/pushNotificationConfig/set',
    'SendStreamingMessage',
    'GetTask',
    'ListTasks',
  ]
  return maybe(
    fc
      .record({
        name: fc.constant(hook),
        direction: fc.constantFrom('outbound' as const, 'inbound' as const),
        method: maybe(fc.constantFrom(...methods)),
        leg: maybe(fc.constantFrom('request' as const, 'response' as const)),
        id: maybe(fc.oneof(text, fc.integer())),
        version: maybe(text),
        target: maybe(text),
        peer: maybe(fc.record({ name: maybe(text), version: maybe(text), url: maybe(text) }).map(defined)),
      })
      .map(defined),
  )
}

function steps(hook: HookName): fc.Arbitrary<WireStep> {
  const event = fc.oneof(json, fc.record({ type: text, id: text, more: json }))
  return fc
    .record({
      id: fc.oneof(text, fc.maxSafeInteger()),
      hook: fc.constant(hook),
      decisionId: text,
      turnId: text,
      runId: text,
      parentRunId: maybe(text),
      pass: fc.constantFrom('first' as const, 'recheck' as const),
      timestamp: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
      agent: fc
        .record({
          id: text,
          name: text,
          version: maybe(text),
          instructions: maybe(text),
          provider: maybe(fc.record({ name: text, url: text })),
          url: maybe(text),
          description: maybe(text),
        })
        .map(defined),
      session: fc.record({ id: text, generated: fc.boolean() }),
      user: maybe(fc.record({ id: text, name: maybe(text), email: maybe(text) }).map(defined)),
      trace: maybe(fc.record({ traceId: text, spanId: text })),
      executionId: maybe(text),
      toolName: maybe(text),
      toolKind: maybe(text),
      mcpServer: maybe(text),
      reasoning: maybe(text),
      role: maybe(fc.constantFrom('user' as const, 'agent' as const, 'system' as const)),
      messageId: maybe(text),
      part: maybe(text),
      final: maybe(fc.boolean()),
      trigger: maybe(
        fc
          .record({ type: fc.constantFrom('user' as const, 'autonomous' as const), event: maybe(event) })
          .map(defined),
      ),
      query: maybe(text),
      keywords: maybe(fc.array(text, { maxLength: 2 })),
      isError: maybe(fc.boolean()),
      protocol: protocol(hook),
      value: maybe(json),
      policies: maybe(fc.array(text, { maxLength: 2 })),
    })
    .map((step): WireStep => ({ ...defined(step), value: step.value }))
}

function decisions(name: CodecName): fc.Arbitrary<PolicyResponse> {
  const common = {
    message: text,
    reasoning: maybe(text),
    reasonCode: fc.array(text, { maxLength: 2 }),
    data: maybe(
      fc.dictionary(text, json, { maxKeys: 3, minKeys: 1 }).filter((data) => !namesPrototype(data)),
    ),
    policies: fc.array(text, { maxLength: 2 }),
  }
  const plain = fc.record({ ...common, decision: fc.constantFrom('allow' as const, 'deny' as const) })
  // what the dialect of the landing page cannot carry: a modification to null
  const modifications = name === 'landing' ? json.filter((value) => value !== null) : json
  const modify = fc.record({ ...common, decision: fc.constant('modify' as const), modifications })
  return fc.oneof(plain, modify).map((init) => new PolicyResponse(overTheWire(init)))
}

describe.each(NAMES)('%s', (name) => {
  const codec = codecOf(name)

  describe.each(HOOK_NAMES)('%s', (hook) => {
    verifies('aos.wire.roundTrip', 'a request is valid, and read as the step it was made of', () => {
      fc.assert(
        fc.property(steps(hook), (step) => {
          const message = overTheWire(codec.encodeRequest(step))
          expect(problemOfRequest(message, message.method)).toBeUndefined()
          expect(decodeRequest(message)).toEqual({ ok: true, codec: name, step })
        }),
        { numRuns: 150 },
      )
    })

    verifies('aos.wire.schema', 'an answer is valid, and read as the decision it was made of', () => {
      fc.assert(
        fc.property(steps(hook), decisions(name), (step, decision) => {
          const { modifications = step.value } = decision
          const changed = { ...step, value: modifications }
          fc.pre(isSentAsError(changed) === isSentAsError(step))
          const answer = overTheWire(codec.encodeResponse(step, decision))
          expect(problemOfResponse(answer, name === 'landing' ? 'landing' : 'aos')).toBeUndefined()
          expect(codec.decodeResponse(step, answer)).toEqual({ ok: true, decision })
        }),
        { numRuns: 150 },
      )
    })
  })

  test('no answer makes the reader throw, and none that is not a decision is one', () => {
    const step = fc.sample(steps('toolCallRequest'), 1)[0]
    if (step === undefined) throw new Error('there is no step')
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (answer) => {
        expect(codec.decodeResponse(step, answer).ok).toBe(false)
        expect(codec.decodeResponse(step, { jsonrpc: '2.0', id: step.id, result: answer }).ok).toBe(false)
      }),
    )
  })
})

test('no request makes the reader throw', () => {
  const methods = [
    'steps/toolCallRequest',
    'steps/message',
    'protocols/MCP',
    'tasks/get',
    'guardian/evaluate',
    'x',
  ]
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...methods), fc.boolean(), (value, method, lenient) => {
      const messages = [value, { jsonrpc: '2.0', id: 1, method, params: value }]
      for (const message of messages) {
        const read = decodeRequest(message, { lenient })
        expect(read.ok || read.error.code <= -32600).toBe(true)
      }
    }),
  )
})
