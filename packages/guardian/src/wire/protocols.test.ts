import { AosError } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { databaseCall, overTheWire } from '../../../../test/support/database-call.ts'
import { PolicyResponse } from '../policy-response.ts'
import type { CodecName, JsonRpcRequest, WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { decodeRequest } from './decode-request.ts'
import { isRecord, member } from './read.ts'
import { problemOfRequest } from './validate-message.ts'

const DIALECTS: readonly CodecName[] = ['aos-0.1', 'aos-0.1-literal', 'landing']
const AGENT = {
  id: 'a1',
  name: 'research-assistant',
  version: '2',
  instructions: 'Be brief.',
  provider: { name: 'p', url: 'https://p.example' },
  url: 'https://assistant.example',
}

/** What goes over the wire for a step, valid by the schema of its method. */
function sent(step: Partial<WireStep>, name: CodecName = 'aos-0.1'): JsonRpcRequest {
  const request = overTheWire(codecOf(name).encodeRequest(databaseCall({ agent: AGENT, ...step })))
  expect(problemOfRequest(request, request.method)).toBeUndefined()
  return request
}

function at(source: unknown, ...path: string[]): unknown {
  return path.reduce(member, source)
}

function read(message: object): WireStep {
  const decoded = decodeRequest(overTheWire({ jsonrpc: '2.0', id: 'q1', ...message }))
  if (!decoded.ok) throw new AosError({ code: 'invalid_options', message: JSON.stringify(decoded.error) })
  return decoded.step
}

const PEER = { name: 'files', version: '1.4.0', url: 'https://files.example/mcp' }
const CALL = {
  name: 'mcp',
  direction: 'outbound',
  method: 'tools/call',
  leg: 'request',
  id: 42,
  version: '2025-11-25',
  target: 'read_file',
  peer: PEER,
} as const
const PARAMS = { name: 'read_file', arguments: { path: 'a.txt' } }

describe('MCP', () => {
  verifies('aos.wire.mcp.server', 'a client and its server', () => {
    const request = sent({ hook: 'mcp', protocol: CALL, mcpServer: 'files', value: PARAMS })
    expect(at(request, 'params', 'message')).toEqual({
      jsonrpc: '2.0',
      id: 42,
      method: 'tools/call',
      params: PARAMS,
    })
    expect(at(request, 'params', 'context', 'mcp')).toEqual({
      direction: 'outbound',
      method: 'tools/call',
      leg: 'request',
      id: 42,
      version: '2025-11-25',
      target: 'read_file',
      server: PEER,
    })
    const answered = { ...CALL, direction: 'inbound', leg: 'response' } as const
    const answer = sent({ hook: 'mcp', protocol: answered, mcpServer: 'files', value: { content: [] } })
    expect(at(answer, 'params', 'message')).toEqual({ jsonrpc: '2.0', id: 42, result: { content: [] } })
    expect(at(answer, 'params', 'context', 'mcp')).toMatchObject({ leg: 'response', server: PEER })
  })

  verifies('aos.wire.mcp.server', 'a server of our own and its client', () => {
    const protocol = { ...CALL, direction: 'inbound', peer: { name: 'desktop', version: '3' } } as const
    const request = sent({ hook: 'mcp', protocol, value: PARAMS })
    expect(at(request, 'params', 'context', 'mcp')).toMatchObject({
      direction: 'inbound',
      server: { name: 'research-assistant', version: '2', url: 'https://assistant.example' },
      client: { name: 'desktop', version: '3' },
    })
    const named = sent({ hook: 'mcp', protocol, mcpServer: 'papers', value: PARAMS })
    expect(at(named, 'params', 'context', 'mcp', 'server', 'name')).toBe('papers')
  })

  test('a server that is known by another name than it gives keeps both', () => {
    const request = sent({ hook: 'mcp', protocol: CALL, mcpServer: 'my-files', value: PARAMS })
    expect(at(request, 'params', 'context', 'mcp', 'server', 'name')).toBe('files')
    expect(decodeRequest(request)).toMatchObject({
      step: { mcpServer: 'my-files', protocol: { peer: PEER } },
    })
  })

  test('a notification has no id, and none is made up', () => {
    const { id: _id, ...rest } = CALL
    const protocol = { ...rest, method: 'notifications/cancelled', target: undefined }
    const request = sent({ hook: 'mcp', protocol, value: { requestId: 7 } })
    expect(at(request, 'params', 'message')).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 7 },
    })
  })

  test('of a foreign message its id, target and leg are read', () => {
    const call = { jsonrpc: '2.0', id: 'c1', method: 'resources/read', params: { uri: 'file:///a' } }
    expect(read({ method: 'protocols/MCP', params: call }).protocol).toEqual({
      name: 'mcp',
      direction: 'outbound',
      method: 'resources/read',
      leg: 'request',
      id: 'c1',
      target: 'file:///a',
    })
    const context = { mcp: { server: { name: 'mail', version: '1', url: 'https://mail.example' } } }
    const answer = { jsonrpc: '2.0', id: 'c1', result: { contents: [] } }
    const step = read({ method: 'protocols/MCP', params: { message: answer, context } })
    expect(step).toMatchObject({
      mcpServer: 'mail',
      protocol: {
        direction: 'inbound',
        leg: 'response',
        id: 'c1',
        peer: { name: 'mail', version: '1', url: 'https://mail.example' },
      },
    })
    const log = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x' } }
    expect(read({ method: 'protocols/MCP', params: log }).protocol).toMatchObject({ direction: 'inbound' })
  })
})

