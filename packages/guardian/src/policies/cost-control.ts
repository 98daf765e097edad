import type { AdmissionRefusal, HookAnswer } from '@aos/sdk'
import { isStep, kept } from '../policy/kept-state.ts'
import type { HeldClock } from '../policy/held-clock.ts'
import type { Policy, PolicyContext, PolicyState } from '../policy/policy.ts'
import { decisionKey } from '../policy/state-key.ts'
import { BudgetAccounts, type NextUse } from './cost-control-account.ts'
import { readCostControl, type CostControlOptions } from './cost-control-options.ts'
import { CountedDecisions } from './rate-limit-counted.ts'
import { CALL_HOOKS, callOf, ofCalls } from './tool-access-call.ts'

/**
 * Holds budgets of calls, steps, tokens, dollars and time, checked before each call. Tool calls count where they are
 * judged; model calls, tokens and their dollars where the guardian protects the agent itself and so hears of them.
 */
export function costControl(options: CostControlOptions = {}): Policy {
  const control = readCostControl(options)
  const { estimate, maxUsdPerCall, clock } = control
  const accounts = control.budgets.map((budget) => new BudgetAccounts(budget, control))
  /** Dollars counted for each decision. */
  const counted = new CountedDecisions<{ usd: number }>()
  const judge = (context: PolicyContext): HookAnswer | undefined => {
    const usd = estimate(context.toolName, context.mcpServer, context.value)
    if (usd === undefined) return NOT_COUNTED
    if (usd > maxUsdPerCall)
      return {
        decision: 'deny',
        message: `Request exceeds cost threshold ($${maxUsdPerCall} limit)`,
        reasonCode: 'cost_threshold',
      }
    const before = counted.get(decisionKey(context))
    const use: NextUse = before === undefined ? { calls: 1, usd } : { usd: usd - before.usd }
    // a decision that was counted may use up the budget, and be judged again; only what it adds is new
    if (before === undefined || usd > before.usd) {
      const refusal = firstRefusal(accounts, context, use)
      if (refusal !== undefined)
        return { decision: 'deny', message: refusal.reason, reasonCode: refusal.code }
    }
    for (const account of accounts) account.use(context, use)
    if (before === undefined) counted.set(decisionKey(context), { usd })
    else before.usd = usd
    return warningOf(accounts, context)
  }
  return {
    name: control.name,
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls(judge),
    admit: (request) => {
      // a tool call was counted when it was judged, so here it asks for nothing more
      if (request.kind !== 'modelCall' && request.kind !== 'embedding') return undefined
      return firstRefusal(accounts, request, request.kind === 'modelCall' ? { modelCalls: 1 } : {})
    },
    spent: (spending) => {
      const { kind, calls, tokens = 0, costUsd } = spending
      const costUnknown = kind !== 'toolCall' && calls === 0 && costUsd === undefined
      const use: NextUse = { modelCalls: kind === 'modelCall' ? calls : 0, tokens, usd: costUsd ?? 0 }
      for (const account of accounts) account.use(spending, use, costUnknown)
    },
    state: stateOf({ accounts, counted, clock }),
    close: () => {
      for (const account of accounts) account.clear()
      counted.clear()
    },
  }
}

interface Counts {
  readonly accounts: readonly BudgetAccounts[]
  readonly counted: CountedDecisions<{ usd: number }>
  readonly clock: HeldClock
}

function stateOf({ accounts, counted, clock }: Counts): PolicyState {
  return {
    save: (question) => {
      const call = isStep(question) ? counting(question) : undefined
      const before = call === undefined ? undefined : counted.get(decisionKey(call))
      return {
        now: clock.hold(),
        accounts: accounts.map((account) => account.save(question)),
        counted: before ?? null,
      }
    },
    restore: (question, state) => {
      clock.hold(Number(kept(state, 'now')))
      const saved = kept(state, 'accounts')
      for (const [at, account] of accounts.entries()) account.restore(question, kept(saved, String(at)))
      const call = isStep(question) ? counting(question) : undefined
      const usd = kept(kept(state, 'counted'), 'usd')
      if (call !== undefined) counted.put(decisionKey(call), typeof usd === 'number' ? { usd } : undefined)
    },
    release: clock.release,
  }
}

function counting(context: PolicyContext): PolicyContext | undefined {
  const call = callOf(context)
  return call === 'unreadable' ? undefined : call
}

const NOT_COUNTED: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'What this call would cost cannot be told from its arguments',
  reasonCode: 'cost_unknown',
})

function firstRefusal(
  accounts: readonly BudgetAccounts[],
  whose: Parameters<BudgetAccounts['refusal']>[0],
  next: NextUse,
): AdmissionRefusal | undefined {
  for (const account of accounts) {
    const refusal = account.refusal(whose, next)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function warningOf(accounts: readonly BudgetAccounts[], whose: PolicyContext): HookAnswer | undefined {
  for (const account of accounts) {
    const warning = account.warning(whose)
    if (warning !== undefined) return warning
  }
  return undefined
}
