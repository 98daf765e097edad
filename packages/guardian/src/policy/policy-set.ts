import {
  AosError,
  HOOK_NAMES,
  type AdmissionRefusal,
  type AdmissionRequest,
  type HookName,
  type Spending,
} from '@aos/sdk'
import { diag } from '@opentelemetry/api'
import { PolicyResponse } from '../policy-response.ts'
import { ChangedContext } from './changed-context.ts'
import { Decision } from './decision.ts'
import { HookPolicies } from './hook-policies.ts'
import { KillSwitch } from './kill-switch.ts'
import { withKeptState } from './kept-state.ts'
import type { Policy, PolicyContext } from './policy.ts'
import { isUpkeep } from './protocol-upkeep.ts'
import { askNow, responseOf, type Awaitable, type Say } from './say.ts'
import { toolNameOf } from './tool-name-of.ts'

/** How a set of policies decides. */
export interface PolicySetOptions {
  /** What becomes of a step on which every policy abstains; default `allow`. */
  readonly default?: 'allow' | 'deny' | undefined
  /** Milliseconds one policy may take; default 1000. */
  readonly timeoutMs?: number | undefined
  readonly killSwitch?: KillSwitch | undefined
  /** Hears what a shadow policy would have said. */
  readonly onShadow?: ((policy: string, response: PolicyResponse, context: PolicyContext) => void) | undefined
}

/** Whose step it is, and where that it was stopped is kept. */
type Stoppable = Pick<PolicyContext, 'agent' | 'session' | 'journal'> & Partial<Pick<PolicyContext, 'user'>>

const NO_OBJECTION = Object.freeze(new PolicyResponse({ decision: 'allow', message: 'no policy objects' }))
const NOTHING_ALLOWS = Object.freeze(
  new PolicyResponse({
    decision: 'deny',
    message: 'no policy allows this',
    reasonCode: ['no_policy_allows'],
  }),
)
/**
 * Policies that decide together, in their order: the first deny ends it, and deny > ask > modify > allow > abstain.
 * After a modify the policies that have not judged the final value judge it once more; a second change is a deny.
 */
export class PolicySet {
  readonly policies: readonly Policy[]
  /** Hooks on which any of them has a say. */
  readonly hooks: readonly HookName[]
  readonly killSwitch: KillSwitch
  readonly #options: PolicySetOptions
  readonly #timeoutMs: number
  readonly #byHook: ReadonlyMap<HookName, HookPolicies>
  readonly #admitting: readonly Policy[]
  readonly #spending: readonly Policy[]
  readonly #none: PolicyResponse

  constructor(policies: readonly Policy[], options: PolicySetOptions = {}) {
    for (const policy of policies) checkPolicy(policy, policies)
    this.policies = policies
    this.killSwitch = options.killSwitch ?? new KillSwitch()
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? 1000
    this.#byHook = new Map(HOOK_NAMES.map((hook) => [hook, new HookPolicies(hook, policies)]))
    this.hooks = HOOK_NAMES.filter((hook) => this.#byHook.get(hook)?.empty === false)
    this.#admitting = policies.filter((policy) => 'admit' in policy && policy.shadow !== true)
    this.#spending = policies.filter((policy) => 'spent' in policy)
    this.#none = options.default === 'deny' ? NOTHING_ALLOWS : NO_OBJECTION
  }

  /** Decides on one step, at once where all policies do; never throws and never rejects. */
  decide(context: PolicyContext, shadows = true): Awaitable<PolicyResponse> {
    const killed = this.stopped(context)
    if (killed !== undefined) return killed
    const policies = this.#byHook.get(context.hook)?.for(toolNameOf(context))
    if (policies === undefined) return this.#noneFor(context)
    if (shadows && policies.shadows.length > 0) this.#shadow(policies.shadows, context)
    const decided = this.#judge(policies.deciding, context)
    // who was stopped while a policy thought is not let go any more
    return decided instanceof Promise ? decided.then((said) => this.stopped(context) ?? said) : decided
  }

  /**
   * Decides on a message of MCP that a tool call is made of, as far as the policies have not judged the call: by those
   * that have a say on messages only. Nothing where there are none.
   */
  besideToolCalls(context: PolicyContext): Awaitable<PolicyResponse> | undefined {
    const judged = context.protocol?.leg === 'response' ? 'toolCallResult' : 'toolCallRequest'
    const deciding = this.#byHook.get('mcp')?.for(toolNameOf(context))?.deciding ?? []
    const beside = deciding.filter(({ hooks }) => !hooks.includes(judged))
    return beside.length === 0 ? undefined : this.#judge(beside, context)
  }

  /** The denial of a step that the kill switch stops, if it does. */
  stopped(whose: Stoppable): PolicyResponse | undefined {
    const reason = this.#reasonFor(whose)
    return reason === undefined ? undefined : stopped(reason)
  }

  #reasonFor(whose: Stoppable): string | undefined {
    let reason = this.killSwitch.reasonFor(whose)
    whose.journal?.keep('guardian.kill-switch', {
      save: () => reason ?? null,
      restore: (kept) => {
        reason = typeof kept === 'string' ? kept : undefined
      },
    })
    return reason
  }

