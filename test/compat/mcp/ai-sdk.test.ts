// The MCP clients of the AI SDK, by their transport and as they are.
import { allow, deny, modify } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpTransport, mcpServerOf } from '@aos/sdk/mcp'
import { createMCPClient } from '@ai-sdk/mcp'
import { createMCPClient as createMCPClient1 } from '@ai-sdk/mcp-1'
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio'
import { Experimental_StdioMCPTransport as StdioTransport1 } from '@ai-sdk/mcp-1/mcp-stdio'
import { afterEach, describe, expect, test } from 'vitest'
import { outcomeOf, serverApplication, type Application } from './kit/applications.ts'
import { listen } from './kit/connect.ts'
import { newWorker } from './kit/instrumented.ts'
import { LINES } from './kit/lines.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

type Create = typeof createMCPClient
type Client = Awaited<ReturnType<Create>>

const CLIENTS = [
  { name: '@ai-sdk/mcp 2', create: createMCPClient, Stdio: StdioTransport },
  {
    name: '@ai-sdk/mcp 1',
    create: createMCPClient1 as unknown as Create,
    Stdio: StdioTransport1 as unknown as typeof StdioTransport,
  },
]

async function readWith(client: Client, path: string): Promise<unknown> {
  const { read } = (await client.tools()) as Record<string, { execute?: unknown }>
  const execute = read?.execute as (given: object, options: object) => Promise<unknown>
  return execute({ path }, { toolCallId: 'c1', messages: [] })
}

describe.each(CLIENTS)('$name', ({ create, Stdio }) => {
  describe.each(LINES)('with a server of $name', (line) => {
    async function http(): Promise<{ client: Client; app: Application }> {
      const app = serverApplication()
      const { url, close } = await listen(line, app, (server) => server)
      closing.push(close)
      const client = await create({ transport: { type: 'http', url: url.href } })
      closing.push(() => client.close())
      return { client, app }
    }
    // version 1 speaks to no server that has no handshake
    const speaks = !(line.stateless && create !== createMCPClient)

    test.runIf(speaks)('is judged as it stands, and knows its server', async () => {
      const { client: raw, app } = await http()
      const agent = newWorker()
      const client = instrumentMcpClient(raw, agent)
      expect(client).toBeInstanceOf(raw.constructor)
      expect(instrumentMcpClient(client, agent)).toBe(client)
      const seen: unknown[] = []
      const stop = agent.registerHook('mcp', ({ protocol }) => {
        seen.push([protocol?.direction, protocol?.method, protocol?.peer?.name])
        return allow()
      })
      expect(JSON.stringify(await readWith(client, 'a'))).toContain('content of a')
      const server = 'kit server'
      expect(Object.values(await client.tools()).map(mcpServerOf)).toContain(server)
      seen.splice(-2)
      expect(seen).toEqual([
        ['outbound', 'tools/list', server],
        ['inbound', 'tools/list', server],
        ['outbound', 'tools/call', server],
        ['inbound', 'tools/call', server],
      ])
      stop()
      agent.registerHook('mcp', ({ protocol, value }) => {
        if (JSON.stringify(value).includes('secret')) return deny('private')
        if (protocol?.method !== 'tools/call' || protocol.leg === 'response') return allow()
        return modify({ ...(value as object), name: 'read', arguments: { path: 'public' } })
      })
      expect(JSON.stringify(await readWith(client, 'a'))).toContain('content of public')
      expect(await outcomeOf(readWith(client, 'secret'))).toMatchObject({
        error: { message: expect.stringContaining('Denied: private') as string },
      })
      expect(JSON.stringify(app.received)).not.toContain('secret')
    })

    test.runIf(speaks)('says that nothing judged its handshake', async () => {
      const { client } = await http()
      const agent = newWorker()
      instrumentMcpClient(client, agent)
      const [coverage] = agent.describe().coverage.filter(({ component }) => component.startsWith('mcp:'))
      expect(coverage?.note).toContain('handshake')
    })

    // over stdio it opens with the handshake of older versions only
    test.runIf(!line.stateless)('of a gated transport is judged from its first message on', async () => {
      const script = new URL('kit/stdio-server.ts', import.meta.url).pathname
      const args = ['--conditions=aos-source', script, String(LINES.indexOf(line))]
      const agent = newWorker()
      const methods: unknown[] = []
      agent.registerHook('mcp', ({ protocol }) => {
        if (protocol?.leg === 'request') methods.push(protocol.method)
        return protocol?.target === 'fail' ? deny('no') : allow()
      })
      const transport = instrumentMcpTransport(
        new Stdio({ command: process.execPath, args, stderr: 'inherit' }),
        agent,
      )
      const client = await create({ transport })
      closing.push(() => client.close())
      // its client is the same connection, and is not judged twice
      instrumentMcpClient(client, agent)
      expect(JSON.stringify(await readWith(client, 'a'))).toContain('content of a')
      expect(['initialize', 'server/discover']).toContain(methods[0])
      expect(methods.slice(-2)).toEqual(['tools/list', 'tools/call'])
      expect(agent.describe().components).toContainEqual(expect.objectContaining({ id: 'mcp:kit server' }))
    })
  })
})
