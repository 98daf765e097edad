import { instrumentMcpClient as instrumentOne, type InstrumentMcpOptions } from '../../../mcp/index.ts'
import type { McpClientShape as OneClientShape } from '../../../mcp/index.ts'
import { mcpOptions } from '../../../mcp/options.ts'
import { gatedObject, isMethod } from '../../../objects/gated-object.ts'
import type { InstrumentOwner } from '../../../objects/reach.ts'
import { multiServerGate } from './mcp-servers.ts'

/** An MCP client, or the `MultiServerMCPClient` of LangChain. */
export type McpClientShape =
  | OneClientShape
  | {
      getTools(...servers: never[]): Promise<unknown>
      initializeConnections(options?: never): Promise<unknown>
    }

/**
 * Gates an MCP client as `@aos/sdk/mcp` does, and a `MultiServerMCPClient` as well, whose tools know their server then.
 */
export function instrumentMcpClient<C extends McpClientShape>(
  client: C,
  owner?: InstrumentOwner,
  options?: InstrumentMcpOptions,
): C {
  if (!isMethod(Object(client) as object, 'initializeConnections'))
    return instrumentOne(client as never, owner, options)
  const given = mcpOptions(options)
  return gatedObject<C>({
    target: client,
    owner,
    options: given,
    needs: ['getTools', 'getClient'],
    kind: 'MCP client',
    component: 'mcp',
    note: 'the handshake of its connections is not seen',
    gate: ({ reach }) => multiServerGate(client, reach, given),
  })
}
