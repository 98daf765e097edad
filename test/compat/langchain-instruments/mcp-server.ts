import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** A server whose tools tell what has reached them. */
export function filesServer(calls: string[] = []): McpServer {
  const server = new McpServer({ name: 'files', version: '1.0.0' }, { capabilities: { logging: {} } })
  const answer = (text: string): { content: { type: 'text'; text: string }[] } => ({
    content: [{ type: 'text', text }],
  })
  server.registerTool(
    'read',
    { description: 'Reads a file', inputSchema: { path: z.string(), as: z.string().optional() } },
    async ({ path, as }) => {
      calls.push(`read ${path}${as === undefined ? '' : ` as ${as}`}`)
      return answer(`content of ${path}`)
    },
  )
  server.registerTool('calls', { description: 'Tells the calls' }, async () => answer(calls.join('; ')))
  server.registerTool('work', { description: 'Reports progress' }, async (extra) => {
    const progressToken = extra._meta?.progressToken
    await server.server.sendLoggingMessage({ level: 'info', data: 'working' })
    for (const progress of [1, 2])
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress },
        })
    return answer('done')
  })
  server.registerTool('ask', { description: 'Asks for the roots of the client' }, async () => {
    try {
      const { roots } = await server.server.listRoots()
      return answer(roots.map(({ uri }) => uri).join(','))
    } catch (error) {
      return answer(String(error))
    }
  })
  return server
}

/** Serves over HTTP on this machine; tells the headers that came with each tool call. */
export async function serveOverHttp(): Promise<{
  url: string
  headers: (string | undefined)[]
  close(): Promise<void>
}> {
  const headers: (string | undefined)[] = []
  const calls: string[] = []
  const http = createServer((request, response) => {
    headers.push(request.headers['x-tenant'] as string | undefined)
    const transport = new StreamableHTTPServerTransport({})
    const handled = filesServer(calls)
      .connect(transport as never)
      .then(() => transport.handleRequest(request, response))
    handled.catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    headers,
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => resolve())
      }),
  }
}

if (process.argv[1] === import.meta.filename) await filesServer().connect(new StdioServerTransport())
