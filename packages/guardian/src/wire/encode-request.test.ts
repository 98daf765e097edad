import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { overTheWire, databaseCall } from '../../../../test/support/database-call.ts'
import type { CodecName, WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { isRecord, member } from './read.ts'
import { problemOfRequest } from './validate-message.ts'

/** What is emitted for a step, checked against the schema of its method. */
function emitted(more: Partial<WireStep>, name: CodecName = 'aos-0.1'): { method: string; params: object } {
  const { method, params } = overTheWire(codecOf(name).encodeRequest(databaseCall(more)))
  if (!isRecord(params)) throw new Error('there are no params')
  expect(problemOfRequest({ jsonrpc: '2.0', id: 'q1', method, params }, method)).toBeUndefined()
  return { method, params }
}

function at(source: unknown, ...path: string[]): unknown {
  return path.reduce(member, source)
}

describe('steps', () => {
  verifies('aos.wire.agentTrigger', 'an event with its content', () => {
    const trigger = { type: 'autonomous', event: { type: 'email', id: 'e1' } } as const
    expect(emitted({ hook: 'agentTrigger', trigger, value: 'new mail' })).toMatchObject({
      method: 'steps/agentTrigger',
      params: { trigger: { ...trigger, content: [{ kind: 'text', text: 'new mail' }] } },
    })
  })

  verifies('aos.wire.C21', 'a run that a user started', () => {
    const { params } = emitted({ hook: 'agentTrigger', trigger: { type: 'user' }, value: 'hello' })
    expect(params).toMatchObject({
      trigger: { type: 'autonomous', event: { type: 'unknown', id: 's1' } },
      context: { guardian: { trigger: { type: 'user' } } },
    })
  })

  verifies('aos.wire.message', 'a message of each role', () => {
    for (const role of ['user', 'agent', 'system'] as const) {
      expect(emitted({ hook: 'message', role, messageId: 'm1', value: 'hello' })).toMatchObject({
        method: 'steps/message',
        params: { message: { id: 'm1', role, content: [{ kind: 'text', text: 'hello' }] } },
      })
    }
  })

  verifies('aos.wire.C7', 'citations, though there are none', () => {
    expect(at(emitted({ hook: 'message', value: 'x' }), 'params', 'citations')).toEqual([])
  })

  verifies('aos.wire.toolCallRequest', 'arguments as inputs', () => {
    const value = { to: ['a@example.com'], limit: 3 }
    expect(emitted({ value, reasoning: 'r' })).toMatchObject({
      method: 'steps/toolCallRequest',
      params: {
        reasoning: 'r',
        toolCallRequest: {
          executionId: 'call-1',
          toolId: 'database_query',
          inputs: [
            { name: 'to', value: ['a@example.com'] },
            { name: 'limit', value: 3 },
          ],
        },
      },
    })
  })

  test('arguments that are no object go as one input', () => {
    const call = at(emitted({ value: 'ls -l' }), 'params', 'toolCallRequest', 'inputs')
    expect(call).toEqual([{ name: 'input', value: 'ls -l' }])
  })

  verifies('aos.wire.toolCallResult', 'outputs and whether the call failed', () => {
    expect(emitted({ hook: 'toolCallResult', value: 'no such table', isError: true })).toMatchObject({
      method: 'steps/toolCallResult',
      params: {
        toolCallResult: {
          executionId: 'call-1',
          result: { outputs: [{ kind: 'text', text: 'no such table' }], isError: true },
        },
      },
    })
  })

  verifies('aos.wire.C22', 'rows and bytes as text', () => {
    const outputs = (value: unknown): unknown =>
      at(emitted({ hook: 'toolCallResult', value }), 'params', 'toolCallResult', 'result', 'outputs')
    const metadata = { mimeType: 'application/json' }
    expect(outputs([{ id: 1 }])).toMatchObject([{ kind: 'text', text: '[{"id":1}]', metadata }])
    expect(outputs(undefined)).toEqual([])
    const [bytes] = outputs(new Uint8Array([1, 2, 3])) as { text: string }[]
    expect(JSON.parse(bytes?.text ?? '')).toEqual({
      kind: 'binary',
      byteLength: 3,
      sha256: '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81',
    })
  })

  verifies('aos.wire.knowledgeRetrieval', 'what was asked and what was found', () => {
    const results = [{ id: 'd1', content: 'text', mimeType: 'text/plain' }]
    const step = { hook: 'knowledgeRetrieval', query: 'q', keywords: ['k'] } as const
    expect(emitted({ ...step, value: results })).toMatchObject({
      method: 'steps/knowledgeRetrieval',
      params: { knowledgeStep: { query: 'q', keywords: ['k'], results } },
    })
    const documents = [{ pageContent: 'text', metadata: {} }]
    expect(at(emitted({ ...step, value: documents }), 'params', 'knowledgeStep', 'results')).toEqual([
      { id: 'result-0', content: JSON.stringify(documents[0]), mimeType: 'application/json' },
    ])
  })

  verifies('aos.wire.memoryContextRetrieval', 'structured memory as JSON text', () => {
    expect(emitted({ hook: 'memoryContextRetrieval', value: [{ fact: 1 }] })).toMatchObject({
      method: 'steps/memoryContextRetrieval',
      params: { memory: ['{"fact":1}'] },
    })
  })

  verifies('aos.wire.memoryStore', 'items as they are', () => {
    expect(emitted({ hook: 'memoryStore', value: ['a', 'b'] })).toMatchObject({
      method: 'steps/memoryStore',
      params: { memory: ['a', 'b'] },
    })
  })
})

describe('context', () => {
  verifies('aos.wire.C12', 'the address of the agent', () => {
    const url = 'https://agents.example.com/a1'
    const agent = { id: 'a1', name: 'n' }
    const shown = (name: CodecName, known?: string): unknown =>
      at(emitted({ agent: { ...agent, url: known } }, name), 'params', 'context', 'agent', 'url')
    expect([shown('aos-0.1'), shown('aos-0.1', url)]).toEqual([undefined, url])
    expect([shown('aos-0.1-literal'), shown('aos-0.1-literal', url)]).toEqual(['', url])
  })

  verifies('aos.wire.C15', 'who it is for, or that it is a machine', () => {
    const user = { id: 'u1', email: 'u@example.com' }
    expect(at(emitted({ user }), 'params', 'context')).toMatchObject({ user, identity: user })
    const { params } = emitted({})
    expect(at(params, 'context', 'user')).toBeUndefined()
    expect(at(params, 'context', 'identity')).toMatchObject({ id: 'a1', name: 'research-assistant' })
  })

  verifies('aos.wire.C16', 'extensions are objects', () => {
    const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
    const context = at(emitted({ trace, policies: ['p1'], pass: 'recheck' }), 'params', 'context')
    expect(context).toMatchObject({ trace, guardian: { policies: ['p1'], pass: 'recheck', runId: 'r1' } })
    const own = new Set(['agent', 'session', 'turnId', 'stepId', 'timestamp', 'user'])
    const further = Object.entries(context ?? {}).filter(([name]) => !own.has(name))
    expect(further.length).toBeGreaterThan(1)
    expect(further.every(([, value]) => isRecord(value))).toBe(true)
  })

  test('nothing of the system prompt goes unless it is given', () => {
    expect(at(emitted({}), 'params', 'context', 'agent', 'instructions')).toBe('')
  })
})

describe('protocols', () => {
  const call = { name: 'mcp', direction: 'outbound', method: 'tools/call' } as const
  const params = { name: 'send_email', arguments: { to: 'a@example.com' } }

  verifies('aos.wire.mcp', 'requests, notifications, responses', () => {
    const message = (protocol: WireStep['protocol']): unknown =>
      at(emitted({ hook: 'mcp', protocol, value: params }), 'params', 'message')
    expect(message(call)).toEqual({ jsonrpc: '2.0', id: 'call-1', method: 'tools/call', params })
    expect(message({ ...call, direction: 'inbound' })).toEqual({
      jsonrpc: '2.0',
      id: 'call-1',
      result: params,
    })
    expect(message({ ...call, direction: 'inbound', leg: 'request' })).toMatchObject({ params })
    expect(message({ ...call, direction: 'inbound', method: 'sampling/createMessage' })).toMatchObject({
      params,
    })
    const method = 'notifications/progress'
    expect(message({ ...call, direction: 'inbound', method })).toEqual({ jsonrpc: '2.0', method, params })
  })

  verifies('aos.wire.C8', 'an MCP message in params.message', () => {
    const { method, params: sent } = emitted({ hook: 'mcp', protocol: call, value: params })
    expect(method).toBe('protocols/MCP')
    expect(Object.keys(sent).toSorted()).toEqual(['context', 'message'])
  })

  verifies('aos.wire.C9', 'an MCP request with its context', () => {
    const sent = emitted({ hook: 'mcp', protocol: call, mcpServer: 'mail', value: params })
    expect(at(sent, 'params', 'context')).toMatchObject({
      agent: { id: 'a1' },
      session: { id: 'sess_123' },
      stepId: 's1',
      mcp: { direction: 'outbound', method: 'tools/call', server: { name: 'mail' } },
    })
  })

  const METHODS = [
    'message/send',
    'message/stream',
    'tasks/get',
    'tasks/cancel',
    'tasks/resubscribe',
    'tasks/pushNotificationConfig/set',
    'tasks/pushNotificationConfig/get',
  ] as const

  verifies('aos.wire.a2a', 'each method, each leg', () => {
    for (const method of METHODS) {
      for (const direction of ['outbound', 'inbound'] as const) {
        for (const leg of ['request', 'response'] as const) {
          const protocol = { name: 'a2a', direction, method, leg } as const
          const sent = emitted({ hook: 'a2a', protocol, value: { id: 'task' }, mcpServer: 'peer' })
          const isClient = (direction === 'outbound') === (leg === 'request')
          const observed = { agent: { id: 'a1' }, role: isClient ? 'client' : 'server' }
          const peer = { agent: { name: 'peer' }, role: isClient ? 'server' : 'client' }
          const [from, to] = direction === 'outbound' ? [observed, peer] : [peer, observed]
          expect(sent.method).toBe(method)
          const value = leg === 'request' ? { method, params: { id: 'task' } } : { result: { id: 'task' } }
          expect(sent.params).toMatchObject({ payload: value, context: { from, to, step: { stepId: 's1' } } })
        }
      }
    }
  })

  verifies('aos.wire.C10', 'payload and context in params', () => {
    const protocol = { name: 'a2a', direction: 'outbound', method: 'tasks/get' } as const
    const sent = overTheWire(
      codecOf('aos-0.1').encodeRequest(databaseCall({ hook: 'a2a', protocol, value: {} })),
    )
    expect(Object.keys(sent).toSorted()).toEqual(['id', 'jsonrpc', 'method', 'params'])
    expect(Object.keys(sent.params ?? {}).toSorted()).toEqual(['context', 'payload'])
  })

  verifies('aos.wire.C11', 'tasks of every version of A2A under the names that AOS has for them', () => {
    const methodFor = (method: string): string =>
      emitted({ hook: 'a2a', protocol: { name: 'a2a', direction: 'outbound', method }, value: {} }).method
    expect(methodFor('GetTask')).toBe('tasks/get')
    expect(methodFor('tasks/get')).toBe('tasks/get')
    expect(methodFor('ListTasks')).toBe('protocols/A2A')
  })

  verifies('aos.wire.C13', 'the observed agent in full', () => {
    const protocol = { name: 'a2a', direction: 'outbound', method: 'tasks/get' } as const
    const agent = { id: 'a1', name: 'n', url: 'https://a.example', version: '1', instructions: 'i' }
    const from = (name: CodecName): unknown =>
      at(emitted({ hook: 'a2a', protocol, agent, value: {} }, name), 'params', 'context', 'from', 'agent')
    const full = { id: 'a1', name: 'n', version: '1', instructions: 'i', provider: { name: '', url: '' } }
    expect(from('aos-0.1')).toEqual({ ...full, url: 'https://a.example' })
    expect(from('aos-0.1-literal')).toEqual({ ...full, metadata: { url: 'https://a.example' } })
  })
})

test('a value that no reader takes is not shown in part', () => {
  let deep: unknown = 'x'
  for (let level = 0; level < 100; level++) deep = [deep]
  expect(() => codecOf('aos-0.1').encodeRequest(databaseCall({ value: { deep } }))).toThrow(/cannot be shown/)
})
