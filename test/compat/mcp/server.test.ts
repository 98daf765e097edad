// Servers of both lines of the MCP SDK: what they stay, how they are served, what of HTTP stays as it is.
import { allow, AOSInstrument, currentRun, deny, modify } from '@aos/sdk'
import { instrumentMcpServer } from '@aos/sdk/mcp'
import { stepRecorder, type StepRecorder } from '@aos/sdk/testing'
import { Client } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport as InMemoryTransport1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createMcpHandler, InMemoryTransport, McpServer } from '@modelcontextprotocol/server'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { serverApplication } from './kit/applications.ts'
import { listen } from './kit/connect.ts'
import { newWorker, type Worker } from './kit/instrumented.ts'
import { LINES } from './kit/lines.ts'
import { ENVELOPE } from './kit/raw-peer.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Kept {
  /** What the tool was called with. */
  readonly calls: string[]
  /** In which runs. */
  readonly runs: (string | undefined)[]
}

const INFO = { name: 'files', version: '1.2.3' }

/** A server whose one tool tells what reaches it. */
function filesServer<S extends McpServer | McpServer1>(make: new (info: typeof INFO) => S, kept: Kept): S {
  const server = new make(INFO)
  ;(server as McpServer).registerTool(
    'read',
    { description: 'Reads a file', inputSchema: z.object({ path: z.string() }) },
    async ({ path }) => {
      kept.calls.push(path)
      kept.runs.push(currentRun()?.runId)
      return { content: [{ type: 'text', text: `content of ${path}` }] }
    },
  )
  return server
}

const SDKS = [
  { name: '1.x', McpServer: McpServer1, Client: Client1, pair: () => InMemoryTransport1.createLinkedPair() },
  { name: '2.x', McpServer, Client, pair: () => InMemoryTransport.createLinkedPair() },
]

describe.each(SDKS)('an McpServer of SDK $name', (sdk) => {
  async function connected(agent: Worker, how: 'itself' | 'its server' | 'before' = 'itself') {
    const kept: Kept = { calls: [], runs: [] }
    const raw = filesServer(sdk.McpServer as typeof McpServer, kept)
    const [near, far] = sdk.pair()
    if (how === 'before') await raw.connect(far as never)
    const gated = instrumentMcpServer(raw, agent)
    if (how === 'itself') await gated.connect(far as never)
    if (how === 'its server') await gated.server.connect(far as never)
    const client = new (sdk.Client as typeof Client)({ name: 'caller', version: '3' })
    await client.connect(near as never)
    closing.push(() => client.close())
    const read = (path: string): Promise<unknown> => client.callTool({ name: 'read', arguments: { path } })
    return { kept, raw, gated, client, read }
  }

  test('stays what it is, and takes tools as before', async () => {
    const agent = newWorker()
    const { gated, raw, client } = await connected(agent)
    expect(gated).toBeInstanceOf(sdk.McpServer)
    expect(instrumentMcpServer(gated, agent)).toBe(gated)
    expect(gated.server).toBeInstanceOf(raw.server.constructor)
    gated.registerTool('late', {}, async () => ({ content: [] }))
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['read', 'late'])
    expect(gated.isConnected()).toBe(true)
    const covered = agent.describe().coverage.map(({ component }) => component)
    expect(covered.filter((component) => component.startsWith('mcp:'))).toEqual(['mcp:files'])
    await gated.close()
    expect(raw.isConnected()).toBe(false)
  })

  test.each(['itself', 'its server', 'before'] as const)(
    'is judged when it is connected: %s',
    async (how) => {
      const agent = newWorker()
      const { kept, read } = await connected(agent, how)
      const seen: unknown[] = []
      agent.registerHook('mcp', ({ protocol, runId, mcpServer, parameters }) => {
        if (protocol?.method !== 'tools/call') return allow()
        seen.push([protocol.leg, protocol.direction, mcpServer, runId])
        if (JSON.stringify(parameters).includes('secret')) return deny('private')
        return protocol.leg === 'request' ? modify({ name: 'read', arguments: { path: 'public' } }) : allow()
      })
      await expect(read('secret')).rejects.toThrow('Denied: private')
      expect(await read('anything')).toMatchObject({ content: [{ text: 'content of public' }] })
      expect(kept.calls).toEqual(['public'])
      const [run] = kept.runs
      expect(seen.slice(1)).toEqual([
        ['request', 'inbound', 'files', run],
        ['response', 'outbound', 'files', run],
      ])
    },
  )

  test('knows who calls', async () => {
    const agent = newWorker()
    const peers: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => void peers.push(protocol?.peer))
    const { read } = await connected(agent)
    await read('a')
    expect(new Set(peers.map((peer) => JSON.stringify(peer)))).toEqual(
      new Set([JSON.stringify({ name: 'caller', version: '3' })]),
    )
  })
})

