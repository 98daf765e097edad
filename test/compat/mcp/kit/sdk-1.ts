import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Application, Body, Link } from './applications.ts'
import { CLIENT_CAPABILITIES, SERVER_CAPABILITIES, type Line, type McpClient, type Wrap } from './line.ts'
import type { RawTransport } from './tap.ts'

const ANYTHING = z.looseObject({})

interface Extra {
  readonly signal: AbortSignal
  readonly _meta?: { readonly progressToken?: string | number }
  sendRequest(request: object, schema: object): Promise<unknown>
  sendNotification(notification: object): Promise<void>
}

/** MCP SDK 1.x: protocol 2025-11-25. */
export const SDK_1: Line = {
  name: 'SDK 1.x, 2025-11-25',
  protocol: '2025-11-25',
  stateless: false,
  newClient(app) {
    const client = new Client({ name: 'kit client', version: '1.0.0' }, { capabilities: CLIENT_CAPABILITIES })
    serve(client, app)
    return {
      object: client,
      request: (held, message, options) => held.request(message, ANYTHING, options),
    }
  },
  serveMemory(app, wrap) {
    const [near, far] = InMemoryTransport.createLinkedPair()
    const ready = newServer(app, wrap).connect(far)
    return { near: near as RawTransport, ready }
  },
  stdioTransport: (command, args) =>
    new StdioClientTransport({ command, args, stderr: 'inherit' }) as RawTransport,
  httpTransport: (url) => new StreamableHTTPClientTransport(url) as RawTransport,
  async serveStdio(app, wrap) {
    await newServer(app, wrap).connect(new StdioServerTransport())
  },
  httpHandler(app, wrap) {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
    const ready = newServer(app, wrap).connect(transport as never)
    return {
      handle: async (request, response) => {
        await ready
        await transport.handleRequest(request, response)
      },
      close: () => transport.close(),
    }
  },
}

function newServer(app: Application, wrap: Wrap): Server {
  const server = wrap(
    new Server({ name: 'kit server', version: '2.1.0' }, { capabilities: SERVER_CAPABILITIES }),
  )
  serve(server, app)
  return server
}

function serve(side: Client | Server, app: Application): void {
  const own = side as unknown as McpClient & {
    setRequestHandler(
      schema: object,
      handler: (request: { params?: unknown }, extra: Extra) => Promise<Body>,
    ): void
  }
  for (const method of app.methods) {
    const schema = z.looseObject({ method: z.literal(method), params: ANYTHING.optional() })
    own.setRequestHandler(schema, ({ params }, extra) => app.handle(method, params, linkOf(own, extra)))
  }
  own.fallbackNotificationHandler = async ({ method, params }) => app.note(method, params)
}

function linkOf(side: McpClient, extra: Extra): Link {
  return {
    request: (method, params) => extra.sendRequest({ method, params }, ANYTHING),
    notify: (method, params) => extra.sendNotification({ method, params }),
    publish: (method, params) => side.notification({ method, params }),
    signal: extra.signal,
    progressToken: extra._meta?.progressToken,
    inputs: undefined,
  }
}
