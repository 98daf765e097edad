import { ask } from '@aos/sdk'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { compileArguments, type ArgumentRule } from './argument-constraints-rules.ts'
import { invalidOption, knownOptions, policyName, textList } from './policy-options.ts'
import { CALL_HOOKS, ofCalls } from './tool-access-call.ts'
import { similarNames } from './tool-access-names.ts'

/** Options of {@link approval}; plain JSON but for `when`. */
export interface ApprovalOptions {
  /** Under which decisions are recorded; default `approval`. */
  readonly name?: string | undefined
  /** Tools by name or glob, `mcp:server/tool` included, that a person must approve. */
  readonly tools: string | readonly string[]
  /**
   * Rules by argument under which nobody needs to be asked, such as
   * `{ "amount": { "schema": { "type": "number", "minimum": 0, "maximum": 100 } } }`.
   */
  readonly unless?: Readonly<Record<string, ArgumentRule>> | undefined
  /** In code: whether a person must be asked. What it answers besides `false` means that. */
  readonly when?: ((parameters: unknown, context: PolicyContext) => boolean) | undefined
  /** What the person is told. */
  readonly reason?: string | undefined
  readonly shadow?: boolean | undefined
}

const POLICY = 'approval'

/** Wants a person's approval of exactly these arguments before certain tools are called. */
export function approval(options: ApprovalOptions): Policy {
  knownOptions(POLICY, options, ['name', 'tools', 'unless', 'when', 'reason', 'shadow'])
  const { when, unless, reason = 'This call needs the approval of a person' } = options
  const tools = textList(POLICY, 'tools', options.tools)
  if (tools === undefined || tools.length === 0)
    throw invalidOption(POLICY, {
      option: 'tools',
      problem: 'is missing',
      fix: 'Name the tools, or "*" for all.',
    })
  if (when !== undefined && typeof when !== 'function')
    throw invalidOption(POLICY, {
      option: 'when',
      problem: 'is no function',
      fix: 'Use "unless" where functions cannot be written.',
    })
  if (typeof reason !== 'string' || reason === '')
    throw invalidOption(POLICY, {
      option: 'reason',
      problem: 'is no text',
      fix: 'Write what the person is told.',
    })
  const isMeant = similarNames(tools)
  const unfit = unless === undefined ? undefined : compileArguments(POLICY, 'unless', unless)
  const question = Object.freeze(ask(reason))
  return {
    name: policyName(POLICY, options.name),
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls((context) => {
      if (!isMeant(context.toolName, context.mcpServer)) return undefined
      if (unfit !== undefined && unfit(context.value) === undefined) return undefined
      return when?.(context.value, context) === false ? undefined : question
    }),
  }
}
