// The MCP server that the pages start: `command` and `args` of any other would do.
import { McpServer } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const server = new McpServer({ name: 'files', version: '1.2.0' })
server.registerTool(
  'read',
  { description: 'Reads a file', inputSchema: z.object({ path: z.string() }) },
  ({ path }) => ({ content: [{ type: 'text', text: `content of ${path}` }] }),
)
await server.connect(new StdioServerTransport())
