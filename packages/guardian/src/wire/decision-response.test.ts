import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { overTheWire, databaseCall } from '../../../../test/support/database-call.ts'
import { PolicyResponse } from '../policy-response.ts'
import type { DecodedResponse, JsonRpcRequest, WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { isRecord } from './read.ts'

const SENT = databaseCall()
const aos = codecOf('aos-0.1')
const landing = codecOf('landing')

function answered(result: unknown, sent: WireStep = SENT): DecodedResponse {
  return aos.decodeResponse(sent, { jsonrpc: '2.0', id: sent.id, result })
}

function refusal(read: DecodedResponse): string | undefined {
  return read.ok ? undefined : read.code
}

const INVALID = 'guardian_invalid_response'
const ALLOW = { decision: 'allow', message: 'fine' }

describe('words', () => {
  verifies('aos.wire.C2', 'every known word in any case, in either member', () => {
    const decisionOf = (result: object): string | undefined => {
      const read = answered(result)
      return read.ok ? read.decision.decision : undefined
    }
    for (const word of ['allow', 'ALLOW', 'Permit']) {
      expect(decisionOf({ decision: word, message: 'm' })).toBe('allow')
      expect(decisionOf({ action: word, reason: 'm' })).toBe('allow')
    }
    for (const word of ['deny', 'DENY', 'block'])
      expect(decisionOf({ action: word, reason: 'm' })).toBe('deny')
    expect(aos.encodeResponse(SENT, new PolicyResponse({ decision: 'deny', message: 'm' }))).toMatchObject({
      result: { decision: 'deny', message: 'm' },
    })
    expect(
      landing.encodeResponse(SENT, new PolicyResponse({ decision: 'deny', message: 'm' })),
    ).toMatchObject({
      result: { action: 'DENY', reason: 'm' },
    })
  })

  verifies('aos.wire.response.word', 'anything else', () => {
    for (const decision of ['ask', 'approve', 'yes', '', ' allow', 'allow\n', 1, true, null, ['allow'], {}]) {
      expect(refusal(answered({ decision, message: 'm' }))).toBe(INVALID)
      expect(refusal(answered({ action: decision, reason: 'm' }))).toBe(INVALID)
    }
    for (const result of [{}, [], 'allow', true, 1, { message: 'm' }])
      expect(refusal(answered(result))).toBe(INVALID)
    expect(refusal(answered(Object.create(ALLOW)))).toBe(INVALID)
  })

  verifies('aos.wire.response.message', 'no message', () => {
    for (const message of [undefined, null, 1, {}, ['m']])
      expect(refusal(answered({ decision: 'allow', message }))).toBe(INVALID)
  })

  verifies('aos.wire.response.contradiction', 'two decisions', () => {
    expect(refusal(answered({ ...ALLOW, action: 'DENY' }))).toBe(INVALID)
    expect(refusal(answered({ ...ALLOW, action: null }))).toBe(INVALID)
    expect(refusal(answered({ ...ALLOW, modifications: { query: 'x' } }))).toBe(INVALID)
    expect(refusal(answered({ ...ALLOW, modifiedRequest: {} }))).toBe(INVALID)
    expect(answered({ ...ALLOW, action: 'ALLOW', modifications: null }).ok).toBe(true)
    const changed = { ...overTheWire(aos.encodeRequest(SENT)) }
    const both = { decision: 'modify', message: 'm', modifiedRequest: changed }
    expect(answered({ ...both, modifications: SENT.value }).ok).toBe(true)
    expect(refusal(answered({ ...both, modifications: { query: 'other' } }))).toBe('invalid_modification')
  })

  test.each([
    ['reason codes', { reasonCode: [1] }],
    ['reason codes', { reasonCode: {} }],
    ['data', { data: [] }],
    ['data', { data: 'x' }],
  ])('%s of another type', (_name, more) => {
    expect(refusal(answered({ ...ALLOW, ...more }))).toBe(INVALID)
  })
})

describe('envelope', () => {
  verifies('aos.wire.response.id', 'an answer to another request', () => {
    for (const id of ['q2', 1, null, undefined, ['q1'], 'Q1'])
      expect(refusal(aos.decodeResponse(SENT, { jsonrpc: '2.0', id, result: ALLOW }))).toBe(INVALID)
    const numbered = databaseCall({ id: 1 })
    expect(refusal(aos.decodeResponse(numbered, { jsonrpc: '2.0', id: '1', result: ALLOW }))).toBe(INVALID)
    expect(answered(ALLOW, numbered).ok).toBe(true)
    // the landing page prints its answers without ids
    const printed = { jsonrpc: '2.0', result: { action: 'ALLOW', reason: 'm' } }
    expect(landing.decodeResponse(SENT, printed).ok).toBe(true)
    expect(landing.decodeResponse(SENT, { ...printed, id: 'q2' }).ok).toBe(false)
  })

  verifies('aos.wire.response.error', 'an error', () => {
    const error = { code: -32601, message: 'Method not found', data: { x: 1 } }
    for (const id of [SENT.id, null]) {
      const read = aos.decodeResponse(SENT, { jsonrpc: '2.0', id, error })
      expect(read).toMatchObject({ ok: false, code: 'guardian_error', rpcError: error })
    }
    const envelope = { jsonrpc: '2.0', id: SENT.id }
    expect(refusal(aos.decodeResponse(SENT, { ...envelope, error, result: ALLOW }))).toBe(INVALID)
    expect(refusal(aos.decodeResponse(SENT, { ...envelope, error: {} }))).toBe(INVALID)
    expect(refusal(aos.decodeResponse(SENT, { ...envelope, error: null, result: ALLOW }))).toBe(INVALID)
  })

  test.each([
    null,
    undefined,
    'x',
    [],
    [{ jsonrpc: '2.0', id: 'q1', result: ALLOW }],
    { result: ALLOW, id: 'q1' },
  ])('no response: %j', (answer) => {
    expect(refusal(aos.decodeResponse(SENT, answer))).toBe(INVALID)
  })

  test('strictly, only what the schema takes', () => {
    const strict = (result: object): boolean =>
      aos.decodeResponse(SENT, { jsonrpc: '2.0', id: 'q1', result }, { lenient: false }).ok
    expect(strict(ALLOW)).toBe(true)
    expect(strict({ action: 'ALLOW', reason: 'm' })).toBe(false)
    expect(strict({ decision: 'ALLOW', message: 'm' })).toBe(false)
  })
})

/** What is made of a modified request that was changed in one place. */
function modified(sent: WireStep, change: (request: JsonRpcRequest) => unknown): DecodedResponse {
  const request = overTheWire(aos.encodeRequest(sent))
  return answered({ decision: 'modify', message: 'm', modifiedRequest: change(request) }, sent)
}

function withParam(path: readonly string[], value: unknown): (request: JsonRpcRequest) => JsonRpcRequest {
  return (request) => {
    let target: object = request
    for (const key of path.slice(0, -1)) {
      const next: unknown = Reflect.get(target, key)
      if (typeof next !== 'object' || next === null) throw new Error(`there is no ${key}`)
      target = next
    }
    Reflect.set(target, path.at(-1) ?? '', value)
    return request
  }
}

const CALL = ['params', 'toolCallRequest']
const inputs = [{ name: 'query', value: 'SELECT id FROM customers' }]
const MESSAGE = databaseCall({ hook: 'message', role: 'user', messageId: 'm1', value: 'hi' })
const MCP = databaseCall({
  hook: 'mcp',
  protocol: { name: 'mcp', direction: 'outbound', method: 'tools/call' },
  value: { name: 'send_email', arguments: { to: 'a@example.com' } },
})
const A2A = databaseCall({
  hook: 'a2a',
  protocol: { name: 'a2a', direction: 'outbound', method: 'tasks/get' },
  value: { id: 'task' },
})

describe('modify', () => {
  verifies('aos.wire.C23', 'nothing to modify with', () => {
    const modify = { decision: 'modify', message: 'm' }
    expect(refusal(answered(modify))).toBe('invalid_modification')
    expect(refusal(answered({ ...modify, modifiedRequest: null }))).toBe('invalid_modification')
    expect(refusal(answered({ ...modify, modifiedRequest: 'x' }))).toBe('invalid_modification')
    expect(refusal(answered({ ...modify, modifications: null }))).toBe('invalid_modification')
    const empty = new PolicyResponse({ decision: 'modify', message: 'm' })
    expect(aos.encodeResponse(SENT, empty)).toMatchObject({
      result: { decision: 'deny', reasonCode: ['invalid_modification'] },
    })
  })

  verifies('aos.wire.modify.scope', 'what else was changed is not taken', () => {
    const read = modified(SENT, (request) => {
      withParam([...CALL, 'inputs'], inputs)(request)
      withParam(['params', 'context', 'session', 'id'], 'other')(request)
      return withParam(['params', 'reasoning'], 'other')(request)
    })
    expect(read.ok && read.decision.modifications).toEqual({ query: 'SELECT id FROM customers' })
  })

  test('of a request with nothing but what changes', () => {
    const bare = { method: 'steps/toolCallRequest', params: { toolCallRequest: { inputs } } }
    const read = modified(SENT, () => bare)
    expect(read.ok && read.decision.modifications).toEqual({ query: 'SELECT id FROM customers' })
  })

  verifies('aos.wire.modify.fixed', 'another request', () => {
    const changes: readonly [WireStep, readonly string[], unknown][] = [
      [SENT, ['method'], 'steps/message'],
      [SENT, ['method'], undefined],
      [SENT, ['id'], 'q2'],
      [SENT, ['id'], null],
      [SENT, [...CALL, 'toolId'], 'drop_table'],
      [SENT, [...CALL, 'toolId'], null],
      [SENT, [...CALL, 'executionId'], 'call-2'],
      [SENT, [...CALL, 'inputs'], undefined],
      [SENT, [...CALL, 'inputs'], { query: 'x' }],
      [SENT, [...CALL, 'inputs'], [...inputs, ...inputs]],
      [SENT, ['params'], undefined],
      [MESSAGE, ['params', 'message', 'id'], 'm2'],
      [MESSAGE, ['params', 'message', 'role'], 'system'],
      [MESSAGE, ['params', 'message', 'content'], 'text'],
      [MESSAGE, ['params', 'message', 'content'], [{ kind: 'data', data: {} }]],
      [MCP, ['params', 'message', 'method'], 'resources/read'],
      [MCP, ['params', 'message', 'params', 'name'], 'delete_all'],
      [MCP, ['params', 'message'], undefined],
      [A2A, ['method'], 'tasks/cancel'],
      [A2A, ['params', 'payload', 'method'], 'tasks/cancel'],
      [A2A, ['params', 'payload'], null],
    ]
    for (const [sent, path, value] of changes)
      expect([path, refusal(modified(sent, withParam(path, value)))]).toEqual([path, 'invalid_modification'])
  })

  verifies('aos.decision.C3', 'arguments, params and payloads', () => {
    const value = { name: 'send_email', arguments: { to: 'b@example.com' } }
    const mcp = modified(MCP, withParam(['params', 'message', 'params'], value))
    expect(mcp.ok && mcp.decision.modifications).toEqual(value)
    const raw = modified(MCP, (request) => {
      const { params } = request
      return {
        ...request,
        params: {
          ...(isRecord(params) && isRecord(params['message']) ? params['message'] : {}),
          params: value,
        },
      }
    })
    expect(raw.ok && raw.decision.modifications).toEqual(value)
    const a2a = modified(A2A, withParam(['params', 'payload', 'params'], { id: 'task', historyLength: 0 }))
    expect(a2a.ok && a2a.decision.modifications).toEqual({ id: 'task', historyLength: 0 })
    expect(answered({ action: 'MODIFY', reason: 'm', modifications: { query: 'x' } })).toMatchObject({
      ok: true,
      decision: { modifications: { query: 'x' } },
    })
  })

  verifies('aos.wire.modify.prototype', 'modifications with a member of the name __proto__', () => {
    const modifications: unknown = JSON.parse('{"a":{"__proto__":{"admin":true}}}')
    expect(refusal(answered({ action: 'MODIFY', reason: 'm', modifications }))).toBe('invalid_modification')
    const proto = [{ name: '__proto__', value: { admin: true } }]
    expect(refusal(modified(SENT, withParam([...CALL, 'inputs'], proto)))).toBe('invalid_modification')
  })
})

describe('ask', () => {
  verifies('aos.wire.ask', 'there and back', () => {
    const approval = { id: 'ap-1', digest: 'd', expiresAt: '2026-01-31T11:00:00Z' }
    const ask = new PolicyResponse({
      decision: 'ask',
      message: 'Approve?',
      reasonCode: ['large'],
      data: { approval },
    })
    for (const codec of [aos, landing]) {
      const answer = overTheWire(codec.encodeResponse(SENT, ask))
      expect(codec.decodeResponse(SENT, answer)).toMatchObject({
        ok: true,
        decision: {
          decision: 'ask',
          message: 'Approve?',
          reasonCode: ['large', 'approval_required'],
          data: { approval },
        },
      })
    }
    expect(aos.encodeResponse(SENT, ask)).toMatchObject({ result: { decision: 'deny' } })
  })

  test('a changed value that a person would have to approve is a denial', () => {
    const ask = new PolicyResponse({ decision: 'ask', message: 'Approve?', modifications: { query: 'less' } })
    for (const codec of [aos, landing])
      expect(codec.decodeResponse(SENT, overTheWire(codec.encodeResponse(SENT, ask)))).toMatchObject({
        ok: true,
        decision: { decision: 'deny', reasonCode: ['ask_after_modify'], modifications: undefined },
      })
  })

  test('a denial that says no more is a denial', () => {
    const deny = { decision: 'deny', message: 'm' }
    const decisionOf = (more: object): unknown => {
      const read = answered({ ...deny, ...more })
      return read.ok && read.decision.decision
    }
    expect(decisionOf({ reasonCode: ['approval_required'] })).toBe('deny')
    expect(decisionOf({ reasonCode: ['approval_required'], data: { approval: true } })).toBe('deny')
    expect(decisionOf({ reasonCode: ['other'], data: { approval: {} } })).toBe('deny')
    expect(decisionOf({ reasonCode: 'approval_required', data: { approval: {} } })).toBe('ask')
  })
})
