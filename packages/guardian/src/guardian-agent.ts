import {
  AosError,
  currentHook,
  HOOK_NAMES,
  parseHookName,
  trackVerdict,
  VERSION,
  type AdmissionGuard,
  type Approver,
  type HookContext,
  type HookHandler,
  type HookName,
  type HookNameInput,
  type HookOptions,
  type JournalSheet,
} from '@aos/sdk'
import { compileMatch } from '@aos/sdk/adapter'
import { randomUUID } from 'node:crypto'
import { createApprover, type ApproverOptions } from './approver.ts'
import { stepToEvaluate, type EvaluateInput } from './evaluate-input.ts'
import { resolveGuardianOptions, type GuardianOptions, type ResolvedGuardian } from './guardian-options.ts'
import type { GuardianDecision } from './policy-response.ts'
import { PolicyResponse } from './policy-response.ts'
import { ChangedContext } from './policy/changed-context.ts'
import type { KillScope } from './policy/kill-switch.ts'
import { KillSwitch } from './policy/kill-switch.ts'
import { PolicySet } from './policy/policy-set.ts'
import type { Policy, PolicyContext } from './policy/policy.ts'
import { toolNameOf } from './policy/tool-name-of.ts'
import { toWireStep } from './to-wire-step.ts'
import type { ClientStats } from './client/guardian-client.ts'
import type { GuardianPing } from './client/ping.ts'

/** What {@link GuardianAgent.protect} needs of an instrumented agent. */
export interface Protectable {
  registerHook(hook: HookNameInput, handler: HookHandler, options?: HookOptions): () => void
  addAdmissionGuard(guard: AdmissionGuard): () => void
}

/** What {@link GuardianAgent.protect} binds. */
export interface ProtectOptions {
  /** Default: the hooks on which a local policy has a say, or every hook where a remote guardian decides. */
  readonly hooks?: readonly HookNameInput[] | undefined
}

/** How {@link GuardianAgent.hook} binds. */
export interface GuardianHookOptions {
  /** Accepts that policies which learn from other hooks are bound to this one only. */
  readonly partial?: boolean | undefined
}

/** How a guardian has decided so far, and how its connection fares. */
export interface GuardianStats {
  readonly decisions: Readonly<Record<GuardianDecision, number>>
  readonly client: ClientStats | undefined
}

type Awaitable<T> = T | Promise<T>

interface Binding {
  readonly agent: Protectable
  readonly hooks: readonly HookName[] | undefined
  unbind: () => void
}

/**
 * Decides what an agent may do: over JSON-RPC where it has an `endpoint`, in process by its `policies`, or both (the
 * local policies first). It fails closed: whatever goes wrong on the way to a decision is a DENY with a reason code.
 */
export class GuardianAgent {
  readonly name: string
  readonly #options: ResolvedGuardian
  readonly #killSwitch = new KillSwitch()
  readonly #bindings = new Set<Binding>()
  readonly #counts: Record<GuardianDecision, number> = { allow: 0, deny: 0, modify: 0, ask: 0 }
  readonly #stopWatching: () => void
  #hookHandler: HookHandler | undefined
  #policies: PolicySet
  #reloads = 0

  constructor(options: GuardianOptions) {
    this.#options = resolveGuardianOptions(options)
    this.name = this.#options.name
    this.#policies = this.#makePolicies()
    this.#stopWatching = this.#options.source?.onChange(() => this.#reload()) ?? (() => undefined)
  }

  /**
   * Evaluates one step and gives the decision; what the input leaves out is taken from the hook that is running around
   * it. Rejects only for an input that names no hook, never for a failure on the way.
   */
  evaluate(input: EvaluateInput): Promise<PolicyResponse> {
    return trackVerdict(this.#evaluate(input))
  }

  async #evaluate(input: EvaluateInput): Promise<PolicyResponse> {
    return this.#judge(stepToEvaluate(input, currentHook(), this.#options.standIn))
  }

