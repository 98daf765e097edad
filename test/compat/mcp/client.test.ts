// Clients of both lines of the MCP SDK: what they stay, what they know of their server, when they are gated.
import { allow, AOSInstrument, deny } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer, instrumentMcpTransport } from '@aos/sdk/mcp'
import { stepRecorder } from '@aos/sdk/testing'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, describe, expect, test } from 'vitest'
import { recordedSpans } from '../../support/recorded-spans.ts'
import { clientApplication, outcomeOf, serverApplication } from './kit/applications.ts'
import { connect, listen, type Over } from './kit/connect.ts'
import { newWorker, type Worker } from './kit/instrumented.ts'
import type { Line } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import type { RawTransport } from './kit/tap.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const OPENING = ['initialize', 'server/discover']
const READ = { name: 'read', arguments: { path: 'a' } }

const methodsOf = (agent: Worker): string[] => {
  const methods: string[] = []
  agent.registerHook('mcp', ({ protocol }) => {
    if (protocol?.leg === 'request') methods.push(protocol.method ?? '')
    return allow()
  })
  return methods
}

/** A client that is connected over HTTP without anything between, as an application has it. */
async function overHttp(line: Line, wrap: (client: object) => object, transportOf = asItIs) {
  const app = serverApplication()
  const far = await listen(line, app, asItIs)
  closing.push(far.close)
  const made = line.newClient(clientApplication())
  const client = wrap(made.object) as Parameters<typeof made.request>[0]
  closing.push(() => client.close())
  const transport = transportOf(line.httpTransport(far.url))
  await client.connect(transport)
  return { app, client, transport, url: far.url.href, ask: made.request, raw: made.object }
}

const asItIs = <T>(side: T): T => side

