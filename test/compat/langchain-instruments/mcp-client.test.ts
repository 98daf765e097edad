import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { ListRootsRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, describe, expect, test } from 'vitest'
import { instrumentMcpClient } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf } from './agent-of.ts'
import { filesServer, serveOverHttp } from './mcp-server.ts'

const open: Client[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

function newClient(): Client {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { roots: {} } })
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home' }] }))
  open.push(client)
  return client
}

/** A gated client of a server in this process, and what has reached the server. */
async function connected(): Promise<{ gated: Client; raw: Client; calls: string[] }> {
  const raw = newClient()
  const gated = instrumentMcpClient(raw)
  const calls: string[] = []
  const [near, far] = InMemoryTransport.createLinkedPair()
  await filesServer(calls).connect(far)
  await gated.connect(near)
  return { gated, raw, calls }
}

const read = (client: Client, path: string): Promise<unknown> =>
  client.callTool({ name: 'read', arguments: { path, as: 'text' } })

const TEXT = (text: string): object => ({ content: [{ type: 'text', text }] })

describe('an MCP client', () => {
  test('over stdio stays what it is, is wrapped once, and does the same without a handler', async () => {
    const raw = newClient()
    const gated = instrumentMcpClient(raw)
    expect(gated).toBeInstanceOf(Client)
    expect(instrumentMcpClient(gated)).toBe(gated)
    const script = new URL('mcp-server.ts', import.meta.url).pathname
    const agent = agentOf(async () => {
      await gated.connect(new StdioClientTransport({ command: process.execPath, args: [script] }))
      return {
        tools: (await gated.listTools()).tools.map(({ name }) => name),
        read: await read(gated, 'a.txt'),
      }
    })
    expect(await agent.run('go')).toEqual({
      tools: ['read', 'calls', 'work', 'ask'],
      read: TEXT('content of a.txt'),
    })
    expect(gated.transport).toBeInstanceOf(StdioClientTransport)
    const frames: unknown[] = []
    const watched = agentOf(() => read(gated, 'b.txt'))
    watched.registerHook('mcp', ({ protocol, parameters }) => {
      frames.push([protocol?.direction, protocol?.method, parameters])
      return protocol?.direction === 'outbound' ? allow() : modify(TEXT('nothing'))
    })
    expect(await watched.run('go')).toEqual(TEXT('nothing'))
    expect(frames).toEqual([
      ['outbound', 'tools/call', { name: 'read', arguments: { path: 'b.txt', as: 'text' } }],
      ['inbound', 'tools/call', TEXT('content of b.txt')],
    ])
  })

  test('over HTTP is judged as well, and keeps what its transport is', async () => {
    const server = await serveOverHttp()
    try {
      const gated = instrumentMcpClient(newClient(), undefined, { name: 'far' })
      const transport = new StreamableHTTPClientTransport(new URL(server.url))
      const agent = agentOf(async () => {
        await gated.connect(transport as unknown as Transport)
        return Promise.allSettled([read(gated, 'a'), read(gated, 'secret')])
      })
      const servers = new Set<unknown>()
      agent.registerHook('mcp', async ({ parameters, mcpServer }) => {
        servers.add(mcpServer)
        return JSON.stringify(parameters).includes('secret') ? deny('private') : allow()
      })
      const [first, second] = await agent.run('go')
      expect(first).toEqual({ status: 'fulfilled', value: TEXT('content of a') })
      expect(second).toMatchObject({ status: 'rejected', reason: { code: -32010 } })
      expect(gated.transport).toBeInstanceOf(StreamableHTTPClientTransport)
      expect(servers).toEqual(new Set(['far']))
      await gated.close()
    } finally {
      await server.close()
    }
  })

  verifies(
    'aos-sdk.langchain.mcp',
    'never sends a denied request, which is answered with an error, and leaves others alone',
    async () => {
      const { gated, calls } = await connected()
      const recorder = stepRecorder()
      const agent = agentOf(() => Promise.allSettled([read(gated, 'secret.txt'), read(gated, 'b.txt')]), {
        sinks: [recorder],
      })
      agent.registerHook('mcp', ({ parameters, mcpServer }) => {
        expect(mcpServer).toBe('files')
        return JSON.stringify(parameters).includes('secret') ? deny('private') : allow()
      })
      const [denied, allowed] = await agent.run('go')
      expect(denied).toMatchObject({
        reason: { code: -32010, message: expect.stringContaining('Denied: private') as string },
      })
      expect(allowed).toEqual({ status: 'fulfilled', value: TEXT('content of b.txt') })
      expect(calls).toEqual(['read b.txt as text'])
      expect(recorder.steps('mcp').map(({ name, status }) => [name, status])).toEqual([
        ['tools/call', 'denied'],
        ['tools/call', 'ok'],
      ])
    },
  )

  verifies('aos-sdk.langchain.mcp', 'sends what was decided, also with members taken away', async () => {
    const { gated, calls } = await connected()
    const agent = agentOf(() => read(gated, '/etc/passwd'))
    agent.registerHook('mcp', ({ protocol }) =>
      protocol?.direction === 'outbound' ? modify({ name: 'read', arguments: { path: 'public' } }) : allow(),
    )
    expect(await agent.run('go')).toEqual(TEXT('content of public'))
    expect(calls).toEqual(['read public'])
  })

  verifies('aos-sdk.langchain.mcp', 'gives nobody a denied answer', async () => {
    const { gated, calls } = await connected()
    const agent = agentOf(() => read(gated, 'a'))
    agent.registerHook('mcp', async ({ protocol }) =>
      protocol?.direction === 'inbound' ? deny('private') : allow(),
    )
    await expect(agent.run('go')).rejects.toThrow('Denied: private')
    expect(calls).toHaveLength(1)
  })

  test('rejects the run with the very error a handler threw, and sends nothing', async () => {
    for (const direction of ['outbound', 'inbound']) {
      const { gated, calls } = await connected()
      const error = new Error('stop')
      const agent = agentOf(() => read(gated, 'a').catch(() => 'swallowed'))
      agent.registerHook('mcp', ({ protocol }) => {
        if (protocol?.direction === direction) throw error
        return allow()
      })
      expect(await agent.run('go').catch((reason: unknown) => reason)).toBe(error)
      expect(calls).toHaveLength(direction === 'outbound' ? 0 : 1)
    }
  })

  test('keeps progress ahead of the answer, and drops denied notifications', async () => {
    const { gated } = await connected()
    const logged: unknown[] = []
    gated.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logged.push(params.data),
    )
    const progress: number[] = []
    const agent = agentOf(() =>
      gated.callTool({ name: 'work' }, undefined, { onprogress: (report) => progress.push(report.progress) }),
    )
    let held = 0
    agent.registerHook('mcp', async ({ protocol }: HookContext) => {
      if (protocol?.method === 'notifications/message') return deny('no news')
      if (protocol?.method === 'notifications/progress' && held++ === 0)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      return allow()
    })
    expect(await agent.run('go')).toEqual(TEXT('done'))
    expect(progress).toEqual([1, 2])
    expect(logged).toEqual([])
  })

  test('judges what the server asks for, and what it is told', async () => {
    const { gated } = await connected()
    const ask = agentOf(() => gated.callTool({ name: 'ask' }))
    const stop = ask.registerHook('mcp', ({ protocol }) =>
      protocol?.method === 'roots/list' ? deny('private') : allow(),
    )
    expect(JSON.stringify(await ask.run('go'))).toContain('Denied: private')
    stop()
    ask.registerHook('mcp', ({ protocol, parameters }) =>
      protocol?.direction === 'outbound' && 'roots' in parameters
        ? modify({ roots: [{ uri: 'file:///tmp' }] })
        : allow(),
    )
    expect(await ask.run('go')).toEqual(TEXT('file:///tmp'))
  })

  test('that was connected before is guarded as it stands', async () => {
    const raw = newClient()
    const calls: string[] = []
    const [near, far] = InMemoryTransport.createLinkedPair()
    await filesServer(calls).connect(far)
    await raw.connect(near)
    const gated = instrumentMcpClient(raw)
    const agent = agentOf(() => read(gated, 'a'))
    const stop = agent.registerHook('mcp', ({ protocol }) =>
      protocol?.direction === 'outbound' ? deny('no') : allow(),
    )
    await expect(agent.run('go')).rejects.toThrow('Denied: no')
    expect(calls).toEqual([])
    stop()
    const frames: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => void frames.push(protocol?.direction))
    instrumentMcpClient(raw)
    expect(await agent.run('go')).toEqual(TEXT('content of a'))
    expect(frames).toEqual(['outbound', 'inbound'])
  })

  test('bound to an agent is judged outside of its runs, from the first message on', async () => {
    const agent = agentOf(async () => 'nothing')
    const methods: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => {
      methods.push(protocol?.method ?? protocol?.direction)
      return protocol?.method === 'initialize' ? deny('no connections') : allow()
    })
    const gated = instrumentMcpClient(newClient(), agent)
    const [near, far] = InMemoryTransport.createLinkedPair()
    await filesServer().connect(far)
    await expect(gated.connect(near)).rejects.toThrow('Denied: no connections')
    expect(methods).toEqual(['initialize'])
  })
})