  // where every policy abstains nothing is made
  #judge(policies: readonly Policy[], context: PolicyContext): Awaitable<PolicyResponse> {
    for (let at = 0; at < policies.length; at++) {
      const policy = policies[at] as Policy
      const say = askNow(policy, context, this.#timeoutMs)
      if (say !== undefined)
        return new Decision(policies, context, this.#timeoutMs).decide({ say, at }, this.#noneFor(context))
    }
    return this.#noneFor(context)
  }

  #noneFor(context: PolicyContext): PolicyResponse {
    return this.#none === NOTHING_ALLOWS && isUpkeep(context) ? NO_OBJECTION : this.#none
  }

  /** Why an operation may not start, model calls included. */
  admit(request: AdmissionRequest): AdmissionRefusal | undefined {
    const killed = this.#reasonFor(request)
    if (killed !== undefined) return { code: 'kill_switch', reason: stopped(killed).message }
    for (const policy of this.#admitting) {
      const refusal =
        request.journal === undefined
          ? policy.admit?.(request)
          : withKeptState(policy, request, () => policy.admit?.(request))
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  /** Tells the policies what was spent. */
  spent(spending: Spending): void {
    for (const policy of this.#spending) policy.spent?.(spending)
  }

  close(): void {
    for (const policy of this.policies) policy.close?.()
  }

  #shadow(shadows: readonly Policy[], context: PolicyContext): void {
    for (const policy of shadows) {
      // on a copy, because what it does has no effect
      void askPolicy(
        policy,
        new ChangedContext(context, copyOf(context.value), context.pass),
        this.#timeoutMs,
      )
        .then((say) => {
          if (say !== undefined) this.#options.onShadow?.(policy.name, responseOf([say]), context)
        })
        .catch(() => diag.warn(`aos: onShadow failed for policy ${policy.name}`))
    }
  }
}

function stopped(reason: string): PolicyResponse {
  return new PolicyResponse({
    decision: 'deny',
    message: `the agent was stopped: ${reason}`,
    reasonCode: ['kill_switch'],
    policies: ['kill-switch'],
  })
}

async function askPolicy(
  policy: Policy,
  context: PolicyContext,
  timeoutMs: number,
): Promise<Say | undefined> {
  return askNow(policy, context, timeoutMs)
}

function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    // what cannot be copied is shown as it is to nobody who only looks
    return undefined
  }
}

function checkPolicy(policy: Policy, all: readonly Policy[]): void {
  const problem = problemOf(policy, all)
  if (problem === undefined) return
  throw new AosError({
    code: 'invalid_policy',
    message: `A policy cannot be used: ${problem}`,
    why: 'A policy that cannot be called as meant would guard nothing.',
    fix: 'Pass { name, hooks, evaluate }, or what a policy factory such as toolAccess(…) makes.',
  })
}

function problemOf(policy: Policy, all: readonly Policy[]): string | undefined {
  if (typeof policy !== 'object' || policy === null)
    return `it is ${policy === null ? 'null' : typeof policy}`
  if (typeof policy.name !== 'string' || policy.name === '') return 'it has no name'
  if (typeof policy.evaluate !== 'function') return `${policy.name} has no evaluate`
  if (all.filter(({ name }) => name === policy.name).length > 1)
    return `its name ${JSON.stringify(policy.name)} is taken by another one`
  if (!Array.isArray(policy.hooks) || policy.hooks.length === 0) return `${policy.name} names no hooks`
  const hooks: readonly HookName[] = policy.hooks
  const unknown = hooks.find((hook) => !HOOK_NAMES.includes(hook))
  return unknown === undefined
    ? undefined
    : `${policy.name} names the unknown hook ${JSON.stringify(unknown)}`
}
