import { AosError } from '../errors.ts'
import { isMethod } from '../objects/gated-object.ts'
import { Reach, type InstrumentOwner } from '../objects/reach.ts'
import { classNameOf } from '../values/class-name.ts'
import { guarded } from './connection.ts'
import { mcpOptions, type InstrumentMcpOptions } from './options.ts'

/** A transport of MCP, of a client or of a server. */
export interface McpTransportShape {
  send(message: never, options?: never): Promise<unknown>
}

/**
 * Gates a transport of MCP that is about to be connected, whoever connects to it: each message, in and out, is judged
 * by the `mcp` hook.
 */
export function instrumentMcpTransport<T extends McpTransportShape>(
  transport: T,
  owner?: InstrumentOwner,
  options?: InstrumentMcpOptions,
): T {
  const given = mcpOptions(options)
  if (typeof transport !== 'object' || transport === null || !isMethod(transport, 'send'))
    throw new AosError({
      code: 'invalid_options',
      message: 'This is no transport of MCP',
      why: 'It does not have send, so nothing of it could be judged.',
      fix: 'Pass the transport itself.',
    })
  const component = `mcp:${given.name ?? classNameOf(transport) ?? 'transport'}`
  const reach = new Reach(owner, { component })
  return guarded(transport as never, { reach, options: given })
}
