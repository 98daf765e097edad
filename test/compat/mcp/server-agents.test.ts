import { AOSInstrument, deny, isAosError, modify } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer } from '@aos/sdk/mcp'
import { Client } from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport as InMemory1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Server as Server1 } from '@modelcontextprotocol/sdk/server/index.js'
import { InMemoryTransport, McpServer, Server } from '@modelcontextprotocol/server'
import { deepEqual, equal, rejects, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { z } from 'zod'
import { connect } from './kit/connect.ts'
import { LINES } from './kit/lines.ts'

const INFO = { name: 'files', version: '1.2.0' }

interface Served {
  readonly server: object
  readonly read: readonly string[]
  readonly ask: (path: string) => Promise<unknown>
}

async function servedBy1(instrument: (server: McpServer1) => McpServer1): Promise<Served> {
  const read: string[] = []
  const server = instrument(new McpServer1(INFO))
  server.registerTool('read', { inputSchema: { path: z.string() } }, ({ path }) => {
    read.push(path)
    return { content: [{ type: 'text', text: `content of ${path}` }] }
  })
  const [near, far] = InMemory1.createLinkedPair()
  const client = new Client1({ name: 'tests', version: '1' })
  await Promise.all([server.connect(far), client.connect(near)])
  return { server, read, ask: (path) => client.callTool({ name: 'read', arguments: { path } }) }
}

async function servedBy2(instrument: (server: McpServer) => McpServer): Promise<Served> {
  const read: string[] = []
  const server = instrument(new McpServer(INFO))
  server.registerTool('read', { inputSchema: z.object({ path: z.string() }) }, ({ path }) => {
    read.push(path)
    return { content: [{ type: 'text', text: `content of ${path}` }] }
  })
  const [near, far] = InMemoryTransport.createLinkedPair()
  const client = new Client({ name: 'tests', version: '1' })
  await Promise.all([server.connect(far), client.connect(near)])
  return { server, read, ask: (path) => client.callTool({ name: 'read', arguments: { path } }) }
}

type Instrument = <T extends object>(server: T) => T

const lines: readonly (readonly [string, (instrument: Instrument) => Promise<Served>])[] = [
  ['SDK 1.x', servedBy1],
  ['SDK 2.x', servedBy2],
]

describe('an MCP server as an agent of its own', () => {
  test.each(lines)('is judged by its own hooks: %s', async (_line, serve) => {
    const methods: unknown[] = []
    const { server, read, ask } = await serve((given) => {
      const instrumented = new AOSInstrument(given)
      instrumented.registerHook('mcp', ({ protocol, value, agent }) => {
        if (protocol?.method !== 'tools/call') return undefined
        methods.push([protocol.direction, protocol.leg, protocol.target, protocol.peer?.name, agent.name])
        if (protocol.leg === 'response') return undefined
        const { arguments: given } = value as { arguments: { path: string } }
        if (given.path === '/etc/shadow') return deny('that file is private')
        return given.path === 'draft'
          ? modify({ ...(value as object), arguments: { path: 'final' } })
          : undefined
      })
      return instrumented
    })
    deepEqual(await ask('notes'), { content: [{ type: 'text', text: 'content of notes' }] })
    deepEqual(await ask('draft'), { content: [{ type: 'text', text: 'content of final' }] })
    await rejects(ask('/etc/shadow'), /Denied: that file is private/)
    deepEqual(read, ['notes', 'final'])
    deepEqual(methods.slice(0, 2), [
      ['inbound', 'request', 'read', 'tests', 'files'],
      ['outbound', 'response', 'read', 'tests', 'files'],
    ])
    equal(AOSInstrument[Symbol.hasInstance](server), true)
  })

  test('is of its class, says what it is, and is not run', () => {
    for (const [server, Class] of [
      [new McpServer1(INFO), McpServer1],
      [new Server1(INFO, { capabilities: {} }), Server1],
      [new McpServer(INFO), McpServer],
      [new Server(INFO, { capabilities: {} }), Server],
    ] as const) {
      const agent = new AOSInstrument(server as object)
      equal(agent instanceof Class, true)
      const { agent: info, adapter } = agent.describe()
      deepEqual([info.name, info.version, adapter], ['files', '1.2.0', 'McpServer or Server of the MCP SDK'])
      equal(agent.unwrap(), server)
    }
  })

  test('is not taken for a client, nor a client for it', () => {
    const clients = [new Client1({ name: 'c', version: '1' }), new Client({ name: 'c', version: '1' })]
    const servers = [new McpServer1(INFO), new Server1(INFO), new McpServer(INFO), new Server(INFO)]
    for (const client of clients)
      throws(() => instrumentMcpServer(client as never), /This is an MCP client, not a server/)
    for (const server of servers)
      throws(() => instrumentMcpClient(server as never), /This is an MCP server, not a client/)
  })

  test('cannot be run', async () => {
    const agent = new AOSInstrument(new McpServer(INFO) as object)
    await rejects(agent.run('go'), (error) => isAosError(error, 'unsupported_agent'))
  })

  test.each(LINES.map((line) => [line.name, line] as const))(
    'serves every transport of its line: %s',
    async (_name, line) => {
      for (const over of ['memory', 'http'] as const) {
        const served: unknown[] = []
        const server = <T extends object>(given: T): T => {
          const agent = new AOSInstrument(given)
          agent.registerHook('mcp', ({ protocol }) => void served.push(protocol?.method))
          return agent
        }
        const connection = await connect(line, over, { server })
        await connection.request('tools/call', { name: 'read', arguments: { path: 'a' } })
        await connection.close()
        equal(served.filter((method) => method === 'tools/call').length, 2, `${over}: ${served.join()}`)
      }
    },
  )
})
