import type { AdmissionRefusal, HookAnswer } from '@aos/sdk'
import { BoundedMap } from '../policy/bounded-map.ts'
import { scopeKey, type ScopeOf } from '../policy/state-key.ts'
import type { BudgetUnit, CostControl, ReadBudget } from './cost-control-options.ts'

/** What would be used next. */
export type NextUse = Partial<Record<Exclude<BudgetUnit, 'seconds' | 'steps'>, number>>

/** What one scope has used. */
class Account {
  calls = 0
  modelCalls = 0
  tokens = 0
  usd = 0
  costUnknown = false
  touched: number
  since: number

  constructor(since: number) {
    this.since = since
    this.touched = since
  }

  counts(): object {
    const { calls, modelCalls, tokens, usd, costUnknown, since, touched } = this
    return { calls, modelCalls, tokens, usd, costUnknown, since, touched }
  }

  used(unit: BudgetUnit, now: number): number {
    if (unit === 'steps') return this.calls + this.modelCalls
    return unit === 'seconds' ? (now - this.since) / 1000 : this[unit]
  }
}

const COUNTS = ['calls', 'modelCalls', 'tokens', 'usd', 'since', 'touched'] as const

const RUN_KEPT_MS = 3_600_000

const WORDS: Readonly<Record<BudgetUnit, (limit: number) => string>> = {
  calls: (limit) => `${limit} tool calls`,
  modelCalls: (limit) => `${limit} model calls`,
  steps: (limit) => `${limit} steps`,
  tokens: (limit) => `${limit} tokens`,
  usd: (limit) => `$${limit}`,
  seconds: (limit) => `${limit} seconds`,
}

const NO_ROOM: AdmissionRefusal = Object.freeze({
  code: 'budget_state_full',
  reason: 'too many budgets are used up to count another one',
})
const UNKNOWN: AdmissionRefusal = Object.freeze({
  code: 'cost_unknown',
  reason: 'a model call has cost nobody knows how much, so its budget cannot be held',
})

/** One budget and what each of its scopes has used. */
export class BudgetAccounts {
  readonly #budget: ReadBudget
  readonly #clock: () => number
  readonly #deniesUnknown: boolean
  readonly #accounts: BoundedMap<Account>

  constructor(budget: ReadBudget, { clock, maxKeys, unknownCost }: CostControl) {
    this.#budget = budget
    this.#clock = clock
    this.#deniesUnknown = unknownCost === 'deny' && budget.limits.has('usd')
    this.#accounts = new BoundedMap(maxKeys, (account) => this.#mustKeep(account))
  }

  /** Why what comes next may not be used. */
  refusal(whose: ScopeOf, next: NextUse): AdmissionRefusal | undefined {
    const account = this.#accountOf(whose)
    if (!(account instanceof Account)) return account
    if (this.#deniesUnknown && account.costUnknown) return UNKNOWN
    const now = this.#now()
    for (const [unit, limit] of this.#budget.limits) {
      const used = account.used(unit, now)
      if (!exceeds({ unit, limit }, used, nextOf(unit, next))) continue
      return {
        code: 'budget_exceeded',
        reason: `The budget of ${WORDS[unit](limit)} for this ${this.#budget.by} is used up`,
      }
    }
    return undefined
  }

  /** Counts what was used; throws where it belongs to nobody, because then the count is lost. */
  use(whose: ScopeOf, use: NextUse, costUnknown = false): void {
    const account = this.#accountOf(whose)
    if (!(account instanceof Account)) throw new RangeError(account.reason)
    account.calls += use.calls ?? 0
    account.modelCalls += use.modelCalls ?? 0
    account.tokens += use.tokens ?? 0
    account.usd += use.usd ?? 0
    account.costUnknown ||= costUnknown
  }

  /** Marks an allowed call of which little is left. */
  warning(whose: ScopeOf): HookAnswer | undefined {
    const account = this.#accountOf(whose)
    const { limits, soft, by } = this.#budget
    if (!(account instanceof Account) || soft >= 1) return undefined
    const now = this.#now()
    for (const [unit, limit] of limits) {
      const used = account.used(unit, now)
      if (used < limit * soft) continue
      return {
        decision: 'allow',
        message: `Of the budget of ${WORDS[unit](limit)} for this ${by} little is left`,
        reasonCode: 'budget_soft_limit',
        data: { unit, used, limit, by },
      }
    }
    return undefined
  }

  /** What a scope has used, for a decision journal; nothing where there is no count. */
  save(whose: ScopeOf): object | null {
    const scope = scopeKey(this.#budget.by, whose)
    const account = scope.ok ? this.#accounts.peek(scope.key) : undefined
    return account?.counts() ?? null
  }

  /** Takes back what {@link save} gave. */
  restore(whose: ScopeOf, state: unknown): void {
    const scope = scopeKey(this.#budget.by, whose)
    if (!scope.ok) return
    if (typeof state !== 'object' || state === null) return this.#accounts.delete(scope.key)
    const account = this.#accountOf(whose)
    if (!(account instanceof Account)) return
    for (const key of COUNTS) {
      const count: unknown = Reflect.get(state, key)
      if (typeof count === 'number') account[key] = count
    }
    account.costUnknown = Reflect.get(state, 'costUnknown') === true
  }

  clear(): void {
    this.#accounts.clear()
  }

  #accountOf(whose: ScopeOf): Account | AdmissionRefusal {
    const scope = scopeKey(this.#budget.by, whose)
    if (!scope.ok) return scope
    const now = this.#now()
    const account = this.#accounts.getOrMake(scope.key, () => new Account(now))
    if (account === undefined) return NO_ROOM
    account.touched = now
    return account
  }

  // a run ends without saying so, and each one has used up its time some day
  #mustKeep(account: Account): boolean {
    const { by, limits } = this.#budget
    const now = this.#now()
    if (by === 'run' && now - account.touched > RUN_KEPT_MS) return false
    if (this.#deniesUnknown && account.costUnknown) return true
    for (const [unit, limit] of limits)
      if ((by !== 'run' || unit !== 'seconds') && account.used(unit, now) >= limit) return true
    return false
  }

  #now(): number {
    const now = this.#clock()
    if (!Number.isFinite(now)) throw new RangeError('the clock gives no time')
    return now
  }
}

function nextOf(unit: BudgetUnit, next: NextUse): number {
  if (unit === 'steps') return (next.calls ?? 0) + (next.modelCalls ?? 0)
  return unit === 'seconds' ? 0 : (next[unit] ?? 0)
}

// tokens, seconds and the dollars of a model call are known only afterwards: nothing may start once they are used up
function exceeds(
  { unit, limit }: { readonly unit: BudgetUnit; readonly limit: number },
  used: number,
  next: number,
): boolean {
  if (unit === 'tokens' || unit === 'seconds') return used >= limit
  if (unit === 'usd') return used + next > limit || used >= limit
  return next > 0 && used + next > limit
}
