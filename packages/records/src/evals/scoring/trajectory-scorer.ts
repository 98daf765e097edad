import { matchesJson } from './compare-json.ts'
import type { ObservedCall } from './observation.ts'
import { matchesRedacted } from './recorded-arguments.ts'
import { shown, toEvalResult, type Scorer } from './scorer.ts'

/** A tool call that is expected: by the tool's name, or with arguments that it must have at least. */
export type ExpectedCall = string | { readonly tool: string; readonly arguments?: unknown }

/** How calls are compared with those that are expected. */
export interface TrajectoryOptions {
  readonly calls: readonly ExpectedCall[]
  /**
   * `strict` (default): these calls in this order and no others; `ordered`: in this order, with others between;
   * `unordered`: these and no others in any order; `subset`: no others than these; `superset`: all of these at least.
   */
  readonly order?: 'strict' | 'ordered' | 'unordered' | 'subset' | 'superset' | undefined
  /** Which calls count: those that took place (default), or denied and failed ones as well. */
  readonly count?: 'executed' | 'all' | undefined
  /** Calls of the shortest way; default: as many as are expected. */
  readonly optimalSteps?: number | undefined
}

/** The agent called the tools that it should have, in the order it should have. */
export function trajectoryScorer(options: TrajectoryOptions): Scorer {
  const { calls: wanted, order = 'strict', count = 'executed', optimalSteps = wanted.length } = options
  return {
    name: 'trajectory',
    score: ({ calls }) => {
      const made = count === 'all' ? calls : calls.filter(({ outcome }) => outcome === 'executed')
      const inOrder = order === 'strict' || order === 'ordered'
      const hits = inOrder ? longestCommon(wanted, made) : pairs(wanted, made)
      const missing = order === 'subset' ? 0 : wanted.length - hits
      const surplus = order === 'ordered' || order === 'superset' ? 0 : made.length - hits
      const total = hits + missing + surplus
      return toEvalResult('trajectory', {
        pass: missing === 0 && surplus === 0,
        score: total === 0 ? 100 : (100 * hits) / total,
        expected: wanted.map(named).join(' → '),
        actual: made.map(({ tool }) => tool).join(' → '),
        detail: missing + surplus === 0 ? '' : `${missing} calls are missing, ${surplus} are not expected`,
        metrics: {
          total_steps: calls.length,
          optimal_steps: optimalSteps,
          convergence_score: calls.length === 0 ? null : Math.min(1, optimalSteps / calls.length),
        },
      })
    },
  }
}

function named(call: ExpectedCall): string {
  if (typeof call === 'string') return call
  return call.arguments === undefined ? call.tool : `${call.tool} ${shown(call.arguments)}`
}

/**
 * Whether a call is the expected one. A call that was not executed has its arguments from a record, which has secrets and
 * personal data taken out: it fits as well where they are what was expected after that.
 */
export function isCall(expected: ExpectedCall, call: ObservedCall): boolean {
  if (typeof expected === 'string') return call.tool === expected
  if (call.tool !== expected.tool) return false
  const { arguments: wanted } = expected
  if (wanted === undefined || matchesJson(wanted, call.arguments)) return true
  const recorded = call.outcome === 'denied' || call.outcome === 'not_executed'
  return recorded && matchesRedacted(wanted, call.arguments)
}

/** How many expected calls were made in their order: the longest common subsequence. */
function longestCommon(wanted: readonly ExpectedCall[], made: readonly ObservedCall[]): number {
  let row = Array<number>(made.length + 1).fill(0)
  for (const expected of wanted) {
    const next = [0]
    for (const [index, call] of made.entries())
      next.push(
        isCall(expected, call) ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0),
      )
    row = next
  }
  return row.at(-1) ?? 0
}

/** How many expected calls find a call of their own, by augmenting paths: with arguments, several may want the same. */
function pairs(wanted: readonly ExpectedCall[], made: readonly ObservedCall[]): number {
  const taken = new Map<number, number>()
  const place = (want: number, tried: Set<number>): boolean => {
    for (const [index, call] of made.entries()) {
      const expected = wanted[want]
      if (expected === undefined || tried.has(index) || !isCall(expected, call)) continue
      tried.add(index)
      const holder = taken.get(index)
      if (holder !== undefined && !place(holder, tried)) continue
      taken.set(index, want)
      return true
    }
    return false
  }
  return wanted.filter((_, index) => place(index, new Set())).length
}
