import {
  AosError,
  HOOK_NAMES,
  parseAnswer,
  type AdmissionRefusal,
  type AdmissionRequest,
  type HookAnswer,
  type HookName,
  type Spending,
} from '@aos/sdk'
import { diag } from '@opentelemetry/api'
import { compileMatch, isDeepStrictEqual, settleWithin } from '@aos/sdk/adapter'
import { PolicyResponse, type GuardianDecision } from '../policy-response.ts'
import { ChangedContext } from './changed-context.ts'
import { KillSwitch } from './kill-switch.ts'
import type { Policy, PolicyContext } from './policy.ts'
import { isUpkeep } from './protocol-upkeep.ts'
import { isOfTools, toolNameOf } from './tool-name-of.ts'

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

/** What one policy said, in one form. */
interface Say {
  readonly policy: string
  readonly verdict: GuardianDecision
  readonly message: string
  readonly codes: readonly string[]
  readonly data?: Readonly<Record<string, unknown>> | undefined
  /** What is to take the place of the value; an ask can carry one too. */
  readonly changed?: { readonly value: unknown } | undefined
}

type Awaitable<T> = T | Promise<T>

const RANK: Readonly<Record<GuardianDecision, number>> = { deny: 3, ask: 2, modify: 1, allow: 0 }

