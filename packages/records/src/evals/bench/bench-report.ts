import type { AgentRun, EvalResult } from '@agent-run/types'
import { validateEarlierReport } from '../../generated/eval-pack-validators.ts'
import { toIssue, type PackIssue } from '../pack/parse-bench-pack.ts'
import { compareResults, type Comparison, type ComparisonOptions } from '../regression/compare-results.ts'
import type { TaskResult } from '../regression/task-changes.ts'
import { wilson, type Proportion } from '../statistics/proportions.ts'

/** One attempt at a task: how it was judged, and the record of its run with that judgement in it. */
export interface BenchAttempt {
  readonly task: string
  /** Counts from 1. */
  readonly attempt: number
  readonly eval: EvalResult
  /** Absent where the agent could not be made or left no record. */
  readonly run?: AgentRun | undefined
}

/** What all attempts together came to. */
export interface BenchTotals {
  readonly tasks: number
  readonly attempts: number
  /** Attempts that passed, with the interval of the true share. */
  readonly passed: Proportion
  readonly meanScore: number
  readonly tokens: number
  /** Absent where the price of no run is known. */
  readonly costUsd?: number | undefined
  readonly durationMs: number
  readonly toolCalls: number
}

/** What a pack came to with one agent; plain JSON. */
export interface BenchReport {
  readonly format: 'aos-bench-report/1'
  readonly pack: string
  readonly title?: string | undefined
  readonly startedAt: string
  readonly endedAt: string
  /** Whether every attempt followed a script and was judged by nothing but what it did: what differs then is no chance. */
  readonly deterministic: boolean
  /** Digest of each task with its world and policies, by id: what differs there is another task. */
  readonly tasks: Readonly<Record<string, string>>
  readonly attempts: readonly BenchAttempt[]
  readonly totals: BenchTotals
  readonly comparison?: Comparison | undefined
  /** Tasks that are not compared, as the earlier report is on others of the same ids. */
  readonly changedTasks?: readonly string[] | undefined
}

/** A report of earlier, as far as it is read; a {@link BenchReport} is one. */
export interface EarlierReport {
  readonly format: 'aos-bench-report/1'
  readonly pack: string
  readonly deterministic?: boolean | undefined
  readonly tasks?: Readonly<Record<string, string>> | undefined
  readonly attempts: readonly {
    readonly task: string
    readonly attempt: number
    readonly eval: Pick<EvalResult, 'pass' | 'score'>
    readonly run?: { readonly id: string } | undefined
  }[]
}

/** A checked report, or everything that is wrong with it. */
export type ReportResult =
  | { readonly ok: true; readonly value: EarlierReport }
  | { readonly ok: false; readonly issues: readonly PackIssue[] }

/** Checks a report of earlier, read from a file. */
export function parseBenchReport(value: unknown): ReportResult {
  if (validateEarlierReport(value)) return { ok: true, value: value as EarlierReport }
  const issues = (validateEarlierReport.errors ?? []).map(toIssue)
  return { ok: false, issues }
}

/** Sums attempts up. */
export function totalsOf(attempts: readonly BenchAttempt[]): BenchTotals {
  const sum = (value: (attempt: BenchAttempt) => number | null | undefined): number =>
    attempts.reduce((total, attempt) => total + (value(attempt) ?? 0), 0)
  const priced = attempts.some(({ run }) => typeof run?.cost.cost_usd === 'number')
  return {
    tasks: new Set(attempts.map(({ task }) => task)).size,
    attempts: attempts.length,
    passed: wilson(attempts.filter((attempt) => attempt.eval.pass).length, attempts.length),
    meanScore: attempts.length === 0 ? 0 : sum((attempt) => attempt.eval.score) / attempts.length,
    tokens: sum(
      ({ run }) => run && (run.cost.total_tokens ?? run.cost.input_tokens + run.cost.output_tokens),
    ),
    ...(priced ? { costUsd: sum(({ run }) => run?.cost.cost_usd) } : {}),
    durationMs: sum(({ run }) => run?.duration_ms),
    toolCalls: sum((attempt) => attempt.eval.metrics?.tool_calls),
  }
}

/**
 * The same report with what can be said against an earlier one; in attempts at tasks that got worse and that fell behind,
 * `regression_from` names the better run.
 */
export function compareReports(
  earlier: EarlierReport,
  report: BenchReport,
  options: ComparisonOptions = {},
): BenchReport {
  const changed = changedTasks(earlier, report)
  const before = resultsOf(earlier, changed)
  const deterministic = options.deterministic ?? (report.deterministic && earlier.deterministic === true)
  const comparison = compareResults(before, resultsOf(report, changed), { ...options, deterministic })
  const regressed = new Set(comparison.regressed)
  const best = (task: string): TaskResult | undefined =>
    before.filter((result) => result.task === task).toSorted((a, b) => quality(b) - quality(a))[0]
  const attempts = report.attempts.map((attempt) => {
    const better = regressed.has(attempt.task) ? best(attempt.task) : undefined
    if (better?.runId === undefined || quality(better) <= quality(attempt.eval)) return attempt
    return withEval(attempt, { ...attempt.eval, regression_from: better.runId })
  })
  return { ...report, attempts, comparison, ...(changed.length === 0 ? {} : { changedTasks: changed }) }
}

// a run that passes is better than any that does not
function quality({ pass, score }: Pick<EvalResult, 'pass' | 'score'>): number {
  return (pass ? 1000 : 0) + score
}

/** The same attempt judged anew, in its record too. */
export function withEval(attempt: BenchAttempt, result: EvalResult): BenchAttempt {
  const { run } = attempt
  return { ...attempt, eval: result, ...(run === undefined ? {} : { run: { ...run, eval: result } }) }
}

function changedTasks({ tasks: before = {} }: EarlierReport, { tasks }: BenchReport): readonly string[] {
  return Object.keys(tasks).filter((task) => Object.hasOwn(before, task) && before[task] !== tasks[task])
}

function resultsOf({ attempts }: EarlierReport, without: readonly string[]): readonly TaskResult[] {
  const compared = attempts.filter(({ task }) => !without.includes(task))
  return compared.map(({ task, run, eval: { pass, score } }) => ({ task, pass, score, runId: run?.id }))
}
