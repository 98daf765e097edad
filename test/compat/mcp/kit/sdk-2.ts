import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, InMemoryTransport, Server } from '@modelcontextprotocol/server'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Application, Body, Link } from './applications.ts'
import { CLIENT_CAPABILITIES, SERVER_CAPABILITIES, type Line, type McpClient, type Wrap } from './line.ts'
import type { RawTransport } from './tap.ts'

const ANYTHING = z.looseObject({})

interface Context {
  readonly mcpReq: {
    readonly signal: AbortSignal
    readonly _meta?: { readonly progressToken?: string | number }
    readonly inputResponses?: Readonly<Record<string, unknown>>
    send(request: object, schema: object): Promise<unknown>
    notify(notification: object): Promise<void>
  }
}

type Publish = (method: string, params: Body) => Promise<void>

/** MCP SDK 2.x as it speaks to older peers: protocol 2025-11-25. */
export const SDK_2: Line = handshakeLine('2025-11-25')

/** MCP SDK 2.x as it speaks to peers that are older still. */
export const SDK_2_OLDER: Line = handshakeLine('2025-06-18')

function handshakeLine(protocol: string): Line {
  const versions = { supportedProtocolVersions: [protocol] }
  return {
    ...lineOf('legacy', versions),
    name: `SDK 2.x, ${protocol}`,
    protocol,
    stateless: false,
    serveMemory(app, wrap) {
      const [near, far] = InMemoryTransport.createLinkedPair()
      return { near: near as RawTransport, ready: newServer({ app, wrap, versions }).connect(far) }
    },
    async serveStdio(app, wrap) {
      await newServer({ app, wrap, versions }).connect(new StdioServerTransport())
    },
    httpHandler(app, wrap) {
      const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
      const ready = newServer({ app, wrap, versions }).connect(transport)
      return {
        handle: async (request, response) => {
          await ready
          await transport.handleRequest(request, response)
        },
        close: () => transport.close(),
      }
    },
  }
}

/** MCP SDK 2.x with the stateless protocol 2026-07-28. */
export const SDK_2_STATELESS: Line = {
  ...lineOf({ pin: '2026-07-28' }),
  name: 'SDK 2.x, 2026-07-28',
  protocol: '2026-07-28',
  stateless: true,
  serveMemory(app, wrap) {
    const [near, far] = InMemoryTransport.createLinkedPair()
    serveStdio(() => newServer({ app, wrap }), { transport: far, legacy: 'reject' })
    return { near: near as RawTransport, ready: Promise.resolve() }
  },
  async serveStdio(app, wrap) {
    serveStdio(() => newServer({ app, wrap }), { legacy: 'reject' })
  },
  httpHandler(app, wrap) {
    const publish: Publish = async (method) => {
      if (method === 'notifications/tools/list_changed') handler.notify.toolsChanged()
      else if (method === 'notifications/prompts/list_changed') handler.notify.promptsChanged()
      else if (method === 'notifications/resources/list_changed') handler.notify.resourcesChanged()
      else handler.notify.resourceUpdated('kit://a')
    }
    const handler = createMcpHandler(() => newServer({ app, wrap, publish }), { legacy: 'reject' })
    const handle = toNodeHandler(handler)
    return {
      handle: (request, response) => handle(request as never, response as never),
      close: () => handler.close(),
    }
  },
}

function lineOf(
  mode: 'legacy' | { readonly pin: string },
  versions: Versions = {},
): Pick<Line, 'newClient' | 'stdioTransport' | 'httpTransport'> {
  return {
    newClient(app) {
      const client = new Client(
        { name: 'kit client', version: '1.0.0' },
        { capabilities: CLIENT_CAPABILITIES, versionNegotiation: { mode }, ...versions },
      )
      serve(client, app, undefined)
      return {
        object: client,
        request: (held, message, options) => held.request(message, ANYTHING, options),
      }
    },
    stdioTransport: (command, args) =>
      new StdioClientTransport({ command, args, stderr: 'inherit' }) as RawTransport,
    httpTransport: (url) => new StreamableHTTPClientTransport(url) as RawTransport,
  }
}

interface Versions {
  readonly supportedProtocolVersions?: string[]
}

interface ServerParts {
  readonly app: Application
  readonly wrap: Wrap
  readonly publish?: Publish
  readonly versions?: Versions
}

function newServer({ app, wrap, publish, versions }: ServerParts): Server {
  const server = wrap(
    new Server({ name: 'kit server', version: '2.1.0' }, { capabilities: SERVER_CAPABILITIES, ...versions }),
  )
  serve(server, app, publish)
  return server
}

function serve(side: Client | Server, app: Application, publish: Publish | undefined): void {
  const own = side as unknown as McpClient & {
    setRequestHandler(
      method: string,
      handler: (request: { params?: unknown }, context: Context) => Promise<Body>,
    ): void
  }
  const published = publish ?? ((method, params) => own.notification({ method, params }))
  for (const method of app.methods)
    own.setRequestHandler(method, ({ params }, context) =>
      app.handle(method, params, linkOf(context, published)),
    )
  own.fallbackNotificationHandler = async ({ method, params }) => app.note(method, params)
}

function linkOf({ mcpReq }: Context, publish: Publish): Link {
  return {
    request: (method, params) => mcpReq.send({ method, params }, ANYTHING),
    notify: (method, params) => mcpReq.notify({ method, params }),
    publish,
    signal: mcpReq.signal,
    progressToken: mcpReq._meta?.progressToken,
    inputs: mcpReq.inputResponses,
  }
}
