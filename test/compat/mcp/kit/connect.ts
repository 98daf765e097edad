import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  clientApplication,
  serverApplication,
  type Application,
  type Body,
  type Received,
} from './applications.ts'
import type { Line, McpClient, RequestOptions, Wrap } from './line.ts'
import { LINES } from './lines.ts'
import { Tap, type Crossed, type RawTransport } from './tap.ts'

/** By what a client reaches its server. */
export type Over = 'memory' | 'stdio' | 'http'

/** Which side of a connection is instrumented. */
export type Role = 'client' | 'server'

/** A client and a server of the kit that are connected. */
export interface Connection {
  readonly line: Line
  readonly client: McpClient
  readonly clientApp: Application
  /** The application of the server, which is elsewhere over stdio. */
  readonly serverApp: Application
  readonly wire: Crossed[]
  readonly request: (method: string, params: Body, options?: RequestOptions) => Promise<unknown>
  readonly notify: (method: string, params?: Body) => Promise<void>
  /** Ends when something holds that a message to the client makes true. */
  readonly until: (holds: () => boolean) => Promise<void>
  /** What the application of the server was handed so far. */
  readonly served: () => Promise<readonly Received[]>
  /** Where the server is, and the session of its client; over HTTP only. */
  readonly http: () => { readonly url: URL; readonly sessionId: string | undefined }
  readonly close: () => Promise<void>
}

/** What a test makes of the two sides before they connect. */
export interface Wraps {
  readonly client?: Wrap
  readonly server?: Wrap
  /** The transport of the client. */
  readonly transport?: Wrap
}

const AS_IT_IS: Wrap = (side) => side

/** Connects a client of a line with a server of it. */
export async function connect(line: Line, over: Over, wraps: Wraps = {}): Promise<Connection> {
  const serverApp = serverApplication()
  const far = await farEnd({ line, over, app: serverApp, wrap: wraps.server ?? AS_IT_IS })
  const wire: Crossed[] = []
  const tap = new Tap(far.transport, wire)
  const clientApp = clientApplication()
  const made = line.newClient(clientApp)
  const client = (wraps.client ?? AS_IT_IS)(made.object) as McpClient
  const close = async (): Promise<void> => {
    await client.close()
    await tap.close()
    await far.close()
  }
  try {
    await client.connect((wraps.transport ?? AS_IT_IS)(tap))
  } catch (error) {
    await close()
    throw error
  }
  return {
    line,
    client,
    clientApp,
    serverApp,
    wire,
    request: (method, params, options) => made.request(client, { method, params }, options),
    notify: (method, params) => client.notification({ method, ...(params === undefined ? {} : { params }) }),
    until: (holds) => tap.until(holds),
    served: async () => (over === 'stdio' ? receivedFar(line, tap) : serverApp.received),
    http: () => {
      if (far.url === undefined) throw new Error('it is not over HTTP')
      return { url: far.url, sessionId: tap.sessionId }
    },
    close,
  }
}

interface Far {
  readonly line: Line
  readonly over: Over
  readonly app: Application
  readonly wrap: Wrap
}

interface FarEnd {
  readonly transport: RawTransport
  readonly url?: URL
  readonly close: () => Promise<void>
}

async function farEnd({ line, over, app, wrap }: Far): Promise<FarEnd> {
  const nothing = async (): Promise<void> => undefined
  if (over === 'memory') {
    const { near, ready } = line.serveMemory(app, wrap)
    await ready
    return { transport: near, close: nothing }
  }
  if (over === 'stdio') {
    const script = new URL('stdio-server.ts', import.meta.url).pathname
    const args = ['--conditions=aos-source', script, String(LINES.indexOf(line))]
    return { transport: line.stdioTransport(process.execPath, args), close: nothing }
  }
  const { url, close } = await listen(line, app, wrap)
  return { transport: line.httpTransport(url), url, close }
}

/** Serves a line over HTTP on this machine. */
export async function listen(
  line: Line,
  app: Application,
  wrap: Wrap,
): Promise<{ readonly url: URL; readonly close: () => Promise<void> }> {
  const handler = line.httpHandler(app, wrap)
  const http = createServer((request, response) => {
    handler.handle(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`),
    close: async () => {
      await handler.close()
      http.closeAllConnections()
      await new Promise<void>((resolve) => {
        http.close(() => resolve())
      })
    },
  }
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'kit client', version: '1.0.0' },
}

async function receivedFar(line: Line, tap: Tap): Promise<readonly Received[]> {
  const params = { name: 'received', arguments: {}, ...(line.stateless ? { _meta: ENVELOPE } : {}) }
  const { result } = await tap.ask({ jsonrpc: '2.0', id: 'kit', method: 'tools/call', params })
  const { content } = result as { content: { text: string }[] }
  const received = JSON.parse(content[0]?.text ?? '') as Received[]
  return received.filter(({ method, params: given }) => !(method === 'tools/call' && isOwn(given)))
}

function isOwn(params: unknown): boolean {
  return (params as { name?: unknown }).name === 'received'
}
