import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { overTheWire, databaseCall } from '../../../../test/support/database-call.ts'
import type { WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { decodeRequest, type DecodeRequestOptions } from './decode-request.ts'

const CONTEXT = {
  agent: {
    id: 'a1',
    name: 'n',
    instructions: 'You help.',
    version: '1',
    provider: { name: 'p', url: 'https://p.example' },
  },
  session: { id: 'sess_123' },
  turnId: 't1',
  stepId: 's1',
  timestamp: '2026-01-31T10:30:00Z',
}

const OPTIONS: DecodeRequestOptions = { newId: () => 'new', now: () => 7 }

/** The step that a request is read as, leniently; strictly, it is no request unless it says so. */
function stepOf(
  request: object,
  strictly: 'and strictly' | 'but not strictly' = 'but not strictly',
): WireStep {
  const message = overTheWire({ jsonrpc: '2.0', id: 'q1', ...request })
  expect(decodeRequest(message, { ...OPTIONS, lenient: false }).ok).toBe(strictly === 'and strictly')
  const read = decodeRequest(message, OPTIONS)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.step
}

function codeOf(message: unknown, options?: DecodeRequestOptions): number | undefined {
  const read = decodeRequest(message, options)
  return read.ok ? undefined : read.error.code
}

describe('variants', () => {
  verifies('aos.wire.C6', 'the result of a tool call in params', () => {
    const result = { outputs: [{ kind: 'text', text: 'ok' }], isError: true }
    const flat = { context: CONTEXT, executionId: 'call-1', result }
    const nested = { context: CONTEXT, toolCallResult: { executionId: 'call-1', result } }
    const method = 'steps/toolCallResult'
    const step = stepOf({ method, params: nested }, 'and strictly')
    expect(step).toMatchObject({ hook: 'toolCallResult', executionId: 'call-1', isError: true, value: 'ok' })
    expect(stepOf({ method, params: flat })).toEqual(step)
  })

  verifies('aos.wire.C7', 'citation, citations, and neither', () => {
    const message = { id: 'm1', role: 'user', content: [{ kind: 'text', text: 'hi' }] }
    const source = [{ kind: 'site', url: 'https://example.com' }]
    for (const more of [{}, { citation: source }, { citations: source }]) {
      const step = stepOf(
        { method: 'steps/message', params: { context: CONTEXT, message, ...more } },
        'and strictly',
      )
      expect(step).toMatchObject({ hook: 'message', role: 'user', messageId: 'm1', value: 'hi' })
    }
  })

  verifies('aos.wire.C8', 'an MCP message for params, with no context at all', () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', arguments: {} } }
    const raw = stepOf({ method: 'protocols/MCP', params: call })
    expect(raw).toMatchObject({
      hook: 'mcp',
      protocol: { name: 'mcp', direction: 'outbound', method: 'tools/call' },
      value: { name: 'x', arguments: {} },
      agent: { id: 'unknown' },
      session: { id: 'unknown', generated: true },
      decisionId: 'new',
      timestamp: 7,
    })
    expect(stepOf({ method: 'protocols/MCP', params: { message: call } }, 'and strictly')).toEqual(raw)
    const answer = { jsonrpc: '2.0', id: 1, result: { content: [] } }
    expect(stepOf({ method: 'protocols/MCP', params: answer })).toMatchObject({
      protocol: { direction: 'inbound' },
      value: { content: [] },
    })
  })

  verifies('aos.wire.C9', 'the context of an MCP request', () => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const step = stepOf({ method: 'protocols/MCP', params: { message, context: CONTEXT } }, 'and strictly')
    expect(step).toMatchObject({ agent: { id: 'a1' }, session: { id: 'sess_123' }, decisionId: 's1' })
  })

  const payload = { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { id: 'task' } }
  const peer = { agent: { url: 'https://peer.example', name: 'peer', version: '1' }, role: 'client' }
  const server = { from: peer, to: { agent: CONTEXT.agent, role: 'server' } }

  verifies('aos.wire.C10', 'payload and context beside params', () => {
    const within = stepOf({ method: 'tasks/get', params: { payload, context: server } }, 'and strictly')
    expect(within).toMatchObject({
      hook: 'a2a',
      protocol: { name: 'a2a', direction: 'inbound', method: 'tasks/get' },
      mcpServer: 'peer',
      agent: { id: 'a1' },
      value: { id: 'task' },
    })
    expect(stepOf({ method: 'tasks/get', payload, context: server })).toEqual(within)
  })

  verifies('aos.wire.C11', 'task/get', () => {
    const step = stepOf({ method: 'task/get', params: { payload, context: server } })
    expect(step.protocol?.method).toBe('tasks/get')
    const push = { ...payload, method: 'tasks/pushNotificationConfig/set' }
    const set = stepOf({
      method: 'task/pushNotificationConfig/set',
      params: { payload: push, context: server },
    })
    expect(set.protocol?.method).toBe('tasks/pushNotificationConfig/set')
  })

  verifies('aos.wire.C13', 'instruction for instructions, and no id', () => {
    const { id: _id, instructions, ...rest } = CONTEXT.agent
    const agent = { ...rest, instruction: instructions, url: 'https://a.example' }
    const context = { from: peer, to: { agent, role: 'server' } }
    expect(stepOf({ method: 'tasks/get', params: { payload, context } }, 'and strictly')).toMatchObject({
      protocol: { direction: 'inbound' },
      agent: { id: 'https://a.example', name: 'n', instructions: 'You help.' },
    })
  })

  verifies('aos.wire.C15', 'identity for user', () => {
    const params = { toolCallRequest: { executionId: 'e', toolId: 't', inputs: [] } }
    const userOf = (more: object): WireStep['user'] =>
      stepOf(
        { method: 'steps/toolCallRequest', params: { ...params, context: { ...CONTEXT, ...more } } },
        'and strictly',
      ).user
    const user = { id: 'u1', email: 'u@example.com' }
    expect(userOf({ user })).toEqual(user)
    expect(userOf({ identity: user })).toEqual(user)
    expect(userOf({ identity: { id: 'm', name: 'machine', organization: [{ id: 'o' }] } })).toBeUndefined()
    expect(userOf({ identity: { signatures: [] } })).toBeUndefined()
  })

  verifies('aos.wire.C18', 'names that only pages have', () => {
    const memory = { context: CONTEXT, memory: ['m'] }
    expect(stepOf({ method: 'steps/memoryRetrieval', params: memory }).hook).toBe('memoryContextRetrieval')
    expect(stepOf({ method: 'steps/knowledgeStore', params: memory }).hook).toBe('memoryStore')
    const knowledgeStep = { results: [{ id: 'd', content: 'c' }] }
    const found = stepOf({
      method: 'steps/knowledgeRetrievalResult',
      params: { context: CONTEXT, knowledgeStep },
    })
    expect(found).toMatchObject({ hook: 'knowledgeRetrieval', value: knowledgeStep.results })
  })

  verifies('aos.wire.C20', 'a call of the landing page without an id', () => {
    const context = { tool: 'database_query', parameters: { query: 'q' }, session: 'sess_123' }
    const printed = {
      jsonrpc: '2.0',
      method: 'guardian/evaluate',
      params: { hook: 'toolCallRequest', context },
    }
    const read = decodeRequest(printed, OPTIONS)
    expect(read).toMatchObject({
      ok: true,
      codec: 'landing',
      step: { idless: true, hook: 'toolCallRequest', toolName: 'database_query', value: { query: 'q' } },
    })
    expect(codeOf(printed, { lenient: false })).toBe(-32600)
    expect(codeOf({ ...printed, method: 'steps/toolCallRequest' })).toBe(-32600)
  })

  test('protocols/A2A of an earlier draft', () => {
    const step = stepOf({ method: 'protocols/A2A', params: { message: payload, reasoning: 'r' } })
    expect(step).toMatchObject({
      hook: 'a2a',
      protocol: { method: 'tasks/get' },
      reasoning: 'r',
      value: { id: 'task' },
    })
  })

  test('parts without a kind are text, and mixed content stays parts', () => {
    const read = (content: unknown[]): unknown =>
      decodeRequest({
        jsonrpc: '2.0',
        id: 1,
        method: 'steps/message',
        params: { context: CONTEXT, message: { id: 'm', role: 'user', content } },
      })
    expect(read([{ text: 'a' }, { kind: 'text', text: 'b' }])).toMatchObject({ step: { value: 'ab' } })
    const mixed = [
      { kind: 'text', text: 'a' },
      { kind: 'data', data: {} },
    ]
    expect(read(mixed)).toMatchObject({ step: { value: mixed } })
  })
})

