import { allow, AOSInstrument, deny, modify } from '@aos/sdk'
import { AIMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { createAgent } from 'langchain'
import { MultiServerMCPClient } from '@langchain/mcp-adapters'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { instrumentMcpClient, mcpServerOf } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf } from './agent-of.ts'
import { serveOverHttp } from './mcp-server.ts'

let server: Awaited<ReturnType<typeof serveOverHttp>>
const open: MultiServerMCPClient[] = []

beforeEach(async () => {
  server = await serveOverHttp()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
  await server.close()
})

function clientOf(headers?: Record<string, string>): MultiServerMCPClient {
  const client = new MultiServerMCPClient({
    mcpServers: {
      local: { command: process.execPath, args: [new URL('mcp-server.ts', import.meta.url).pathname] },
      remote: { transport: 'http', url: server.url },
    },
    prefixToolNameWithServerName: true,
    ...(headers === undefined ? {} : { beforeToolCall: () => ({ headers }) }),
  })
  open.push(client)
  return client
}

describe('a client of several MCP servers', () => {
  verifies(
    'aos-sdk.langchain.mcp.server',
    'stays what it is, gives the same tools, and knows the server of each',
    async () => {
      const raw = clientOf()
      const gated = instrumentMcpClient(raw)
      expect(gated).toBeInstanceOf(MultiServerMCPClient)
      expect(instrumentMcpClient(gated)).toBe(gated)
      const tools = await gated.getTools()
      const names = ['read', 'calls', 'work', 'ask']
      expect(tools.map(({ name }) => name)).toEqual([
        ...names.map((name) => `local__${name}`),
        ...names.map((name) => `remote__${name}`),
      ])
      expect(tools.map(mcpServerOf)).toEqual([...names.map(() => 'local'), ...names.map(() => 'remote')])
      expect(tools.map((tool) => mcpServerOf(new Proxy(tool, {})))).toEqual(tools.map(mcpServerOf))
      expect(await gated.getTools('remote')).toEqual(tools.slice(4))
      expect(await tools[0]?.invoke({ path: 'a' })).toBe('content of a')
    },
  )

  test('has each call of a tool judged in the run it is made in', async () => {
    const gated = instrumentMcpClient(clientOf())
    const tools = await gated.getTools()
    const call = (name: string, path: string): Promise<unknown> =>
      tools.find((tool) => tool.name === name)?.invoke({ path }) ?? Promise.reject(new Error('no tool'))
    const agent = agentOf(() =>
      Promise.allSettled([call('local__read', 'a'), call('remote__read', 'secret')]),
    )
    const seen: unknown[] = []
    agent.registerHook('mcp', ({ protocol, mcpServer, parameters }) => {
      if (protocol?.direction === 'outbound') seen.push([mcpServer, protocol.method])
      return JSON.stringify(parameters).includes('secret') ? deny('private') : allow()
    })
    const [local, remote] = await agent.run('go')
    expect(local).toEqual({ status: 'fulfilled', value: 'content of a' })
    expect(remote).toMatchObject({
      reason: { message: expect.stringContaining('Denied: private') as string },
    })
    expect(seen).toEqual([
      ['local', 'tools/call'],
      ['remote', 'tools/call'],
    ])
    expect(await tools[5]?.invoke({})).toBe('')
  })

  test('gives no tools of a list that was denied, and those of a modified one', async () => {
    const agent = agentOf(async () => 'nothing')
    const gated = instrumentMcpClient(clientOf(), agent)
    const stop = agent.registerHook('mcp', ({ mcpServer, protocol }) =>
      mcpServer === 'remote' && protocol?.direction === 'inbound' ? deny('untrusted') : allow(),
    )
    await expect(gated.getTools()).rejects.toThrow('Denied: untrusted')
    await expect(gated.getTools()).rejects.toThrow('Denied: untrusted')
    stop()
    agent.registerHook('mcp', ({ parameters }) => {
      const { tools } = parameters as { tools?: { name: string }[] }
      return tools === undefined ? allow() : modify({ tools: tools.filter(({ name }) => name === 'read') })
    })
    expect((await gated.getTools('remote')).map(({ name }) => name)).toEqual(['remote__read'])
  })

  test('has calls with headers of their own judged too', async () => {
    const gated = instrumentMcpClient(clientOf({ 'x-tenant': 'ann' }))
    const tool = (await gated.getTools('remote')).find(({ name }) => name === 'remote__read')
    const agent = agentOf(async (): Promise<unknown> => tool?.invoke({ path: 'secret' }))
    agent.registerHook('mcp', ({ protocol }) =>
      protocol?.method === 'tools/call' ? deny('private') : allow(),
    )
    await expect(agent.run('go')).rejects.toThrow('Denied: private')
    expect(server.headers).toContain('ann')
  })

  test('gives clients whose messages are judged', async () => {
    const gated = instrumentMcpClient(clientOf())
    const client = await gated.getClient('remote')
    expect(await gated.getClient('remote')).toBe(client)
    const agent = agentOf(async () => client?.listTools())
    agent.registerHook('mcp', ({ protocol }) =>
      protocol?.method === 'tools/list' ? deny('private') : allow(),
    )
    await expect(agent.run('go')).rejects.toThrow('Denied: private')
  })

  for (const [kind, create] of Object.entries({ createAgent: newAgent, createReactAgent: reactAgent })) {
    test(`tells toolCallRequest the server of a tool in an agent of ${kind}`, async () => {
      const gated = instrumentMcpClient(clientOf())
      const [read] = await gated.getTools('remote')
      const agent = new AOSInstrument(create(scriptedModel(), [read as never]))
      const seen: unknown[] = []
      agent.registerHook('toolCallRequest', ({ toolName, mcpServer }) =>
        mcpServer === 'remote' ? deny(`${toolName} is far`) : allow(),
      )
      agent.registerHook('mcp', ({ protocol }) => {
        seen.push(protocol?.method)
        return allow()
      })
      expect(JSON.stringify(await agent.run('go'))).toContain('remote__read is far')
      expect(seen).toEqual([])
    })
  }
})

type Scripted = ReturnType<typeof scriptedModel>
type Tools = NonNullable<Parameters<typeof createReactAgent>[0]>['tools'] & never[]

function newAgent(model: Scripted, tools: Tools): object {
  return createAgent({ model, tools })
}

function reactAgent(llm: Scripted, tools: Tools): object {
  return createReactAgent({ llm, tools })
}

/** A model that calls one tool and is done. */
function scriptedModel(): FakeListChatModel {
  const call = { id: 'c1', name: 'remote__read', args: { path: 'a' }, type: 'tool_call' as const }
  const answers = [new AIMessage({ content: '', tool_calls: [call] }), new AIMessage('done')]
  const scripted = Object.assign(new FakeListChatModel({ responses: [''] }), {
    bindTools: (): FakeListChatModel => scripted,
    _generate: async (): Promise<ChatResult> => {
      const message = answers.shift() ?? new AIMessage('')
      return { generations: [{ text: message.text, message }] }
    },
  })
  return scripted
}
