import type { HookAnswer } from '@aos/sdk'
import type { Policy } from '../policy/policy.ts'
import { invalidOption, knownOptions, policyName, textList } from './policy-options.ts'
import { CALL_HOOKS, ofCalls } from './tool-access-call.ts'
import { exactNames, similarNames } from './tool-access-names.ts'

/** Options of {@link toolAccess}; plain JSON. */
export interface ToolAccessOptions {
  /** Under which decisions are recorded; default `tool-access`. */
  readonly name?: string | undefined
  /**
   * Tools that may be called, by name or glob, exactly as written; all others are denied. `mcp:server/tool` means tools
   * of an MCP server, both parts being globs.
   */
  readonly allow?: string | readonly string[] | undefined
  /** Tools that may not be called, however their name is written; it outranks `allow`. */
  readonly deny?: string | readonly string[] | undefined
  readonly shadow?: boolean | undefined
}

const POLICY = 'tool-access'
const MAX_KNOWN = 1000

const ALLOWED: HookAnswer = Object.freeze({ decision: 'allow', message: 'the tool is on the allow list' })
const DENIED: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'This tool may not be used',
  reasonCode: 'tool_denied',
})
const NOT_ALLOWED: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'This tool is not on the list of tools that may be used',
  reasonCode: 'tool_not_allowed',
})

/** Lets only named tools be called, or keeps named ones from being called, over MCP too. */
export function toolAccess(options: ToolAccessOptions): Policy {
  knownOptions(POLICY, options, ['name', 'allow', 'deny', 'shadow'])
  const allow = textList(POLICY, 'allow', options.allow)
  const deny = textList(POLICY, 'deny', options.deny)
  if (allow === undefined && deny === undefined)
    throw invalidOption(POLICY, {
      option: 'allow',
      problem: 'is missing, and so is deny',
      fix: 'Name the tools that may be called as allow, or those that may not as deny.',
    })
  const isAllowed = allow === undefined ? undefined : exactNames(allow)
  const isDenied = similarNames(deny ?? [])
  const known = new Map<string, HookAnswer | undefined>()
  const judge = (toolName: string, mcpServer: string | undefined): HookAnswer | undefined => {
    if (isDenied(toolName, mcpServer)) return DENIED
    if (isAllowed === undefined) return undefined
    return isAllowed(toolName, mcpServer) ? ALLOWED : NOT_ALLOWED
  }
  return {
    name: policyName(POLICY, options.name),
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls(({ toolName, mcpServer }) => {
      if (mcpServer !== undefined) return judge(toolName, mcpServer)
      if (known.has(toolName)) return known.get(toolName)
      const answer = judge(toolName, undefined)
      // names that nobody has come from a model without end
      if (known.size < MAX_KNOWN) known.set(toolName, answer)
      return answer
    }),
  }
}
