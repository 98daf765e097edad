import { AosError, HOOK_NAMES, type HookName } from '@aos/sdk'
import { PolicyResponse } from '../policy-response.ts'

/** Why a guardian's decision is not there, or not to be believed. */
export type FailureCode =
  | 'guardian_unavailable'
  | 'guardian_timeout'
  | 'guardian_overloaded'
  | 'guardian_circuit_open'
  | 'guardian_queue_full'
  | 'guardian_aborted'
  | 'guardian_closed'
  | 'guardian_address_refused'
  | 'guardian_redirect_refused'
  | 'guardian_untrusted'
  | 'guardian_unauthorized'
  | 'guardian_credentials_failed'
  | 'guardian_signature_failed'
  | 'guardian_signature_invalid'
  | 'guardian_request_failed'
  | 'guardian_request_too_large'
  | 'guardian_response_too_large'
  | 'guardian_invalid_response'
  | 'guardian_method_not_found'
  | 'guardian_error'
  | 'invalid_modification'

/** What went wrong with one call. */
export interface Failure {
  /** A {@link FailureCode}, or the code with which a codec refuses an answer. */
  readonly code: string
  readonly problem: string
}

/** Makes a {@link Failure}; the problem is a clause that goes on from 'the guardian could not decide'. */
export function failureOf(code: FailureCode, problem: string): Failure {
  return { code, problem }
}

/** An allow in place of a guardian that does not answer, for one hook. */
export interface FailOpenRule {
  /** Why that is right; told with each decision that is made so. */
  readonly reason: string
  /** Limits it to tools by their exact name, for instance those that only read. */
  readonly tools?: readonly string[] | undefined
}

/** Which hooks may go on without a guardian; there is no entry for all of them. */
export type FailOpen = { readonly [Hook in HookName]?: FailOpenRule | undefined }

// an answer that cannot be believed is not one that is missing: whoever can spoil it must not gain an allow
const NO_ANSWER: ReadonlySet<string> = new Set<FailureCode>([
  'guardian_unavailable',
  'guardian_timeout',
  'guardian_overloaded',
  'guardian_circuit_open',
])

/** Whether a failure means that no answer came, as opposed to one that is not to be believed. */
export function isUnanswered(code: string): boolean {
  return NO_ANSWER.has(code)
}

/** Makes the deny that a failure is. */
export function denial({ code, problem }: Failure): PolicyResponse {
  return new PolicyResponse({
    decision: 'deny',
    message: `The guardian could not decide: ${problem}`,
    reasonCode: [code],
  })
}

/** Makes the allow that stands in for a guardian, with the reason that its user gave. */
export function failedOpen({ code, problem }: Failure, reason: string): PolicyResponse {
  return new PolicyResponse({
    decision: 'allow',
    message: `Allowed without the guardian (${reason}): ${problem}`,
    reasonCode: [code, 'fail_open'],
    data: { failOpen: reason },
  })
}

/** Gives the rule by which a failure at a hook is an allow, if there is one. */
export function openRule(
  rules: FailOpen,
  failure: Failure,
  at: { readonly hook: HookName; readonly toolName?: string | undefined },
): FailOpenRule | undefined {
  if (!isUnanswered(failure.code) || !Object.hasOwn(rules, at.hook)) return undefined
  const rule = rules[at.hook]
  if (rule?.tools === undefined) return rule
  return at.toolName !== undefined && rule.tools.includes(at.toolName) ? rule : undefined
}

/** Copies rules that are complete; throws `invalid_options`. */
export function checkedFailOpen(given: FailOpen): FailOpen {
  const hooks: readonly string[] = HOOK_NAMES
  return Object.fromEntries(
    Object.entries(given).flatMap(([hook, rule]) => {
      if (rule === undefined) return []
      if (!hooks.includes(hook)) throw invalid(`there is no hook ${JSON.stringify(hook)}`)
      if (!isReason(rule.reason)) throw invalid(`\`${hook}\` needs a reason`)
      const { reason, tools } = rule
      if (tools === undefined) return [[hook, { reason }]]
      if (!hook.startsWith('toolCall')) throw invalid(`\`${hook}\` knows no tools`)
      if (!Array.isArray(tools) || tools.length === 0 || !tools.every(isReason))
        throw invalid(`\`${hook}\` needs names of tools`)
      return [[hook, { reason, tools: [...tools] }]]
    }),
  )
}

/** Whether something is a text that says something. */
export function isReason(given: unknown): given is string {
  return typeof given === 'string' && given.trim() !== ''
}

function invalid(why: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `failOpen: ${why}`,
    why: 'What goes on without a guardian is named one by one, and says why.',
    fix: `Pass failOpen: { <hook>: { reason: '…' } } with one of: ${HOOK_NAMES.join(', ')}.`,
  })
}