const TASK = { id: 'task-1', status: { state: 'working' } }
const WEATHER = { name: 'weather', version: '0.9', url: 'https://weather.example/a2a' }

describe('A2A', () => {
  verifies('aos.wire.a2a.peer', 'four legs', () => {
    for (const name of ['aos-0.1', 'aos-0.1-literal'] as const)
      for (const [direction, leg, role, side] of [
        ['outbound', 'request', 'client', 'from'],
        ['inbound', 'request', 'server', 'to'],
        ['outbound', 'response', 'server', 'from'],
        ['inbound', 'response', 'client', 'to'],
      ] as const) {
        const protocol = {
          name: 'a2a',
          method: 'message/send',
          id: 'm-1',
          direction,
          leg,
          peer: WEATHER,
        } as const
        const request = sent({ hook: 'a2a', protocol, value: TASK }, name)
        const context = at(request, 'params', 'context')
        const other = side === 'from' ? 'to' : 'from'
        expect(at(context, side)).toMatchObject({ agent: { id: 'a1', instructions: 'Be brief.' }, role })
        expect(at(context, other)).toEqual({ agent: WEATHER, role: role === 'client' ? 'server' : 'client' })
        expect(at(request, 'params', 'payload')).toEqual({
          jsonrpc: '2.0',
          id: 'm-1',
          ...(leg === 'request' ? { method: 'message/send', params: TASK } : { result: TASK }),
        })
        expect(decodeRequest(request)).toMatchObject({ ok: true, step: { protocol, value: TASK } })
      }
  })

  verifies('aos.wire.a2a.versions', 'names of A2A 0.3 and 1.0', () => {
    const names: readonly (readonly [string, string])[] = [
      ['message/send', 'message/send'],
      ['SendMessage', 'message/send'],
      ['SendStreamingMessage', 'message/stream'],
      ['GetTask', 'tasks/get'],
      ['CancelTask', 'tasks/cancel'],
      ['SubscribeToTask', 'tasks/resubscribe'],
      ['CreateTaskPushNotificationConfig', 'tasks/pushNotificationConfig/set'],
      ['GetTaskPushNotificationConfig', 'tasks/pushNotificationConfig/get'],
      ['ListTasks', 'protocols/A2A'],
      ['ListTaskPushNotificationConfigs', 'protocols/A2A'],
      ['DeleteTaskPushNotificationConfig', 'protocols/A2A'],
      ['GetExtendedAgentCard', 'protocols/A2A'],
      ['tasks/pushNotificationConfig/list', 'protocols/A2A'],
      ['agent/getAuthenticatedExtendedCard', 'protocols/A2A'],
    ]
    for (const [method, expected] of names) {
      const protocol = { name: 'a2a', direction: 'outbound', leg: 'request', method, version: '1.0' } as const
      const request = sent({ hook: 'a2a', protocol, value: TASK })
      expect([method, request.method]).toEqual([method, expected])
      expect(at(request, 'params', 'context', 'a2a')).toEqual({
        direction: 'outbound',
        leg: 'request',
        method,
        protocolVersion: '1.0',
      })
      const inner = at(request, 'params', expected === 'protocols/A2A' ? 'message' : 'payload')
      expect(inner).toMatchObject({ method, params: TASK })
      expect(decodeRequest(request)).toMatchObject({ ok: true, step: { protocol, value: TASK } })
    }
  })

  test('our extension is read where earlier versions have it', () => {
    const protocol = { name: 'a2a', direction: 'inbound', leg: 'response', method: 'GetTask' } as const
    const request = sent({ hook: 'a2a', protocol, value: TASK })
    const context = at(request, 'params', 'context')
    if (!isRecord(context) || !isRecord(request.params)) throw new Error('there is no context')
    const { a2a, step, ...sides } = context
    const earlier = { ...sides, step: { ...(isRecord(step) ? step : {}), a2a } }
    expect(read({ ...request, params: { ...request.params, context: earlier } }).protocol).toEqual(protocol)
  })
})

const FAILURE = { code: -32602, message: 'No such file: /home/ana/secret.txt', data: { path: 'secret.txt' } }

