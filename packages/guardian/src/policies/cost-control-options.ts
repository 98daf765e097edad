import { heldClock, type HeldClock } from '../policy/held-clock.ts'
import type { PolicyScope } from '../policy/state-key.ts'
import { readToolCosts, type CostEstimate, type ToolCost } from './cost-control-estimate.ts'
import { invalidOption, knownOptions, oneOf, policyName, positive } from './policy-options.ts'
import { SCOPES } from './rate-limit.ts'

/** What a scope may use before everything that would use more is refused. */
export interface Budget {
  /** Whose use is counted together. Default `run`. */
  readonly by?: PolicyScope | undefined
  /** Tool calls. */
  readonly calls?: number | undefined
  readonly modelCalls?: number | undefined
  /** Model calls and tool calls together. */
  readonly steps?: number | undefined
  /** Tokens that model calls have used, in and out. */
  readonly tokens?: number | undefined
  /** Dollars that model calls have cost and tool calls are estimated to cost. */
  readonly usd?: number | undefined
  /** Seconds since the scope was first seen. */
  readonly seconds?: number | undefined
  /** Share from which allowed calls are marked `budget_soft_limit`. Default 0.8; 1 marks none. */
  readonly soft?: number | undefined
}

/** Options of {@link costControl}; plain JSON but for the clock. */
export interface CostControlOptions {
  /** Under which decisions are recorded; default `cost-control`. */
  readonly name?: string | undefined
  /** Dollars that one tool call may be estimated to cost. Default 50. */
  readonly maxUsdPerCall?: number | undefined
  /** What tool calls cost, by name or glob of the tool. Default: an image generated costs 0.08 dollars. */
  readonly toolCosts?: Readonly<Record<string, ToolCost>> | undefined
  /** Default for each run: 200 tool calls, 200 model calls, 5 million tokens. */
  readonly budgets?: Budget | readonly Budget[] | undefined
  /** What becomes of later operations where a model call cost nobody knows how much and dollars are limited. Default `deny`. */
  readonly unknownCost?: 'deny' | 'ignore' | undefined
  /** Counts kept; one that is used up is never forgotten. Default 10,000. */
  readonly maxKeys?: number | undefined
  readonly shadow?: boolean | undefined
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: (() => number) | undefined
}

/** What a budget counts. */
export type BudgetUnit = 'calls' | 'modelCalls' | 'steps' | 'tokens' | 'usd' | 'seconds'

/** A budget, read. */
export interface ReadBudget {
  readonly by: PolicyScope
  readonly soft: number
  readonly limits: ReadonlyMap<BudgetUnit, number>
}

/** The options of a cost control, read. */
export interface CostControl {
  readonly name: string
  readonly maxUsdPerCall: number
  readonly estimate: CostEstimate
  readonly budgets: readonly ReadBudget[]
  readonly unknownCost: 'deny' | 'ignore'
  readonly maxKeys: number
  readonly clock: HeldClock
}

const POLICY = 'cost-control'
const OPTIONS = ['name', 'maxUsdPerCall', 'toolCosts', 'budgets', 'unknownCost', 'maxKeys', 'shadow', 'clock']
const UNITS: readonly BudgetUnit[] = ['calls', 'modelCalls', 'steps', 'tokens', 'usd', 'seconds']
const DEFAULT_BUDGET: Budget = { calls: 200, modelCalls: 200, tokens: 5_000_000 }

/** Reads the options of a cost control; throws `invalid_policy` where they are not what they can be. */
export function readCostControl(options: CostControlOptions): CostControl {
  knownOptions(POLICY, options, OPTIONS)
  const { budgets = DEFAULT_BUDGET, clock = () => performance.now() } = options
  const list: readonly unknown[] = Array.isArray(budgets) ? budgets : [budgets]
  return {
    name: policyName(POLICY, options.name),
    maxUsdPerCall: positive(POLICY, { option: 'maxUsdPerCall', given: options.maxUsdPerCall }) ?? 50,
    estimate: readToolCosts(POLICY, options.toolCosts),
    budgets: list.map((budget, at) => readBudget(budget, `budgets[${at}]`)),
    unknownCost:
      oneOf(POLICY, { option: 'unknownCost', given: options.unknownCost }, ['deny', 'ignore'] as const) ??
      'deny',
    maxKeys: positive(POLICY, { option: 'maxKeys', given: options.maxKeys, whole: true }) ?? 10_000,
    clock: heldClock(clock),
  }
}

function readBudget(given: unknown, option: string): ReadBudget {
  const budget: Budget = knownOptions(POLICY, given, ['by', 'soft', ...UNITS])
  const limits = new Map<BudgetUnit, number>()
  for (const unit of UNITS) {
    const whole = unit !== 'usd' && unit !== 'seconds'
    const limit = positive(POLICY, { option: `${option}.${unit}`, given: budget[unit], whole })
    if (limit !== undefined) limits.set(unit, limit)
  }
  const soft = positive(POLICY, { option: `${option}.soft`, given: budget.soft }) ?? 0.8
  if (limits.size > 0 && soft <= 1)
    return { by: oneOf(POLICY, { option: `${option}.by`, given: budget.by }, SCOPES) ?? 'run', soft, limits }
  throw limits.size === 0
    ? invalidOption(POLICY, {
        option,
        problem: 'limits nothing',
        fix: `Give it any of: ${UNITS.join(', ')}.`,
      })
    : invalidOption(POLICY, {
        option: `${option}.soft`,
        problem: 'is above 1',
        fix: 'Write a share of the budget, such as 0.8.',
      })
}
