import type { HookName } from '@aos/sdk'
import type { PolicyContext } from './policy.ts'

const CALL = 'tools/call'

/** Whether the steps of a hook can be about a tool, so that a policy for certain tools means some of them. */
export function isOfTools(hook: HookName): boolean {
  return hook === 'toolCallRequest' || hook === 'toolCallResult' || hook === 'mcp'
}

/** The tool that a step is about; `undefined` for a message of MCP that is about none, or does not say which. */
export function toolNameOf(context: PolicyContext): string | undefined {
  return context.hook === 'mcp' ? calledTool(context) : context.toolName
}

/** The tool that a message of MCP calls, or whose answer it is, where it says so. */
export function calledTool({ protocol, value }: PolicyContext): string | undefined {
  if (protocol?.name !== 'mcp' || protocol.method !== CALL) return undefined
  if (protocol.leg === 'response') return protocol.target
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, 'name')
  const name: unknown = isObject ? Reflect.get(value, 'name') : undefined
  return typeof name === 'string' ? name : undefined
}
