import { gatedObject, isMethod, type Gate } from '../objects/gated-object.ts'
import type { InstrumentOwner } from '../objects/reach.ts'
import { connectionGate, knownOf } from './connection.ts'
import { nameAt } from './frames.ts'
import { noteMcpServer } from './server-mark.ts'
import { assertSide, mcpOptions, type InstrumentMcpOptions } from './options.ts'

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
  assertSide(client, 'client')
  const connects = isMethod(Object(client) as object, 'connect')
  return gatedObject<C>({
    target: client,
    owner,
    options: given,
    needs: connects ? ['connect'] : ['tools', 'close'],
    kind: 'MCP client',
    component: 'mcp',
    note: connects ? undefined : 'the handshake of its connection is not seen',
    gate: ({ reach }) => {
      const known = (): ReturnType<typeof knownOf> => knownOf(client)
      const gate = connectionGate<C>(client, { reach, role: 'client', options: given, known })
      return connects ? gate : markingTools(gate, () => given.name ?? nameAt(known(), 'server', 'name'))
    },
  })
}

// the AI SDK's client makes tools of its framework, which are to know their server
function markingTools<C extends object>(gate: Gate<C>, serverName: () => string | undefined): Gate<C> {
  return {
    ...gate,
    method(key, own, self) {
      if (key === 'tools') return async (...args) => marked(await own(...args), serverName())
      if (key === 'toolsFromDefinitions') return (...args) => marked(own(...args), serverName())
      return gate.method(key, own, self)
    },
  }
}

function marked(tools: unknown, server: string | undefined): unknown {
  if (server === undefined || typeof tools !== 'object' || tools === null) return tools
  for (const tool of Object.values(tools) as readonly unknown[])
    if (typeof tool === 'object' && tool !== null) noteMcpServer(tool, server)
  return tools
}