describe.each(LINES)('a client of $name', (line) => {
  describe.each<Over>(['memory', 'stdio', 'http'])('over %s', (over) => {
    test('stays what it is, and is judged from its first message on', async () => {
      const agent = newWorker()
      const methods = methodsOf(agent)
      const connection = await connect(line, over, {
        client: (raw) => instrumentMcpClient(raw as never, agent),
      })
      closing.push(connection.close)
      const { client } = connection
      expect(client).toBeInstanceOf(line.newClient(clientApplication()).object.constructor)
      expect(instrumentMcpClient(client, agent)).toBe(client)
      await connection.request('tools/call', READ)
      expect(OPENING).toContain(methods[0])
      expect(methods.at(-1)).toBe('tools/call')
      expect(agent.describe().components).toContainEqual(
        expect.objectContaining({ id: 'mcp:kit server', type: 'mcp', version: '2.1.0' }),
      )
    })

    test('does not connect where its first message is denied', async () => {
      const agent = newWorker()
      agent.registerHook('mcp', ({ protocol }) =>
        OPENING.includes(protocol?.method ?? '') ? deny('no connections') : allow(),
      )
      const wrap = <T extends object>(raw: T): T => instrumentMcpClient(raw as never, agent)
      await expect(connect(line, over, { client: wrap })).rejects.toThrow(/no connections|negotiat/i)
    })

    test('that is connected already is judged as it stands, and knows its server', async () => {
      const agent = newWorker()
      const connection = await connect(line, over)
      closing.push(connection.close)
      const gated = instrumentMcpClient(connection.client as never, agent)
      const servers: unknown[] = []
      agent.registerHook('mcp', ({ mcpServer, protocol }) => {
        servers.push(mcpServer)
        return protocol?.target === 'fail' ? deny('not this one') : allow()
      })
      const call = (name: string): Promise<unknown> =>
        outcomeOf(
          line.newClient(clientApplication()).request(gated, { method: 'tools/call', params: { name } }),
        )
      expect(await call('fail')).toMatchObject({ error: { code: -32010 } })
      expect(await call('structured')).toMatchObject({ result: { structuredContent: { answer: 42 } } })
      expect(new Set(servers)).toEqual(new Set(['kit server']))
    })
  })

  test('knows where its server is, without what is secret in the address', async () => {
    const agent = newWorker()
    const peers: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => void peers.push(protocol?.peer))
    const { ask, client, url } = await overHttp(line, (raw) => instrumentMcpClient(raw as never, agent))
    await ask(client, { method: 'tools/list', params: {} })
    expect(peers[0]).toMatchObject({ url })
    expect(peers.at(-1)).toEqual({ name: 'kit server', version: '2.1.0', url })
    const [server] = agent.describe().components.filter(({ type }) => type === 'mcp')
    expect(server).toMatchObject({ url, capabilities: expect.arrayContaining(['read', 'ask']) as string[] })
  })

  test('is judged once where its transport is gated as well', async () => {
    const agent = newWorker()
    const { ask, client } = await overHttp(
      line,
      (raw) => instrumentMcpClient(raw as never, agent),
      (transport) => instrumentMcpTransport(transport as never, agent),
    )
    const methods = methodsOf(agent)
    await ask(client, { method: 'tools/call', params: READ })
    instrumentMcpClient(client, agent)
    await ask(client, { method: 'tools/call', params: READ })
    expect(methods).toEqual(['tools/call', 'tools/call'])
  })

  test('of a gated transport is judged like one that is gated itself', async () => {
    const agent = newWorker()
    const methods = methodsOf(agent)
    const { ask, client, transport, app } = await overHttp(line, asItIs, (raw) =>
      instrumentMcpTransport(raw as never, agent),
    )
    expect(Reflect.get(client, 'transport')).toBe(transport)
    agent.registerHook('mcp', ({ protocol }) => (protocol?.target === 'fail' ? deny('no') : allow()))
    const fail = ask(client, { method: 'tools/call', params: { name: 'fail' } })
    await expect(fail).rejects.toThrow('Denied: no')
    await ask(client, { method: 'tools/call', params: READ })
    expect(app.count('tools/call')).toBe(1)
    expect(OPENING).toContain(methods[0])
  })

  test('and its server are one trace and one lineage', async () => {
    const spans = recordedSpans()
    const [near, far] = [stepRecorder(), stepRecorder()]
    const agentOf = (recorder: typeof near): Worker =>
      new AOSInstrument(async (work: () => Promise<unknown>) => work(), {
        tracerProvider: spans.provider,
        sinks: [recorder],
      }) as never
    const [caller, served] = [agentOf(near), agentOf(far)]
    const app = serverApplication()
    const { url, close } = await listen(line, app, (raw) => instrumentMcpServer(raw as never, served))
    closing.push(close)
    const made = line.newClient(clientApplication())
    const client = instrumentMcpClient(made.object as never, caller) as Parameters<typeof made.request>[0]
    closing.push(() => client.close())
    await caller.run(async () => {
      await client.connect(line.httpTransport(url))
      await made.request(client, { method: 'tools/call', params: READ })
    })
    const calls = spans.spans().filter(({ name }) => name === 'tools/call read')
    expect(calls).toHaveLength(2)
    const [server, asked] = calls
    expect(new Set(spans.spans().map((span) => span.spanContext().traceId)).size).toBe(1)
    const run = spans.spans().find((span) => span.spanContext().spanId === server?.parentSpanContext?.spanId)
    expect(run?.parentSpanContext?.spanId).toBe(asked?.spanContext().spanId)
    const starts = [near, far].map(({ events }) => events.filter((event) => event.type === 'run.start'))
    expect(starts[0]).toHaveLength(1)
    const parents = starts[1]?.map((start) => start.run.parentRunId)
    expect(new Set(parents)).toEqual(new Set([starts[0]?.[0]?.run.id]))
  })
})

describe('a client that negotiates the protocol', () => {
  test.each(LINES)('with a server of $name speaks what both speak', async (line) => {
    const app = serverApplication()
    const far = await listen(line, app, asItIs)
    const script = new URL('kit/stdio-server.ts', import.meta.url).pathname
    const args = ['--conditions=aos-source', script, String(LINES.indexOf(line))]
    closing.push(far.close)
    const transports: RawTransport[] = [
      new StreamableHTTPClientTransport(far.url) as RawTransport,
      new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }) as RawTransport,
    ]
    for (const transport of transports) {
      const agent = newWorker()
      const versions: unknown[] = []
      agent.registerHook('mcp', ({ protocol }) => void versions.push(protocol?.version))
      const raw = new Client({ name: 'c', version: '1' }, { versionNegotiation: { mode: 'auto' } })
      const client = instrumentMcpClient(raw, agent)
      await client.connect(transport as never)
      expect(client.getNegotiatedProtocolVersion()).toBe(line.protocol)
      expect(JSON.stringify(await client.callTool(READ))).toContain('content of a')
      expect(versions.at(-1)).toBe(line.protocol)
      await client.close()
    }
  })
})