describe('what is no request', () => {
  const step = databaseCall()
  const good = overTheWire(codecOf('aos-0.1').encodeRequest(step))

  verifies('aos.wire.C19', 'errors with the constants of the schema', () => {
    const errorOf = (message: unknown): unknown => decodeRequest(message)
    expect(errorOf([])).toMatchObject({
      error: { code: -32600, message: 'Request payload validation error' },
    })
    expect(errorOf({ ...good, method: 'steps/none' })).toMatchObject({
      error: { code: -32601, message: 'Method not found' },
    })
    expect(errorOf({ ...good, params: {} })).toMatchObject({
      error: { code: -32602, message: 'Invalid parameters' },
    })
  })

  test.each([
    ['another version of JSON-RPC', { jsonrpc: '1.0' }, -32600],
    ['no id', { id: undefined }, -32600],
    ['an id of null', { id: null }, -32600],
    ['a fraction for an id', { id: 1.5 }, -32600],
    ['an object for an id', { id: {} }, -32600],
    ['no method', { method: undefined }, -32600],
    ['a method of prototypes', { method: 'constructor' }, -32601],
    ['ping, which asks for no decision', { method: 'ping' }, -32601],
    ['params that are a list', { params: [] }, -32602],
  ])('%s', (_name, more, code) => {
    expect(codeOf({ ...good, ...more })).toBe(code)
  })

  const inputs = (given: unknown): unknown => ({
    ...good,
    params: { context: CONTEXT, toolCallRequest: { executionId: 'e', toolId: 't', inputs: given } },
  })

  test.each([
    ['no list', {}],
    ['an input without a name', [{ value: 1 }]],
    ['an input without a value', [{ name: 'a' }]],
    [
      'two inputs of one name',
      [
        { name: 'a', value: 1 },
        { name: 'a', value: 2 },
      ],
    ],
    ['an input of the name __proto__', [{ name: '__proto__', value: {} }]],
  ])('inputs: %s', (_name, given) => {
    expect(codeOf(inputs(given))).toBe(-32602)
  })

  verifies('aos.wire.modify.prototype', 'a request with a member of the name __proto__', () => {
    const text = JSON.stringify(inputs([{ name: 'a', value: { b: {} } }])).replace('"b"', '"__proto__"')
    expect(codeOf(JSON.parse(text))).toBe(-32600)
    expect(codeOf(JSON.parse(text.replace('__proto__', 'b')))).toBeUndefined()
  })

  test.each([
    ['an unknown hook', { hook: 'none', context: { parameters: {} } }],
    ['no context', { hook: 'toolCallRequest' }],
    ['nothing to judge', { hook: 'toolCallRequest', context: { tool: 't' } }],
  ])('the landing page: %s', (_name, params) => {
    expect(codeOf({ jsonrpc: '2.0', id: 1, method: 'guardian/evaluate', params })).toBe(-32602)
  })

  test('a client of another kind cannot take members away', () => {
    const context = { ...CONTEXT, guardian: { absent: ['value', 'hook', 'toolName'] } }
    const toolCallRequest = { executionId: 'e', toolId: 't', inputs: [{ name: 'a', value: 1 }] }
    const read = decodeRequest({ ...good, params: { context, toolCallRequest } })
    expect(read).toMatchObject({ step: { hook: 'toolCallRequest', value: { a: 1 } } })
  })

  test('reading that throws', () => {
    const trap = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('no')
        },
      },
    )
    expect(codeOf(trap)).toBe(-32600)
  })
})