  /**
   * Gives a hook handler that lets this guardian decide: `agent.registerHook('toolCallRequest', guardian.hook())`.
   * Throws `invalid_policy` where a policy also learns from other hooks; {@link protect} binds all of them.
   */
  hook(options: GuardianHookOptions = {}): HookHandler {
    const blind = this.#policies.policies.find(({ requires }) => (requires?.length ?? 0) > 0)
    if (blind !== undefined && options.partial !== true) {
      throw new AosError({
        code: 'invalid_policy',
        message: `Policy ${blind.name} must also learn from ${blind.requires?.join(', ')}`,
        why: 'Bound to one hook it would judge without having seen what the agent has read.',
        fix: 'Call guardian.protect(agent), or pass { partial: true } and bind the other hooks yourself.',
      })
    }
    // one handler, so that an agent knows it again and does not ask it twice about one call
    return (this.#hookHandler ??= this.#handler(true))
  }

  /** Binds this guardian to every hook and operation it has a say in; returns the function that takes it off again. */
  protect(agent: Protectable, options: ProtectOptions = {}): () => void {
    if (typeof Reflect.get(Object(agent), 'registerHook') !== 'function') {
      throw new AosError({
        code: 'not_instrumented',
        message: 'guardian.protect() was given something that is no instrumented agent',
        why: 'It has no hooks, so nothing could be judged.',
        fix: 'Wrap the agent first: guardian.protect(new AOSInstrument(agent)).',
      })
    }
    const hooks = options.hooks?.map(parseHookName)
    const binding: Binding = { agent, hooks, unbind: this.#bind(agent, hooks) }
    this.#bindings.add(binding)
    return () => {
      this.#bindings.delete(binding)
      binding.unbind()
    }
  }

  /** Decides on a step; never rejects. A server and a policy that asks another guardian have their steps decided so. */
  async decide(step: PolicyContext): Promise<PolicyResponse> {
    return this.#judge(step)
  }

  /** Gives a policy that asks this guardian, for a guardian in front of it. */
  asPolicy(policy: { readonly name: string; readonly hooks: readonly HookName[] }): Policy {
    return { ...policy, evaluate: (context) => this.#judge(context), close: () => void this.close() }
  }

  /**
   * Gives an approver (`onApproval`) that asks the people at the approval inbox of the guardian's server; throws
   * `invalid_options` for a guardian without an endpoint.
   */
  approver(options: ApproverOptions = {}): Approver {
    const { client } = this.#options
    if (client !== undefined) return createApprover(client, options)
    throw new AosError({
      code: 'invalid_options',
      message: 'A guardian without an endpoint has no approval inbox',
      fix: 'Give it the endpoint of a guardian server, or pass a function of your own as onApproval.',
    })
  }

  /** Denies every step of the scope (everything by default) from now on, until {@link revive}. */
  kill(reason: string, scope?: KillScope): void {
    this.#killSwitch.kill(reason, scope)
  }

  /** Takes back a {@link kill} of exactly this scope; returns whether there was one. */
  revive(scope?: KillScope): boolean {
    return this.#killSwitch.revive(scope)
  }

  /** Counts up whenever a decision made before may no longer stand. */
  get epoch(): number {
    return this.#killSwitch.changes + this.#reloads
  }

  /** Asks whether the guardian is there (always, where it decides in process); never rejects. */
  async ping(): Promise<GuardianPing> {
    return this.#options.client?.ping() ?? { ok: true, latencyMs: 0, version: VERSION }
  }

  stats(): GuardianStats {
    return { decisions: { ...this.#counts }, client: this.#options.client?.stats() }
  }

  /** Ends connections, timers and watches; a guardian that is closed denies. */
  async close(): Promise<void> {
    this.#stopWatching()
    this.#killSwitch.shut('the guardian is closed')
    // a source and its policies may serve other guardians, too
    if (this.#options.source === undefined) this.#policies.close()
    await this.#options.client?.close()
  }

  #makePolicies(): PolicySet {
    const { policies, source, timeoutMs, onShadow, fallback } = this.#options
    return new PolicySet(source?.policies ?? policies, {
      default: source?.default ?? fallback,
      timeoutMs,
      onShadow,
      killSwitch: this.#killSwitch,
    })
  }

  // the new policies are bound before the old ones are taken off
  #reload(): void {
    this.#policies = this.#makePolicies()
    this.#reloads++
    for (const binding of this.#bindings) {
      const { unbind } = binding
      binding.unbind = this.#bind(binding.agent, binding.hooks)
      unbind()
    }
  }

  #bind(agent: Protectable, wanted: readonly HookName[] | undefined): () => void {
    const set = this.#policies
    const deciding = this.#options.client === undefined ? set.hooks : HOOK_NAMES
    const handler = this.#handler(false)
    const options = { name: this.name, required: true, timeoutMs: this.#options.timeoutMs * 2 }
    const unbinds = (wanted ?? deciding).map((hook) => agent.registerHook(hook, handler, options))
    for (const policy of set.policies) {
      if (policy.shadow !== true) continue
      const { name, match } = policy
      const evaluate = shadowHandler(policy)
      for (const hook of policy.hooks) {
        const ofTool = match === undefined || hook === 'mcp' ? {} : { match }
        unbinds.push(agent.registerHook(hook, evaluate, { name, shadow: true, ...ofTool }))
      }
    }
    unbinds.push(
      agent.addAdmissionGuard({
        name: this.name,
        admit: (request) => set.admit(request),
        spent: (spending) => set.spent(spending),
      }),
    )
    return () => {
      for (const unbind of unbinds) unbind()
    }
  }

  // bound to an agent, shadow policies have handlers of their own
  #handler(shadows: boolean): HookHandler {
    const handler = (context: HookContext): Awaitable<PolicyResponse> => this.#judge(context, shadows)
    const besideToolCalls: HookHandler = (context) => {
      const said = this.#policies.besideToolCalls(context)
      return said instanceof Promise
        ? said.then((response) => this.#count(response))
        : said && this.#count(said)
    }
    return Object.defineProperties(handler, {
      name: { value: this.name },
      besideToolCalls: { value: besideToolCalls },
    })
  }

  #judge(context: PolicyContext, shadows = true): Awaitable<PolicyResponse> {
    const local = this.#policies.decide(context, shadows)
    if (this.#options.client === undefined) {
      return local instanceof Promise ? local.then((said) => this.#count(said)) : this.#count(local)
    }
    return this.#judgeBoth(context, local)
  }

  async #judgeBoth(context: PolicyContext, deciding: Awaitable<PolicyResponse>): Promise<PolicyResponse> {
    const local = await deciding
    if (local.decision === 'deny') return this.#count(local)
    const changed = local.modifications !== undefined
    const shown = changed ? new ChangedContext(context, local.modifications, context.pass) : context
    const remote = await this.#askRemote(shown, context)
    const combined = await this.#combine(context, local, remote)
    return this.#count(this.#policies.stopped(context) ?? combined)
  }

  async #askRemote(shown: PolicyContext, context: PolicyContext): Promise<PolicyResponse> {
    const { client, clock, agent, policyNames, timeoutMs } = this.#options
    if (client === undefined) throw new TypeError('a guardian without an endpoint asks nobody')
    const extras = { id: randomUUID(), timestamp: clock(), agent, policies: policyNames }
    const ask = (): Promise<PolicyResponse> =>
      client.decide(toWireStep(shown, extras), { signal: context.signal, timeoutMs })
    return context.journal === undefined ? ask() : answerKept(context.journal, this.name, ask)
  }

  /** The stricter of two decisions; what the remote guardian changed must still please the local policies. */
  async #combine(
    context: PolicyContext,
    local: PolicyResponse,
    remote: PolicyResponse,
  ): Promise<PolicyResponse> {
    if (remote.decision === 'deny') return remote
    const modifications = remote.modifications === undefined ? local.modifications : remote.modifications
    if (remote.decision !== 'modify') return stricter(local, remote, modifications)
    const again = await this.#policies.decide(new ChangedContext(context, modifications, 'recheck'))
    if (again.decision === 'deny') return again
    if (again.modifications !== undefined) {
      return new PolicyResponse({
        decision: 'deny',
        message: 'a local policy changed the value again after the guardian had changed it',
        reasonCode: ['modify_did_not_settle'],
        policies: again.policies,
      })
    }
    return stricter(again.decision === 'ask' ? again : local, remote, modifications)
  }

  #count(response: PolicyResponse): PolicyResponse {
    this.#counts[response.decision]++
    return response
  }
}

