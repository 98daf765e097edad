import { gatedObject, isMethod } from '../../../objects/gated-object.ts'
import { clientGate } from './mcp-connection.ts'
import { multiServerGate } from './mcp-servers.ts'
import type { InstrumentObjectOptions, InstrumentOwner } from '../../../objects/reach.ts'

/** An MCP client, or the `MultiServerMCPClient` of LangChain. */
export type McpClientShape =
  | { connect(transport: never, options?: never): Promise<unknown> }
  | {
      getTools(...servers: never[]): Promise<unknown>
      initializeConnections(options?: never): Promise<unknown>
    }

/**
 * Gates an MCP client: each message, in and out, is judged by the `mcp` hook. A denied request is never sent and is
 * answered with a JSON-RPC error, as is one whose answer is denied. Tools of a `MultiServerMCPClient` know their server.
 */
export function instrumentMcpClient<C extends McpClientShape>(
  client: C,
  owner?: InstrumentOwner,
  options?: InstrumentObjectOptions,
): C {
  const many = isMethod(Object(client) as object, 'initializeConnections')
  return gatedObject<C>({
    target: client,
    owner,
    options,
    needs: many ? ['getTools', 'getClient'] : ['connect'],
    kind: 'MCP client',
    component: 'mcp',
    note: many ? 'the handshake of its connections is not seen' : undefined,
    gate: ({ reach }) => (many ? multiServerGate(client, reach) : clientGate(client, reach, options?.name)),
  })
}
