import { isDeepStrictEqual } from '@aos/sdk/adapter'
import type { GuardianDecision, PolicyResponse } from '../policy-response.ts'
import { ChangedContext } from './changed-context.ts'
import type { Policy, PolicyContext } from './policy.ts'
import { askNow, responseOf, type Awaitable, type Say } from './say.ts'

const RANK: Readonly<Record<GuardianDecision, number>> = { deny: 3, ask: 2, modify: 1, allow: 0 }

/** One step before its policies. */
export class Decision {
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
