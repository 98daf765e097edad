import { gatedObject } from '../objects/gated-object.ts'
import type { ObjectOwner } from '../objects/reach.ts'
import { connectionGate, knownOf, type ConnectionSettings } from './connection.ts'
import { nameAt } from './frames.ts'
import { assertSide, mcpOptions, type InstrumentMcpOptions } from './options.ts'

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
  assertSide(server, 'server')
  const inner: unknown =
    typeof server === 'object' && server !== null ? Reflect.get(server, 'server') : undefined
  const low = typeof inner === 'object' && inner !== null ? inner : undefined
  const name = given.name ?? ownName(low ?? server)
  const parts = {
    owner,
    options: name === undefined ? {} : { name },
    kind: 'MCP server',
    component: 'mcp',
  } as const
  return gatedObject<S>({
    ...parts,
    target: server,
    needs: ['connect', 'close'],
    gate: ({ reach }) => {
      const settings: ConnectionSettings = {
        reach,
        role: 'server',
        options: given,
        known: () => knownOf(low ?? server),
      }
      const gate = connectionGate<S>(server, settings)
      if (low === undefined) return gate
      const gatedLow = gatedObject({
        ...parts,
        target: low,
        needs: ['connect'],
        gate: () => connectionGate(low, settings),
      })
      return { ...gate, member: (key, own) => (key === 'server' && own === low ? gatedLow : own) }
    },
  })
}

function ownName(server: unknown): string | undefined {
  if (typeof server !== 'object' || server === null) return undefined
  return nameAt(knownOf(server), 'server', 'name')
}
