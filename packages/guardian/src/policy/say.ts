import { parseAnswer, type HookAnswer } from '@aos/sdk'
import { settleWithin } from '@aos/sdk/adapter'
import { PolicyResponse, type GuardianDecision } from '../policy-response.ts'
import { withKeptState } from './kept-state.ts'
import type { Policy, PolicyContext } from './policy.ts'

export type Awaitable<T> = T | Promise<T>

/** What one policy said, in one form. */
export interface Say {
  readonly policy: string
  readonly verdict: GuardianDecision
  readonly message: string
  readonly codes: readonly string[]
  readonly data?: Readonly<Record<string, unknown>> | undefined
  /** What is to take the place of the value; an ask can carry one too. */
  readonly changed?: { readonly value: unknown } | undefined
}

/** Asks one policy; what fails, hangs or answers nonsense has said no. Nothing where it abstains. */
export function askNow(
  policy: Policy,
  context: PolicyContext,
  timeoutMs: number,
): Awaitable<Say | undefined> {
  try {
    const answer =
      context.journal === undefined
        ? policy.evaluate(context)
        : withKeptState(policy, context, () => policy.evaluate(context))
    if (answer === undefined) return undefined
    return isThenable(answer) ? awaitAnswer(policy, answer, timeoutMs) : sayOf(policy, answer)
  } catch {
    return failed(policy, 'policy_error', `${policy.name} failed to decide`)
  }
}

async function awaitAnswer(
  policy: Policy,
  answer: PromiseLike<HookAnswer | undefined>,
  timeoutMs: number,
): Promise<Say | undefined> {
  try {
    const settled = await settleWithin(answer, timeoutMs, () => undefined)
    if (settled.timedOut)
      return failed(policy, 'policy_timeout', `${policy.name} did not decide within ${timeoutMs} ms`)
    return settled.value === undefined ? undefined : sayOf(policy, settled.value)
  } catch {
    return failed(policy, 'policy_error', `${policy.name} failed to decide`)
  }
}

function sayOf(policy: Policy, answer: unknown): Say {
  const parsed = parseAnswer(answer)
  if (!parsed.ok) return failed(policy, 'policy_error', `${policy.name} gave no decision: ${parsed.problem}`)
  const { verdict, reason, reasonCodes, replacement } = parsed.answer
  if (verdict === 'abstain') return failed(policy, 'policy_error', `${policy.name} gave no decision`)
  const data: unknown = Reflect.get(Object(answer), 'data')
  const say: Say = {
    policy: policy.name,
    verdict,
    message: reason ?? `${policy.name} decided ${verdict}`,
    codes: reasonCodes,
    data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined,
  }
  if (replacement !== undefined && 'value' in replacement)
    return { ...say, changed: { value: replacement.value } }
  if (verdict !== 'modify' && replacement === undefined) return say
  return failed(policy, 'invalid_modification', `${policy.name} said ${verdict} without modifications`)
}

function failed(policy: Policy, code: string, message: string): Say {
  return { policy: policy.name, verdict: 'deny', message, codes: [code] }
}

/** Puts what equally strong policies said into one response; an ask over a changed value carries that value. */
export function responseOf(says: readonly Say[], changed?: { readonly value: unknown }): PolicyResponse {
  const [first] = says
  const data = says.filter((say) => say.data !== undefined).map((say) => [say.policy, say.data])
  return new PolicyResponse({
    decision: first?.verdict ?? 'deny',
    message: first?.message ?? '',
    reasonCode: [...new Set(says.flatMap(({ codes }) => codes))],
    policies: [...new Set(says.map(({ policy }) => policy))],
    data: data.length === 0 ? undefined : (Object.fromEntries(data) as Record<string, unknown>),
    ...(changed === undefined ? {} : { modifications: changed.value }),
  })
}

function isThenable(value: unknown): value is PromiseLike<HookAnswer | undefined> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
