// The messages that judged tool calls are made of.
import { allow, deny, type GuardedRun, type HookContext } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import {
  gatedWire,
  request,
  result,
  turns,
  workerOf,
  type Message,
} from '../../../../test/support/mcp-wire.ts'
import { recordedSpans } from '../../../../test/support/recorded-spans.ts'
import type { InstrumentMcpOptions } from './options.ts'

type Work = (aos: GuardedRun, send: (params: unknown) => Promise<Message>) => Promise<unknown>

/** An agent that works with a server which answers every call, and what its one handler of all hooks was asked. */
function agentWith(work: Work, options?: InstrumentMcpOptions, provider = recordedSpans()) {
  const wire = gatedWire(undefined, { name: 'files', ...options })
  wire.far.onmessage = ({ id, ...rest }) => {
    wire.arrived.push(rest)
    void wire.far.send(result(id))
  }
  let last = 0
  const send = async (params: unknown): Promise<Message> => {
    last += 1
    const answered = new Promise<Message>((resolve) => {
      wire.near.onmessage = resolve
    })
    await wire.near.send(request(last, 'tools/call', params))
    return answered
  }
  const recorder = stepRecorder()
  const agent = workerOf((aos) => work(aos, send), {
    tracerProvider: provider.provider,
    sinks: [recorder],
  })
  const asked: string[] = []
  const handler = ({ hook, protocol }: HookContext): ReturnType<typeof allow> => {
    asked.push(protocol === undefined ? hook : `${hook} ${protocol.leg}`)
    return allow()
  }
  return { agent, wire, asked, handler, recorder, provider }
}

const PARAMETERS = { path: 'a' }

const toolOf =
  (toolName: string, params: unknown): Work =>
  (aos, send) =>
    aos.toolCall({ toolName, parameters: PARAMETERS, mcpServer: 'files' }, () => send(params))

const ONCE = ['toolCallRequest', 'toolCallResult']
const TWICE = ['toolCallRequest', 'mcp request', 'mcp response', 'toolCallResult']