const NO_OBJECTION = Object.freeze(new PolicyResponse({ decision: 'allow', message: 'no policy objects' }))
const NOTHING_ALLOWS = Object.freeze(
  new PolicyResponse({
    decision: 'deny',
    message: 'no policy allows this',
    reasonCode: ['no_policy_allows'],
  }),
)
const MAX_TOOLS = 1000

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
  stopped(whose: Pick<PolicyContext, 'agent' | 'session' | 'user'>): PolicyResponse | undefined {
    const reason = this.killSwitch.reasonFor(whose)
    return reason === undefined ? undefined : stopped(reason)
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
    const killed = this.killSwitch.reasonFor(request)
    if (killed !== undefined) return { code: 'kill_switch', reason: stopped(killed).message }
    for (const policy of this.#admitting) {
      const refusal = policy.admit?.(request)
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

/** The policies of one hook, by tool. */
class HookPolicies {
  readonly #all: readonly {
    readonly policy: Policy
    readonly fits: ((tool: string) => boolean) | undefined
  }[]
  readonly #byTool = new Map<string | undefined, ToolPolicies>()

  constructor(hook: HookName, policies: readonly Policy[]) {
    const ofTool = isOfTools(hook)
    this.#all = policies
      .filter(({ hooks }) => hooks.includes(hook))
      .map((policy) => ({
        policy,
        fits: policy.match === undefined || !ofTool ? undefined : compileMatch(policy.match),
      }))
  }

  get empty(): boolean {
    return this.#all.length === 0
  }

  /** Those that mean a tool; where a message names none, all of them. */
  for(toolName: string | undefined): ToolPolicies | undefined {
    if (this.#all.length === 0) return undefined
    const known = this.#byTool.get(toolName)
    if (known !== undefined) return known
    const fitting = this.#all
      .filter(({ fits }) => toolName === undefined || (fits?.(toolName) ?? true))
      .map(({ policy }) => policy)
    const made = {
      deciding: fitting.filter(({ shadow }) => shadow !== true),
      shadows: fitting.filter(({ shadow }) => shadow === true),
    }
    // names can be the model's invention
    if (this.#byTool.size < MAX_TOOLS) this.#byTool.set(toolName, made)
    return made
  }
}

interface ToolPolicies {
  readonly deciding: readonly Policy[]
  readonly shadows: readonly Policy[]
}

/** One step before its policies. */
class Decision {
  readonly #policies: readonly Policy[]
  readonly #timeoutMs: number
  readonly #given: PolicyContext
  #context: PolicyContext
  #says: Say[] | undefined
  /** Place of the policy that changed the value last. */
  #changedBy = -1

  constructor(policies: readonly Policy[], context: PolicyContext, timeoutMs: number) {
    this.#policies = policies
    this.#timeoutMs = timeoutMs
    this.#given = context
    this.#context = context
  }

  /** Goes on from the first policy that has said something. */
  decide(
    first: { readonly say: Awaitable<Say | undefined>; readonly at: number },
    none: PolicyResponse,
  ): Awaitable<PolicyResponse> {
    const denied = this.#goOn(first.say, first.at)
    return denied instanceof Promise
      ? denied.then((say) => this.#conclude(say, none))
      : this.#conclude(denied, none)
  }

  /** Asks the policies from one place on; gives the deny that ended it. */
  #run(from: number): Awaitable<Say | undefined> {
    for (let at = from; at < this.#policies.length; at++) {
      const say = askNow(this.#policies[at] as Policy, this.#context, this.#timeoutMs)
      if (say !== undefined) return this.#goOn(say, at)
    }
    return this.#changedBy > 0 ? this.#recheck(0) : undefined
  }

  #goOn(say: Awaitable<Say | undefined>, at: number): Awaitable<Say | undefined> {
    if (say instanceof Promise) return say.then((settled) => this.#goOn(settled, at))
    return this.#take(say, at) ? say : this.#run(at + 1)
  }

  /** Takes up what a policy said; gives whether that ends it. */
  #take(say: Say | undefined, at: number): boolean {
    if (say === undefined) return false
    if (say.verdict === 'deny') return true
    const isChange = say.changed !== undefined && !isDeepStrictEqual(say.changed.value, this.#context.value)
    if (say.verdict === 'modify' && !isChange) return false
    if (isChange) {
      this.#context = new ChangedContext(this.#given, say.changed?.value, 'first')
      this.#changedBy = at
    }
    ;(this.#says ??= []).push(say)
    return false
  }

  /** Lets those before the last change judge the final value. */
  #recheck(from: number): Awaitable<Say | undefined> {
    const context = new ChangedContext(this.#given, this.#context.value, 'recheck')
    for (let at = from; at < this.#changedBy; at++) {
      const say = askNow(this.#policies[at] as Policy, context, this.#timeoutMs)
      if (say instanceof Promise)
        return say.then((settled) => this.#refusal(settled) ?? this.#recheck(at + 1))
      const refusal = this.#refusal(say)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #refusal(say: Say | undefined): Say | undefined {
    if (say === undefined) return undefined
    if (say.verdict === 'deny') return say
    if (say.changed === undefined || isDeepStrictEqual(say.changed.value, this.#context.value)) {
      ;(this.#says ??= []).push(say)
      return undefined
    }
    return {
      policy: say.policy,
      verdict: 'deny',
      message: `${say.policy} changed the value again after another policy had changed it`,
      codes: ['modify_did_not_settle'],
    }
  }

  #conclude(denied: Say | undefined, none: PolicyResponse): PolicyResponse {
    if (denied !== undefined) return responseOf([denied])
    if (this.#says === undefined) return none
    const strongest = Math.max(...this.#says.map(({ verdict }) => RANK[verdict]))
    const deciding = this.#says.filter(({ verdict }) => RANK[verdict] === strongest)
    const changed = this.#context === this.#given ? undefined : { value: this.#context.value }
    return responseOf(deciding, changed)
  }
}

/** Puts what equally strong policies said into one response; an ask over a changed value carries that value. */
function responseOf(says: readonly Say[], changed?: { readonly value: unknown }): PolicyResponse {
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

function stopped(reason: string): PolicyResponse {
  return new PolicyResponse({
    decision: 'deny',
    message: `the agent was stopped: ${reason}`,
    reasonCode: ['kill_switch'],
    policies: ['kill-switch'],
  })
}

function askNow(policy: Policy, context: PolicyContext, timeoutMs: number): Awaitable<Say | undefined> {
  try {
    const answer = policy.evaluate(context)
    if (answer === undefined) return undefined
    return isThenable(answer) ? awaitAnswer(policy, answer, timeoutMs) : sayOf(policy, answer)
  } catch {
    return failed(policy, 'policy_error', `${policy.name} failed to decide`)
  }
}

async function askPolicy(
  policy: Policy,
  context: PolicyContext,
  timeoutMs: number,
): Promise<Say | undefined> {
  return askNow(policy, context, timeoutMs)
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

function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    // what cannot be copied is shown as it is to nobody who only looks
    return undefined
  }
}

function isThenable(value: unknown): value is PromiseLike<HookAnswer | undefined> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
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
