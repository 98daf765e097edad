// Agents of the AI SDK and of LangChain that call tools of an MCP server: one question for one call, and a deny that stops it.
import { allow, AOSInstrument, deny, type AOSOptions, type HookContext } from '@aos/sdk'
import { instrumentMcpClient as instrumentServers } from '@aos/sdk/langchain'
import { instrumentMcpClient } from '@aos/sdk/mcp'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createMCPClient } from '@ai-sdk/mcp'
import { createMCPClient as createMCPClient1 } from '@ai-sdk/mcp-1'
import { AIMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { MultiServerMCPClient } from '@langchain/mcp-adapters'
import { ToolLoopAgent } from 'ai'
import { createAgent } from 'langchain'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { recordedSpans } from '../../support/recorded-spans.ts'
import { serverApplication, type Application } from './kit/applications.ts'
import { listen } from './kit/connect.ts'
import { SDK_1 } from './kit/sdk-1.ts'

type ToolCalls = 'once' | 'both'

interface Framework {
  readonly name: string
  /** Makes an agent that calls the tool `read` of the server once. */
  readonly agentOf: (url: URL, options: { readonly toolCalls: ToolCalls }) => Promise<object>
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const aiSdk =
  (create: typeof createMCPClient): Framework['agentOf'] =>
  async (url, options) => {
    const raw = await create({ transport: { type: 'http', url: url.href } })
    closing.push(() => raw.close())
    const client = instrumentMcpClient(raw, undefined, options)
    const model = scriptedModel({ steps: [toolCall('read', { path: 'secret.txt' }), 'Done.'] })
    return new ToolLoopAgent({ model, tools: await client.tools() })
  }

const FRAMEWORKS: readonly Framework[] = [
  { name: 'the AI SDK with @ai-sdk/mcp 2', agentOf: aiSdk(createMCPClient) },
  {
    name: 'the AI SDK with @ai-sdk/mcp 1',
    agentOf: aiSdk(createMCPClient1 as unknown as typeof createMCPClient),
  },
  {
    name: 'LangChain with @langchain/mcp-adapters',
    async agentOf(url, options) {
      const raw = new MultiServerMCPClient({
        mcpServers: { 'kit server': { transport: 'http', url: url.href } },
      })
      closing.push(() => raw.close())
      const tools = await instrumentServers(raw, undefined, options).getTools()
      return createAgent({ model: callsOnce(), tools })
    },
  },
]

describe.each(FRAMEWORKS)('$name', ({ agentOf }) => {
  async function set(options: AOSOptions = {}, toolCalls: ToolCalls = 'once'): Promise<Set> {
    const app = serverApplication()
    const far = await listen(SDK_1, app, (server) => server)
    closing.push(far.close)
    const agent = await agentOf(far.url, { toolCalls })
    return { app, agent: new AOSInstrument(agent, options) as unknown as Set['agent'] }
  }

  verifies(
    'mcp.tool-call.once',
    'asks one handler of both hooks once for one call, and once for its result',
    async () => {
      const { app, agent } = await set()
      const { handler, asked } = counting()
      agent.registerHook('toolCallRequest', handler)
      agent.registerHook('toolCallResult', handler)
      agent.registerHook('mcp', handler)
      await agent.run('go')
      expect(app.count('tools/call')).toBe(1)
      expect(asked).toEqual(['toolCallRequest read', 'toolCallResult read'])
    },
  )

  verifies(
    'mcp.tool-call.once',
    "asks it for the message as well where that is wanted with toolCalls: 'both'",
    async () => {
      const { app, agent } = await set({}, 'both')
      const { handler, asked } = counting()
      agent.registerHook('toolCallRequest', handler)
      agent.registerHook('mcp', handler)
      await agent.run('go')
      expect(app.count('tools/call')).toBe(1)
      expect(asked).toEqual([
        'toolCallRequest read',
        'mcp outbound tools/call request',
        'mcp inbound tools/call response',
      ])
    },
  )

  verifies('mcp.tool-call.once', 'asks a handler that judges only messages', async () => {
    const { app, agent } = await set()
    const tools = counting()
    const messages = counting()
    agent.registerHook('toolCallRequest', tools.handler)
    agent.registerHook('mcp', messages.handler)
    await agent.run('go')
    expect(app.count('tools/call')).toBe(1)
    expect(tools.asked).toEqual(['toolCallRequest read'])
    expect(messages.asked).toEqual(['mcp outbound tools/call request', 'mcp inbound tools/call response'])
  })

  test('asks it for the answer, which it has not judged, where it judges no results of tools', async () => {
    const { agent } = await set()
    const { handler, asked } = counting()
    agent.registerHook('toolCallRequest', handler)
    agent.registerHook('mcp', handler)
    await agent.run('go')
    expect(asked).toEqual(['toolCallRequest read', 'mcp inbound tools/call response'])
  })

  test.each(['toolCallRequest', 'mcp'] as const)(
    'does not reach the server where %s denies',
    async (hook) => {
      const { app, agent } = await set()
      agent.registerHook(hook, ({ value }) =>
        JSON.stringify(value).includes('secret.txt') ? deny('private file') : allow(),
      )
      const result: unknown = await agent.run('go')
      expect(app.count('tools/call')).toBe(0)
      expect(JSON.stringify(result)).not.toContain('content of')
    },
  )

  test('keeps from the model what mcp denies of the answer', async () => {
    const { app, agent } = await set()
    agent.registerHook('mcp', ({ value }) =>
      JSON.stringify(value).includes('content of') ? deny('private content') : allow(),
    )
    const result: unknown = await agent.run('go')
    expect(app.count('tools/call')).toBe(1)
    expect(JSON.stringify(result)).not.toContain('content of')
  })

  test('ends with the very error that a handler of mcp threw', async () => {
    const { app, agent } = await set()
    const error = new Error('stop')
    agent.registerHook('mcp', ({ protocol }) => {
      if (protocol?.method === 'tools/call') throw error
    })
    expect(await agent.run('go').catch((reason: unknown) => reason)).toBe(error)
    expect(app.count('tools/call')).toBe(0)
  })

  verifies(
    'mcp.tool-call.span',
    'has one span for the call, with the name and version of the server on it',
    async () => {
      const recorded = recordedSpans()
      const { agent } = await set({ tracerProvider: recorded.provider })
      const { handler } = counting()
      agent.registerHook('toolCallRequest', handler)
      agent.registerHook('mcp', handler)
      await agent.run('go')
      const spans = recorded
        .spans()
        .filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'execute_tool')
      expect(spans.map(({ attributes }) => attributes['gen_ai.tool.name'])).toEqual(['read'])
      const [span] = spans
      expect(Object.values(span?.attributes ?? {})).toEqual(expect.arrayContaining(['kit server', '2.1.0']))
      expect(span?.attributes['aos.mcp.server.name']).toBe('kit server')
    },
  )
})

interface Set {
  readonly app: Application
  readonly agent: {
    run(input: string): Promise<unknown>
    registerHook: AOSInstrument<object>['registerHook']
  }
}

/** A handler that allows everything, and what it was asked. */
function counting(): { handler: (context: HookContext) => ReturnType<typeof allow>; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    handler: ({ hook, toolName, protocol }) => {
      if (hook === 'mcp' && protocol?.method !== 'tools/call') return allow()
      asked.push(
        hook === 'mcp'
          ? `mcp ${protocol?.direction} ${protocol?.method} ${protocol?.leg}`
          : `${hook} ${toolName}`,
      )
      return allow()
    },
  }
}

/** A model of LangChain that calls one tool and is done. */
function callsOnce(): FakeListChatModel {
  const call = { id: 'c1', name: 'read', args: { path: 'secret.txt' }, type: 'tool_call' as const }
  const answers = [new AIMessage({ content: '', tool_calls: [call] }), new AIMessage('Done.')]
  const scripted = Object.assign(new FakeListChatModel({ responses: [''] }), {
    bindTools: (): FakeListChatModel => scripted,
    _generate: async (): Promise<ChatResult> => {
      const message = answers.shift() ?? new AIMessage('')
      return { generations: [{ text: message.text, message }] }
    },
  })
  return scripted
}