describe('the message of a tool call', () => {
  test.each([
    ['of the same name', 'read', { name: 'read', arguments: PARAMETERS }, ONCE],
    [
      'with a progress token',
      'read',
      { name: 'read', arguments: PARAMETERS, _meta: { progressToken: 1 } },
      ONCE,
    ],
    [
      'of a tool with the name of its server before it',
      'files__read',
      { name: 'read', arguments: PARAMETERS },
      ONCE,
    ],
    ['with other arguments', 'read', { name: 'read', arguments: { path: 'b' } }, TWICE],
    ['of another tool', 'read', { name: 'delete', arguments: PARAMETERS }, TWICE],
    ['of a tool whose name only ends so', 'bread', { name: 'read', arguments: PARAMETERS }, TWICE],
    ['of a tool that has a word before it', 'safe_read', { name: 'read', arguments: PARAMETERS }, TWICE],
    [
      'that answers what the server asked for',
      'read',
      { name: 'read', arguments: PARAMETERS, inputResponses: { who: 'Ann' } },
      TWICE,
    ],
  ])('%s is asked about as often as it must be', async (...row) => {
    const [, toolName, params, expected] = row
    const { agent, asked, handler } = agentWith(toolOf(toolName, params))
    for (const hook of ['toolCallRequest', 'toolCallResult', 'mcp'] as const)
      agent.registerHook(hook, handler)
    await agent.run('go')
    expect(asked).toEqual(expected)
  })

  test.each([['other'], [null]])('is asked about where the tool is one of %s', async (mcpServer) => {
    const params = { name: 'read', arguments: PARAMETERS }
    const { agent, asked, handler } = agentWith((aos, send) =>
      aos.toolCall({ toolName: 'read', parameters: PARAMETERS, mcpServer: mcpServer ?? undefined }, () =>
        send(params),
      ),
    )
    for (const hook of ['toolCallRequest', 'toolCallResult', 'mcp'] as const)
      agent.registerHook(hook, handler)
    await agent.run('go')
    expect(asked).toEqual(TWICE)
  })

  test('is asked about where somebody was registered for calls only while this one executed', async () => {
    const { agent, asked, handler, wire } = agentWith((aos, send) =>
      aos.toolCall({ toolName: 'read', parameters: PARAMETERS, mcpServer: 'files' }, () => {
        agent.registerHook('toolCallRequest', handler)
        agent.registerHook('mcp', handler)
        return send({ name: 'read', arguments: PARAMETERS })
      }),
    )
    await agent.run('go')
    expect(asked).toEqual(['mcp request', 'mcp response'])
    expect(wire.arrived).toHaveLength(1)
  })

  test('is asked about again where that is wanted, and by who did not judge the call', async () => {
    const params = { name: 'read', arguments: PARAMETERS }
    const both = agentWith(toolOf('read', params), { toolCalls: 'both' })
    both.agent.registerHook('toolCallRequest', both.handler)
    both.agent.registerHook('mcp', both.handler)
    await both.agent.run('go')
    expect(both.asked).toEqual(['toolCallRequest', 'mcp request', 'mcp response'])
    const other = agentWith(toolOf('read', params))
    other.agent.registerHook('toolCallRequest', () => allow())
    other.agent.registerHook('mcp', other.handler)
    await other.agent.run('go')
    expect(other.asked).toEqual(['mcp request', 'mcp response'])
  })

  test('covers one message only', async () => {
    const params = { name: 'read', arguments: PARAMETERS }
    const { agent, asked, handler } = agentWith((aos, send) =>
      aos.toolCall({ toolName: 'read', parameters: PARAMETERS, mcpServer: 'files' }, async () => {
        await send(params)
        return send(params)
      }),
    )
    agent.registerHook('toolCallRequest', handler)
    agent.registerHook('toolCallResult', handler)
    agent.registerHook('mcp', handler)
    await agent.run('go')
    expect(asked).toEqual(['toolCallRequest', 'mcp request', 'mcp response', 'toolCallResult'])
  })

  test('is on the span of the call, which it goes on from', async () => {
    const { agent, wire, provider, recorder, handler } = agentWith(
      toolOf('read', { name: 'read', arguments: PARAMETERS }),
    )
    agent.registerHook('toolCallRequest', handler)
    agent.registerHook('mcp', () => allow())
    await agent.run('go')
    const [span, ...more] = provider.spans().filter(({ name }) => name.includes('read'))
    expect(more).toEqual([])
    expect(span?.attributes).toMatchObject({ 'mcp.method.name': 'tools/call', 'jsonrpc.request.id': '1' })
    expect(span?.attributes['aos.step.id']).toBe(recorder.steps('toolCall')[0]?.id)
    // the decisions of both hooks, of the call and of the message
    expect(span?.events.map(({ attributes }) => attributes?.['aos.decision.hook'])).toEqual([
      'toolCallRequest',
      'mcp',
      'mcp',
    ])
    const { traceId, spanId } = span?.spanContext() ?? {}
    const sent = wire.arrived[0]?.['params'] as { _meta: { traceparent: string } }
    expect(sent._meta.traceparent).toBe(`00-${traceId}-${spanId}-01`)
  })

  test('is not sent where it is denied on its own', async () => {
    const { agent, wire } = agentWith(toolOf('read', { name: 'read', arguments: PARAMETERS }))
    agent.registerHook('toolCallRequest', () => allow())
    agent.registerHook('mcp', () => deny('not over this wire'))
    expect(await agent.run('go')).toMatchObject({ error: { message: 'Denied: not over this wire' } })
    await turns(2)
    expect(wire.arrived).toEqual([])
  })

  test('is asked about again by another agent, whose client is used', async () => {
    const asked: string[] = []
    const owner = workerOf(async () => undefined)
    const same = ({ hook }: HookContext): ReturnType<typeof allow> => {
      asked.push(hook)
      return allow()
    }
    owner.registerHook('toolCallRequest', same)
    owner.registerHook('mcp', same)
    const { near, far } = gatedWire(owner)
    far.onmessage = ({ id }) => void far.send(result(id))
    const caller = workerOf((aos) =>
      aos.toolCall({ toolName: 'read', parameters: PARAMETERS }, () =>
        near.send(request(1, 'tools/call', { name: 'read', arguments: PARAMETERS })),
      ),
    )
    await caller.run('go')
    expect(asked).toEqual(['mcp', 'mcp'])
  })
})
