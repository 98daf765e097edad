import type { HookAnswer } from '../../hooks/answer.ts'
import type { HookContext, ProtocolMessage } from '../../hooks/hook-context.ts'
import type { Awaitable } from '../../values/awaitable.ts'
import { PinKeeper, type ToolChange } from './pin-keeper.ts'
import { resolvePinSettings, type ToolPinsOptions } from './pin-options.ts'
import { toolsOf } from './tool-list.ts'
import type { ToolPin } from './tool-pin.ts'

/** What of a message is judged; a policy of a guardian is told it too. */
type MessageContext = Readonly<Pick<HookContext, 'mcpServer' | 'protocol' | 'value' | 'pass' | 'isError'>>

/** A handler of the `mcp` hook that holds the tools of MCP servers to their pins. */
export interface ToolPins {
  (context: MessageContext): Awaitable<HookAnswer | undefined>
  /**
   * Accepts what a server has shown last, of one tool or of all, and gives how many; throws where nothing was seen, where it
   * is not what was `reviewed`, or where the store fails.
   */
  repin(server: string, tool?: string, reviewed?: ToolPin): Promise<number>
  /** The tools that are not as they were pinned. */
  changes(): readonly ToolChange[]
}

/**
 * Pins the tools of MCP servers by the digests of their definitions: `agent.registerHook('mcp', toolPins())`. A tool that
 * changed since is taken out of `tools/list`, and a call of it denied `tool_changed`, until it is as it was or pinned anew.
 */
export function toolPins(options: ToolPinsOptions = {}): ToolPins {
  const keeper = new PinKeeper(resolvePinSettings(options))
  const handlers = {
    toolPins: (context: MessageContext): Awaitable<HookAnswer | undefined> => {
      const { protocol, value } = context
      if (protocol?.name !== 'mcp') return undefined
      // the name the application gave its server is nothing the server can change
      const named: unknown = context.mcpServer ?? protocol.peer?.name
      const server = typeof named === 'string' ? named : ''
      if (isCall(protocol)) return keeper.judgeCall(server, value)
      return isToolList(protocol, context) ? keeper.judgeList(server, context) : undefined
    },
  }
  return Object.assign(handlers.toolPins, {
    repin: (server: string, tool?: string, reviewed?: ToolPin) => keeper.repin(server, tool, reviewed),
    changes: () => keeper.changes(),
  })
}

function isCall({ direction, leg, method }: ProtocolMessage): boolean {
  return direction === 'outbound' && leg !== 'response' && method === 'tools/call'
}

/** An answer says what it answers; where it does not, it is known by what it brings. */
function isToolList(
  { direction, leg, method }: ProtocolMessage,
  { value, isError }: MessageContext,
): boolean {
  if (direction !== 'inbound' || leg === 'request' || isError === true) return false
  if (leg === 'response' && method !== undefined) return method === 'tools/list'
  return (method === undefined || method === 'tools/list') && toolsOf(value) !== undefined
}
