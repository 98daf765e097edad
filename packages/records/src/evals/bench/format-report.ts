import type { Comparison } from '../regression/compare-results.ts'
import type { Proportion } from '../statistics/proportions.ts'
import type { BenchAttempt, BenchReport } from './bench-report.ts'

/** A report as plain text, for terminals. */
export function reportToText(report: BenchReport): string {
  const width = Math.max(0, ...report.attempts.map((attempt) => nameOf(report, attempt).length))
  const lines = report.attempts.flatMap((attempt) => {
    const { pass, score, detail, regression_from: better } = attempt.eval
    const head = `${pass ? 'ok  ' : 'FAIL'}  ${nameOf(report, attempt).padEnd(width)}  ${points(score).padStart(5)}`
    const notes = pass && !better ? [] : (detail ?? '').split('\n').filter((line) => line !== '')
    return [
      `${head}  ${factsOf(attempt)}`,
      ...notes.map((line) => `        ${line}`),
      ...(better ? [`        worse than run ${better}`] : []),
    ]
  })
  return [titleOf(report), '', ...lines, '', summaryOf(report), ...comparisonLines(report), ''].join('\n')
}

/** A report as Markdown, for pull requests. */
export function reportToMarkdown(report: BenchReport): string {
  const rows = report.attempts.map((attempt) => {
    const { pass, score, detail = '', regression_from: better } = attempt.eval
    const notes = [pass ? '' : (detail ?? ''), better ? `worse than run ${better}` : ''].filter(
      (note) => note !== '',
    )
    const cells = [nameOf(report, attempt), pass ? 'pass' : '**fail**', points(score), factsOf(attempt)]
    return `| ${[...cells, notes.join('\n')].map(cell).join(' | ')} |`
  })
  return [
    `## ${cell(titleOf(report))}`,
    '',
    '| task | result | score | run | remarks |',
    '| --- | --- | --: | --- | --- |',
    ...rows,
    '',
    summaryOf(report),
    ...comparisonLines(report).flatMap((line) => ['', line.trim()]),
    '',
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll(/[\\|`<>[\]]/g, String.raw`\$&`).replaceAll(/\r?\n/g, '<br>')
}

function titleOf({ pack, title }: BenchReport): string {
  return title === undefined ? pack : `${pack}: ${title}`
}

function nameOf({ attempts }: BenchReport, { task, attempt }: BenchAttempt): string {
  const several = attempts.some((other) => other.task === task && other.attempt > 1)
  return several ? `${task} #${attempt}` : task
}

function points(score: number): string {
  return String(Math.round(score * 10) / 10)
}

function factsOf({ run, eval: { metrics } }: BenchAttempt): string {
  if (run === undefined) return 'no run'
  const cost = run.cost.cost_usd
  return [
    `${metrics?.tool_calls ?? 0} calls`,
    ...(typeof cost === 'number' ? [`$${cost.toFixed(4)}`] : []),
    ...(typeof run.duration_ms === 'number' ? [`${run.duration_ms} ms`] : []),
  ].join(', ')
}

function summaryOf({ totals }: BenchReport): string {
  const { passed, attempts, tasks, meanScore, tokens, costUsd } = totals
  return [
    `${passed.successes} of ${attempts} attempts at ${tasks} tasks passed (${share(passed)})`,
    `mean score ${points(meanScore)}`,
    `${tokens} tokens`,
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(4)}`]),
  ].join(', ')
}

function share({ rate, low, high }: Proportion): string {
  const percent = (value: number): string => (100 * value).toFixed(0)
  return `${percent(rate)} %, with 95 % confidence ${percent(low)} to ${percent(high)} %`
}

const VERDICTS: Readonly<Record<Comparison['verdict'], string>> = {
  regression: 'REGRESSION',
  improvement: 'improvement',
  no_evidence: 'no evidence of a change',
}

function comparisonLines({ comparison, changedTasks = [] }: BenchReport): readonly string[] {
  if (comparison === undefined) return []
  const { verdict, because, tasks, onlyBefore, onlyAfter } = comparison
  return [
    `Against the earlier report, ${tasks.length} tasks: ${VERDICTS[verdict]}, ${because}`,
    ...(changedTasks.length === 0 ? [] : [`  not the same tasks any more: ${changedTasks.join(', ')}`]),
    ...(onlyBefore.length === 0 ? [] : [`  no longer there: ${onlyBefore.join(', ')}`]),
    ...(onlyAfter.length === 0 ? [] : [`  new: ${onlyAfter.join(', ')}`]),
  ]
}