// a journal keeps what the guardian answers, and a replay asks it nothing
async function answerKept(
  journal: JournalSheet,
  name: string,
  ask: () => Promise<PolicyResponse>,
): Promise<PolicyResponse> {
  try {
    const answer = await journal.outside(`guardian.${name}`, async () => plain(await ask()))
    return new PolicyResponse(answer as PolicyResponse)
  } catch {
    return new PolicyResponse({
      decision: 'deny',
      message: 'what the guardian would answer is not in the decision journal',
      reasonCode: ['guardian_not_replayed'],
    })
  }
}

function plain(response: PolicyResponse): object {
  const { decision, message, reasoning, reasonCode, data, modifications, policies } = response
  return { decision, message, reasoning, reasonCode, data, modifications, policies }
}

function shadowHandler(policy: Policy): HookHandler {
  const fits = policy.match === undefined ? undefined : compileMatch(policy.match)
  return (context) => {
    // the agent matches tool calls, and knows no tool of a message
    const tool = fits === undefined || context.hook !== 'mcp' ? undefined : toolNameOf(context)
    return tool === undefined || fits?.(tool) === true ? policy.evaluate(context) : undefined
  }
}

const RANK: Readonly<Record<GuardianDecision, number>> = { deny: 3, ask: 2, modify: 1, allow: 0 }

function stricter(left: PolicyResponse, right: PolicyResponse, modifications: unknown): PolicyResponse {
  const stronger = RANK[left.decision] > RANK[right.decision] ? left : right
  if (stronger.modifications === modifications) return stronger
  const { decision, message, reasoning, reasonCode, data, policies } = stronger
  return new PolicyResponse({
    decision: decision === 'allow' ? 'modify' : decision,
    message,
    reasoning,
    reasonCode,
    data,
    policies,
    modifications,
  })
}