/** Serves `createMcpHandler` on this machine. */
async function handled(wrap: (server: McpServer) => McpServer): Promise<{ url: string; kept: Kept }> {
  const kept: Kept = { calls: [], runs: [] }
  const handler = createMcpHandler(() => wrap(filesServer(McpServer, kept)))
  const handle = toNodeHandler(handler)
  const http = createServer((request, response) => void handle(request as never, response as never))
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  closing.push(async () => {
    await handler.close()
    http.closeAllConnections()
    http.close()
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, kept }
}

interface Posted {
  readonly method?: string
  readonly params?: object
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

async function post(url: string, { method = 'tools/call', params = {}, headers, signal }: Posted) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...('name' in params ? { 'mcp-name': String(params.name) } : {}),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } }),
    ...(signal === undefined ? {} : { signal }),
  })
  return { status: response.status, body: await response.text() }
}

const READ = { name: 'read', arguments: { path: 'a' } }

describe('createMcpHandler over HTTP', () => {
  const REQUESTS: Readonly<Record<string, Posted>> = {
    'a call': { params: READ },
    'a discovery': { method: 'server/discover' },
    'an unknown method': { method: 'no/method' },
    'a method of older versions': { method: 'initialize' },
    'a method without a handler': { method: 'prompts/list' },
    'an unknown tool': { params: { name: 'none', arguments: {} } },
    'arguments that do not fit': { params: { name: 'read', arguments: {} } },
    'a header that does not fit': { params: READ, headers: { 'mcp-name': 'other' } },
    'another version': { params: READ, headers: { 'mcp-protocol-version': '2031-01-01' } },
  }

  test.each([
    ['nobody judges', undefined],
    ['a handler answers at once', () => allow()],
  ])('answers as it does when it is not instrumented where %s', async (_when, judge) => {
    const agent = newWorker()
    if (judge !== undefined) agent.registerHook('mcp', judge)
    const plain = await handled((server) => server)
    const gated = await handled((server) => instrumentMcpServer(server, agent))
    const statuses = new Set<number>()
    for (const [what, posted] of Object.entries(REQUESTS)) {
      const expected = await post(plain.url, posted)
      statuses.add(expected.status)
      expect([what, await post(gated.url, posted)]).toEqual([what, expected])
    }
    expect(statuses).toEqual(new Set([200, 404, 400]))
    expect(gated.kept.calls).toEqual(plain.kept.calls)
  })

  test('never reaches a tool that is denied, late as that may be decided', async () => {
    const agent = newWorker()
    const { url, kept } = await handled((server) => instrumentMcpServer(server, agent))
    agent.registerHook('mcp', async ({ protocol }) => {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      return protocol?.leg === 'request' ? deny('private') : allow()
    })
    const { status, body } = await post(url, { params: READ })
    expect(status).toBe(200)
    expect(body).toContain('"code":-32010')
    expect(body).toContain('Denied: private')
    expect(kept.calls).toEqual([])
  })

  test('serves clients without the handshake of older versions as well', async () => {
    const agent = newWorker()
    const { url, kept } = await handled((server) => instrumentMcpServer(server, agent))
    const versions: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => void versions.push(protocol?.version))
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: READ }),
    })
    expect(await response.text()).toContain('content of a')
    expect(kept.calls).toEqual(['a'])
    expect(versions).toEqual(['2025-06-18', '2025-06-18'])
  })
})

describe.each(LINES)('a server of $name over HTTP', (line) => {
  async function served(recorder: StepRecorder): Promise<{ url: URL; hangs: Promise<void> }> {
    const agent = new AOSInstrument(async () => undefined, { sinks: [recorder] })
    const app = serverApplication()
    const { url, close } = await listen(line, app, (raw) => instrumentMcpServer(raw as never, agent))
    closing.push(close)
    return { url, hangs: app.arrived('tools/call') }
  }

  test('has runs of the session that its transport names', async () => {
    const recorder = stepRecorder()
    const { url } = await served(recorder)
    const made = line.newClient(serverApplication())
    const client = made.object as Parameters<typeof made.request>[0]
    const transport = line.httpTransport(url)
    await client.connect(transport)
    closing.push(() => client.close())
    await made.request(client, { method: 'tools/call', params: READ })
    const { sessionId } = transport
    expect(sessionId === undefined).toBe(line.stateless)
    const sessions = recorder.events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))
    const last = sessions.at(-1)
    if (sessionId === undefined) expect(last?.sessionGenerated).toBe(true)
    else expect(last).toMatchObject({ sessionId, sessionGenerated: false })
  })

  test('ends the run of a caller who has gone', async () => {
    const recorder = stepRecorder()
    const { url, hangs } = await served(recorder)
    const made = line.newClient(serverApplication())
    const client = made.object as Parameters<typeof made.request>[0]
    await client.connect(line.httpTransport(url))
    const controller = new AbortController()
    const asked = made
      .request(client, { method: 'tools/call', params: { name: 'hang' } }, { signal: controller.signal })
      .catch((error: unknown) => error)
    await hangs
    const before = recorder.runs().length
    controller.abort()
    await asked
    await recorder.ended(before + 1)
    await client.close()
    const call = recorder.steps('mcp').find(({ protocol }) => protocol?.target === 'hang')
    expect(call?.status).toBe('cancelled')
  })
})