describe('errors', () => {
  const answer = { ...CALL, direction: 'inbound', leg: 'response' } as const

  verifies('aos.wire.protocol.error', 'of MCP and of A2A, in each dialect', () => {
    for (const name of DIALECTS)
      for (const [hook, protocol] of [
        ['mcp', answer],
        ['a2a', { ...answer, name: 'a2a', method: 'tasks/get', peer: WEATHER }],
      ] as const) {
        const request = sent({ hook, protocol, isError: true, value: FAILURE }, name)
        const inner = at(request, 'params', hook === 'mcp' ? 'message' : 'payload')
        if (name !== 'landing') expect(inner).toEqual({ jsonrpc: '2.0', id: 42, error: FAILURE })
        expect(decodeRequest(request)).toMatchObject({ step: { isError: true, protocol, value: FAILURE } })
      }
  })

  verifies('aos.wire.protocol.error', 'a result that tells of a failure is a result', () => {
    const value = { isError: true, content: [{ type: 'text', text: 'no such file' }] }
    const request = sent({ hook: 'mcp', protocol: answer, isError: true, value })
    expect(at(request, 'params', 'message')).toEqual({ jsonrpc: '2.0', id: 42, result: value })
    expect(decodeRequest(request)).toMatchObject({ step: { isError: true, value } })
    const plain = sent({ hook: 'mcp', protocol: answer, value: FAILURE })
    expect(at(plain, 'params', 'message')).toEqual({ jsonrpc: '2.0', id: 42, result: FAILURE })
  })

  test('an error of A2A may have no code', () => {
    const protocol = { ...answer, name: 'a2a', method: 'tasks/get' } as const
    const request = sent({ hook: 'a2a', protocol, isError: true, value: { message: 'no such task' } })
    expect(at(request, 'params', 'payload')).toMatchObject({ error: { message: 'no such task' } })
    expect(decodeRequest(request)).toMatchObject({
      step: { isError: true, value: { message: 'no such task' } },
    })
  })

  test('of others', () => {
    const step = read({ method: 'protocols/MCP', params: { jsonrpc: '2.0', id: 1, error: FAILURE } })
    expect(step).toMatchObject({ isError: true, value: FAILURE, protocol: { leg: 'response' } })
  })
})

describe('modify', () => {
  const modified = (step: Partial<WireStep>, modifications: unknown, name: CodecName): unknown => {
    const asked = databaseCall({ agent: AGENT, ...step })
    const received = decodeRequest(overTheWire(codecOf(name).encodeRequest(asked)))
    if (!received.ok) throw new Error(received.error.message)
    const said = new PolicyResponse({ decision: 'modify', message: 'm', modifications })
    const answer = overTheWire(codecOf(name).encodeResponse(received.step, said))
    const back = codecOf(name).decodeResponse(asked, answer, { lenient: false })
    return back.ok ? (back.decision.modifications ?? back.decision.reasonCode) : back.problem
  }
  const answer = { ...CALL, direction: 'inbound', leg: 'response' } as const

  verifies('aos.wire.modify.protocol', 'params, results and errors, in each dialect', () => {
    for (const name of DIALECTS)
      for (const hook of ['mcp', 'a2a'] as const) {
        const of = hook === 'mcp' ? {} : ({ name: 'a2a', method: 'ListTasks' } as const)
        const change = { name: 'read_file', arguments: { path: 'b.txt' } }
        expect(modified({ hook, protocol: { ...CALL, ...of }, value: PARAMS }, change, name)).toEqual(change)
        const asked = { hook, protocol: { ...answer, ...of } }
        expect(modified({ ...asked, value: { content: ['secret'] } }, { content: [] }, name)).toEqual({
          content: [],
        })
        const gone = { code: -32602, message: 'No such file' }
        expect(modified({ ...asked, isError: true, value: FAILURE }, gone, name)).toEqual(gone)
        // what waits for an error would take a result for one
        expect(modified({ ...asked, isError: true, value: FAILURE }, { content: [] }, name)).toEqual([
          'invalid_modification',
        ])
        expect(modified({ ...asked, isError: true, value: {} }, gone, name)).toEqual(['invalid_modification'])
      }
  })

  verifies('aos.wire.modify.protocol', 'by another guardian, which keeps method, id and kind', () => {
    const asked = databaseCall({ hook: 'mcp', protocol: answer, isError: true, value: FAILURE })
    const told = (message: object): string | undefined => {
      const modifiedRequest = { method: 'protocols/MCP', params: { message } }
      const result = { decision: 'modify', message: 'm', modifiedRequest }
      const back = codecOf('aos-0.1').decodeResponse(asked, { jsonrpc: '2.0', id: asked.id, result })
      return back.ok ? JSON.stringify(back.decision.modifications) : back.code
    }
    const error = { code: -1, message: 'gone' }
    expect(told({ jsonrpc: '2.0', id: 42, error })).toBe(JSON.stringify(error))
    expect(told({ jsonrpc: '2.0', id: 42, result: error })).toBe('invalid_modification')
    expect(told({ jsonrpc: '2.0', id: 42, method: 'tools/call', params: {} })).toBe('invalid_modification')
  })
})
