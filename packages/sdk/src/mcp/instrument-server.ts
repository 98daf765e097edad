import { gatedObject, type Gate } from '../objects/gated-object.ts'
import type { ObjectOwner, Reach } from '../objects/reach.ts'
import { connectionGate, guardConnection, knownOf, type ConnectionSettings } from './connection.ts'
import { mcpOptions, type InstrumentMcpOptions } from './options.ts'

/** An MCP server of the official SDK: `McpServer` or `Server`. */
export interface McpServerShape {
  connect(transport: never): Promise<unknown>
  close(): Promise<unknown>
}

/**
 * Gates an MCP server: each message, in and out, is judged by the `mcp` hook. A denied request never reaches the
 * server's handlers and is answered with a JSON-RPC error, as is one whose answer is denied.
 */
export function instrumentMcpServer<S extends McpServerShape>(
  server: S,
  owner?: ObjectOwner,
  options?: InstrumentMcpOptions,
): S {
  const given = mcpOptions(options)
  return gatedObject<S>({
    target: server,
    owner,
    options: given,
    needs: ['connect', 'close'],
    kind: 'MCP server',
    component: 'mcp',
    gate: ({ reach }) => serverGate(server, reach, given),
  })
}

function serverGate<S extends object>(server: S, reach: Reach, options: InstrumentMcpOptions): Gate<S> {
  const inner: unknown = Reflect.get(server, 'server')
  const low = typeof inner === 'object' && inner !== null ? inner : undefined
  const settings: ConnectionSettings = {
    reach,
    role: 'server',
    options,
    known: () => knownOf(low ?? server),
  }
  const gate = connectionGate<S>(server, settings)
  if (low === undefined) return gate
  guardConnection(low, settings)
  const gatedLow = gatedObject({
    target: low,
    owner: reach.owner,
    options,
    needs: ['connect'],
    kind: 'MCP server',
    component: 'mcp',
    gate: () => connectionGate(low, settings),
  })
  return { ...gate, member: (key, own) => (key === 'server' && own === low ? gatedLow : own) }
}
