import { HOOK_NAMES, type HookAnswer, type HookName } from '@aos/sdk'
import { compileMatch } from '@aos/sdk/adapter'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { callOf, UNREADABLE_CALL } from '../policies/tool-access-call.ts'
import { invalidOption, knownOptions, oneOf, policyName, textList } from '../policies/policy-options.ts'
import { stepInput } from '../policies/step-input.ts'
import { compileCel, type CompiledCel } from './compile-cel.ts'

/** One rule of {@link celPolicy}. */
export interface CelRule {
  /**
   * CEL expression that gives true where the rule holds, over `hook`, `tool`, `parameters`, `value`, `result`, `content`,
   * `agent`, `session`, `user`, `role`, `query`, `mcp_server`, `is_error` and `protocol`; what a step does not have is null.
   */
  readonly when: string
  readonly decision: 'allow' | 'deny' | 'ask'
  /** Told to the model and the user; it must hold no secret. */
  readonly reason: string
  /** Default `toolCallRequest`, which means calls of MCP that no tool of the agent makes, too. */
  readonly hooks?: HookName | readonly HookName[] | undefined
  /** Limits `toolCallRequest` and `toolCallResult` to tools by name or glob. */
  readonly match?: string | readonly string[] | undefined
}

/** Options of {@link celPolicy}; plain JSON. */
export interface CelPolicyOptions {
  /** Under which decisions are recorded; default `cel`. */
  readonly name?: string | undefined
  /** The first that holds decides. */
  readonly rules: readonly CelRule[]
  /** What becomes of a step at the rules' hooks for which none holds; default: the policy abstains. */
  readonly default?: 'allow' | 'deny' | undefined
}

interface CompiledRule {
  readonly holds: CompiledCel
  readonly hooks: readonly HookName[]
  readonly fits: ((tool: string) => boolean) | undefined
  readonly answer: HookAnswer
  readonly failed: HookAnswer
}

const POLICY = 'cel'
const DECISIONS = ['allow', 'deny', 'ask'] as const
const MAX_RULES = 256
const BY_DEFAULT: { readonly [Word in 'allow' | 'deny']: HookAnswer } = {
  allow: Object.freeze({ decision: 'allow', message: 'No rule is against this' }),
  deny: Object.freeze({ decision: 'deny', message: 'No rule allows this', reasonCode: 'cel_default' }),
}

/**
 * Decides by rules in the Common Expression Language, through `@bufbuild/cel`. Expressions are compiled here, and one
 * that cannot be evaluated for a step (a field that is not there, a type that does not fit, a result that is no boolean,
 * a value too large) denies that step with `cel_error`.
 */
export function celPolicy(options: CelPolicyOptions): Policy {
  knownOptions(POLICY, options, ['name', 'rules', 'default'])
  const given: unknown = options.rules
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_RULES)
    throw invalidOption(POLICY, {
      option: 'rules',
      problem: `is no list of 1 to ${MAX_RULES} rules`,
      fix: "Write rules as [{ when: 'parameters.amount > 100', decision: 'ask', reason: '…' }].",
    })
  const rules = options.rules.map(readRule)
  const word = oneOf(POLICY, { option: 'default', given: options.default }, ['allow', 'deny'])
  const otherwise = word === undefined ? undefined : BY_DEFAULT[word]
  const meant = HOOK_NAMES.filter((hook) => rules.some(({ hooks }) => hooks.includes(hook)))
  const isMcpMeant = meant.includes('mcp')
  return {
    name: policyName(POLICY, options.name),
    hooks: meant.includes('toolCallRequest') && !isMcpMeant ? [...meant, 'mcp'] : meant,
    evaluate: (context) => {
      const { hook } = context
      const call = hook === 'mcp' ? callOf(context) : undefined
      if (call === 'unreadable' && meant.includes('toolCallRequest')) return UNREADABLE_CALL
      const asCall = typeof call === 'object' && meant.includes('toolCallRequest') ? call : undefined
      if (!meant.includes(hook) && asCall === undefined) return undefined
      const asMessage = meant.includes(hook) ? decide(rules, context) : undefined
      return strictest(asMessage, asCall && decide(rules, asCall)) ?? otherwise
    },
  }
}

const RANK: Readonly<Record<string, number>> = { deny: 3, ask: 2, allow: 1 }

/** Of rules that judge a message and rules that judge the call it asks for, what is stricter. */
function strictest(left: HookAnswer | undefined, right: HookAnswer | undefined): HookAnswer | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return (RANK[left.decision ?? ''] ?? 3) >= (RANK[right.decision ?? ''] ?? 3) ? left : right
}

function decide(rules: readonly CompiledRule[], context: PolicyContext): HookAnswer | undefined {
  const { hook, toolName } = context
  const ofTool = hook === 'toolCallRequest' || hook === 'toolCallResult'
  let input: ReturnType<typeof stepInput> | undefined
  for (const { holds, hooks, fits, answer, failed } of rules) {
    if (!hooks.includes(hook) || (ofTool && fits?.(toolName) === false)) continue
    const held = holds((input ??= stepInput(context)))
    if (held === undefined) return failed
    if (held) return answer
  }
  return undefined
}

function readRule(rule: CelRule, index: number): CompiledRule {
  const at = `rules[${index}]`
  const policy = `${POLICY} ${at}`
  knownOptions(policy, rule, ['when', 'decision', 'reason', 'hooks', 'match'])
  const message = textOf(policy, 'reason', rule.reason)
  const decision = oneOf(policy, { option: 'decision', given: rule.decision }, DECISIONS)
  if (decision === undefined)
    throw invalidOption(policy, {
      option: 'decision',
      problem: 'is missing',
      fix: `Use one of: ${DECISIONS.join(', ')}.`,
    })
  const match = textList(policy, 'match', rule.match)
  return {
    holds: compileCel(`${policy} (${message})`, textOf(policy, 'when', rule.when)),
    hooks: readHooks(policy, rule.hooks),
    fits: match === undefined ? undefined : compileMatch(match),
    answer: Object.freeze({ decision, message, ...(decision === 'allow' ? {} : { reasonCode: 'cel_rule' }) }),
    failed: Object.freeze({
      decision: 'deny',
      message: `Rule ${index + 1} cannot be evaluated for this`,
      reasonCode: 'cel_error',
    }),
  }
}

function textOf(policy: string, option: string, given: unknown): string {
  if (typeof given === 'string' && given.trim() !== '') return given
  throw invalidOption(policy, { option, problem: 'is no text', fix: `Write ${option} as a text.` })
}

function readHooks(policy: string, given: unknown): readonly HookName[] {
  const names = textList(policy, 'hooks', given) ?? ['toolCallRequest']
  const hooks = HOOK_NAMES.filter((hook) => names.includes(hook))
  if (hooks.length > 0 && hooks.length === new Set(names).size) return hooks
  throw invalidOption(policy, {
    option: 'hooks',
    problem: 'names an unknown hook, or none',
    fix: `Use any of: ${HOOK_NAMES.join(', ')}.`,
  })
}
