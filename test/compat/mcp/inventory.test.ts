// The same tool is the same part of an agent, whichever framework it was written for and however it is reached.
import { AOSInstrument, inventoryOf, type GuardedRun } from '@aos/sdk'
import { instrumentMcpClient as instrumentServers } from '@aos/sdk/langchain'
import { instrumentMcpClient } from '@aos/sdk/mcp'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createMCPClient } from '@ai-sdk/mcp'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { MultiServerMCPClient } from '@langchain/mcp-adapters'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { tool as aiTool, ToolLoopAgent } from 'ai'
import { createAgent, tool as langChainTool } from 'langchain'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { serverApplication } from './kit/applications.ts'
import { listen } from './kit/connect.ts'
import { SDK_1 } from './kit/sdk-1.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const parameters = z.object({ path: z.string().describe('file to read') })
const description = 'reads a file'

/** What an agent says of its tool `read`. */
function readTool(agent: object): object {
  const item = inventoryOf(agent).items.find(({ id }) => id === 'tool:read')
  const { description: told = item?.description, inputSchema, via } = item?.definition ?? {}
  return { description: told, inputSchema, via, type: item?.type }
}

/** A server of its own, as each client begins a session. */
async function served(): Promise<string> {
  const far = await listen(SDK_1, serverApplication(), (server) => server)
  closing.push(far.close)
  return far.url.href
}

test('a tool that is written for the AI SDK and for LangChain', () => {
  const model = scriptedModel({ steps: [] })
  const ai = new AOSInstrument(
    new ToolLoopAgent({
      model,
      tools: { read: aiTool({ description, inputSchema: parameters, execute: () => 'text' }) },
    }),
  )
  const read = langChainTool(() => 'text', { name: 'read', description, schema: parameters })
  const langChain = new AOSInstrument(
    createAgent({ model: new FakeListChatModel({ responses: ['x'] }) as never, tools: [read] }),
  )
  const told = readTool(ai)
  expect(told).toEqual({
    type: 'tool',
    description,
    inputSchema: {
      type: 'object',
      properties: { path: { type: 'string', description: 'file to read' } },
      required: ['path'],
    },
    via: undefined,
  })
  expect(readTool(langChain)).toEqual(told)
})

test('a tool of an MCP server, in the AI SDK, in LangChain, and called by hand', async () => {
  const aiClient = await createMCPClient({ transport: { type: 'http', url: await served() } })
  closing.push(() => aiClient.close())
  const model = scriptedModel({ steps: [toolCall('read', { path: 'a' }), 'Done.'] })
  const ai = new AOSInstrument(
    new ToolLoopAgent({ model, tools: await instrumentMcpClient(aiClient).tools() }),
  )
  await ai.run('go')

  const servers = new MultiServerMCPClient({
    mcpServers: { server: { transport: 'http', url: await served() } },
  })
  closing.push(() => servers.close())
  const tools = await instrumentServers(servers).getTools()
  const langChain = new AOSInstrument(
    createAgent({ model: new FakeListChatModel({ responses: ['x'] }) as never, tools }),
  )

  const raw = new Client({ name: 'by hand', version: '1' })
  const byHand = new AOSInstrument(async (_input: string, aos: GuardedRun) => {
    const client = instrumentMcpClient(raw)
    await client.connect(new StreamableHTTPClientTransport(new URL(await served())))
    await client.listTools()
    await client.callTool({ name: 'read', arguments: { path: 'a' } })
    return aos.runId
  })
  closing.push(() => raw.close())
  await byHand.run('go')

  const server = inventoryOf(byHand).items.find(({ type }) => type === 'mcp')
  expect(server?.definition.facts).toEqual({ protocolVersion: expect.stringMatching(/^20\d\d-/) as string })
  const used = inventoryOf(ai).items.find(({ type }) => type === 'model')
  expect(used?.definition.provider).toBe('scripted')

  const { via, ...told } = readTool(byHand) as { via?: string }
  expect(via).toMatch(/^mcp:/)
  expect(told).toMatchObject({ type: 'tool', inputSchema: { type: 'object' } })
  for (const agent of [ai, langChain]) {
    const { via: through, ...same } = readTool(agent) as { via?: string }
    expect(same).toEqual(told)
    expect(through).toMatch(/^mcp:/)
  }
})

test('a tool of an MCP server that is disabled is not called by hand either', async () => {
  const raw = new Client({ name: 'by hand', version: '1' })
  closing.push(() => raw.close())
  const call = (name: string): Promise<unknown> => client.callTool({ name, arguments: { path: 'a' } })
  const agent = new AOSInstrument(async (name: string, _aos: GuardedRun) => JSON.stringify(await call(name)))
  const client = instrumentMcpClient(raw)
  await client.connect(new StreamableHTTPClientTransport(new URL(await served())))
  expect(await agent.run('read')).toContain('content of a')
  await agent.disableComponent('tool:read')
  await expect(agent.run('read')).rejects.toThrow('tool:read is disabled')
  await agent.enableComponent('tool:read')
  expect(await agent.run('read')).toContain('content of a')
})
