import { gatedObject, isMethod } from '../objects/gated-object.ts'
import type { InstrumentOwner } from '../objects/reach.ts'
import { connectionGate, knownOf } from './connection.ts'
import { mcpOptions, type InstrumentMcpOptions } from './options.ts'

/** An MCP client: one of the official SDK, or what `createMCPClient` of the AI SDK gives. */
export type McpClientShape =
  | { connect(transport: never, options?: never): Promise<unknown> }
  | { tools(options?: never): Promise<unknown>; close(): Promise<void> }

/**
 * Gates an MCP client: each message, in and out, is judged by the `mcp` hook. A denied request is never sent and is
 * answered with a JSON-RPC error, as is one whose answer is denied.
 */
export function instrumentMcpClient<C extends McpClientShape>(
  client: C,
  owner?: InstrumentOwner,
  options?: InstrumentMcpOptions,
): C {
  const given = mcpOptions(options)
  const connects = isMethod(Object(client) as object, 'connect')
  return gatedObject<C>({
    target: client,
    owner,
    options: given,
    needs: connects ? ['connect'] : ['tools', 'close'],
    kind: 'MCP client',
    component: 'mcp',
    note: connects ? undefined : 'the handshake of its connection is not seen',
    gate: ({ reach }) =>
      connectionGate(client, { reach, role: 'client', options: given, known: () => knownOf(client) }),
  })
}
