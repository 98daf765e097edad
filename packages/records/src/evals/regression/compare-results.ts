import { AosError } from '@aos/sdk'
import { holm, wilson, type Proportion } from '../statistics/proportions.ts'
import { signFlipTest } from '../statistics/sign-flips.ts'
import { signedRankTest } from '../statistics/signed-ranks.ts'
import { changesOf, type TaskChange, type TaskResult } from './task-changes.ts'

/** How two sets of results are compared. */
export interface ComparisonOptions {
  /** How often a change may be claimed where there is none; default 0.05. */
  readonly alpha?: number | undefined
  /** Says that no result depends on chance, as with scripted models: each difference is then a change. Default false. */
  readonly deterministic?: boolean | undefined
}

/** One test over all tasks. */
export interface OverallTest {
  /** Tasks that differ; those that do not say nothing. */
  readonly n: number
  /** Two-sided chance of so large a difference where there is none, before correction. */
  readonly p: number
  /** The same, corrected for the two tests by Holm. */
  readonly corrected: number
  /** From -1, all tasks lost, to 1, all tasks gained. */
  readonly effect: number
  /** Mean gain of a task: passes per run, or points. */
  readonly gain: number
}

/** What can be said of two sets of runs of the same tasks. */
export interface Comparison {
  readonly verdict: 'regression' | 'improvement' | 'no_evidence'
  readonly because: string
  /** Whether differences in all tasks could have been told from chance; with few tasks that ran once, none can. */
  readonly decidable: boolean
  readonly alpha: number
  readonly deterministic: boolean
  readonly before: Proportion
  readonly after: Proportion
  readonly passes: OverallTest
  readonly scores: OverallTest
  readonly tasks: readonly TaskChange[]
  /** Tasks that are worse and that the verdict, or a test of their own, speaks of. */
  readonly regressed: readonly string[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

/**
 * Tells whether later runs of the same tasks are worse or better than earlier ones. Passes: the exact test of McNemar, or
 * over the differences of the rates where tasks ran several times; scores: Wilcoxon's signed-rank test; tasks that ran
 * several times: Fisher's exact test. All are corrected together, so that `alpha` bounds how often any change is claimed
 * where there is none. Everything follows from the results alone.
 */
export function compareResults(
  before: readonly TaskResult[],
  after: readonly TaskResult[],
  options: ComparisonOptions = {},
): Comparison {
  const { alpha = 0.05, deterministic = false } = options
  if (!(alpha > 0 && alpha < 1))
    throw new AosError({
      code: 'invalid_options',
      message: `alpha must be between 0 and 1, and is ${alpha}`,
      fix: 'Pass the share of false alarms that you accept, such as 0.05.',
    })
  const { tasks, onlyBefore, onlyAfter } = changesOf(before, after)
  const shared = new Set(tasks.map(({ task }) => task))
  const overall = overallTests(tasks)
  const facts = { tasks, alpha, ...overall }
  const { verdict, because, regressed } = deterministic ? byDifference(tasks) : byChance(facts)
  return {
    verdict,
    because,
    decidable: deterministic ? tasks.length > 0 : isDecidable(tasks, alpha),
    alpha,
    deterministic,
    before: rateOf(before, shared),
    after: rateOf(after, shared),
    ...overall,
    tasks,
    regressed,
    onlyBefore,
    onlyAfter,
  }
}

interface Overall {
  readonly passes: OverallTest
  readonly scores: OverallTest
}

function overallTests(tasks: readonly TaskChange[]): Overall {
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
  const passGains = tasks.map(({ passGain }) => passGain)
  const scoreGains = tasks.map(({ scoreGain }) => withoutNoise(scoreGain))
  const counts = wholeGains(tasks)
  const size = counts.reduce((sum, count) => sum + Math.abs(count), 0)
  const passTest = signFlipTest(counts)
  const scoreTest = signedRankTest(scoreGains)
  // scores that only repeat the passes are no second piece of evidence
  const [first = 1, second = first] = holm(
    isBinary(tasks) ? [passTest.twoSided] : [passTest.twoSided, scoreTest.twoSided],
  )
  return {
    passes: {
      n: passTest.n,
      p: passTest.twoSided,
      corrected: first,
      effect: size === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / size,
      gain: mean(passGains),
    },
    scores: {
      n: scoreTest.n,
      p: scoreTest.twoSided,
      corrected: second,
      effect: scoreTest.effect,
      gain: mean(scoreGains),
    },
  }
}

function isBinary(tasks: readonly TaskChange[]): boolean {
  return tasks.every(({ passGain, scoreGain }) => withoutNoise(scoreGain - 100 * passGain) === 0)
}

// means of equal scores may differ in their last digits
function withoutNoise(gain: number): number {
  return Math.abs(gain) < 1e-9 ? 0 : gain
}

const MAX_MULTIPLE = 10_000

/** The gains in passes per run, as whole numbers in the same proportion to each other. */
function wholeGains(tasks: readonly TaskChange[]): readonly number[] {
  const runs = tasks.flatMap(({ before, after }) => [before.runs, after.runs])
  const multiple = runs.reduce((all, count) => Math.min(MAX_MULTIPLE, leastMultiple(all, count)), 1)
  return tasks.map(({ passGain }) => Math.round(passGain * multiple))
}

function leastMultiple(a: number, b: number): number {
  let [left, right] = [a, b]
  while (right !== 0) [left, right] = [right, left % right]
  return (a / left) * b
}

type Finding = Pick<Comparison, 'verdict' | 'because' | 'regressed'>

function byDifference(tasks: readonly TaskChange[]): Finding {
  const worse = tasks.filter(isWorse).map(({ task }) => task)
  const better = tasks.filter((task) => !isWorse(task) && (task.passGain > 0 || task.scoreGain > 0))
  if (worse.length > 0)
    return {
      verdict: 'regression',
      because: `worse without chance: ${worse.join(', ')}`,
      regressed: worse,
    }
  if (better.length > 0)
    return {
      verdict: 'improvement',
      because: `better without chance: ${better.map(({ task }) => task).join(', ')}`,
      regressed: [],
    }
  return { verdict: 'no_evidence', because: 'all tasks came out the same', regressed: [] }
}

function isWorse({ passGain, scoreGain }: TaskChange): boolean {
  return passGain < 0 || (passGain === 0 && withoutNoise(scoreGain) < 0)
}

function byChance(facts: Overall & { tasks: readonly TaskChange[]; alpha: number }): Finding {
  const { tasks, passes, scores } = facts
  const alpha = levelOf(tasks, facts.alpha)
  const significant = tasks.filter(({ p }) => p !== undefined && p <= alpha)
  const lost = significant.filter(({ passGain }) => passGain < 0).map(({ task }) => task)
  const overall = [passes, scores].filter(({ corrected }) => corrected <= alpha)
  const down = overall.some(({ effect }) => effect < 0)
  if (down || lost.length > 0)
    return {
      verdict: 'regression',
      because: down ? evidenceOf(facts) : `${lost.join(', ')} fell by more than chance explains`,
      regressed: down ? tasks.filter(isWorse).map(({ task }) => task) : lost,
    }
  if (overall.length > 0 || significant.length > 0)
    return {
      verdict: 'improvement',
      because:
        overall.length > 0
          ? evidenceOf(facts)
          : `${significant.map(({ task }) => task).join(', ')} rose by more than chance explains`,
      regressed: [],
    }
  const because = isDecidable(tasks, facts.alpha)
    ? `chance explains the differences (${evidenceOf(facts)})`
    : 'too few runs: no difference could be told from chance'
  return { verdict: 'no_evidence', because, regressed: [] }
}

// all tests over all tasks have one half of the false alarms, those of single tasks the other
function levelOf(tasks: readonly TaskChange[], alpha: number): number {
  return tasks.some(({ p }) => p !== undefined) ? alpha / 2 : alpha
}

function isDecidable(tasks: readonly TaskChange[], alpha: number): boolean {
  const level = levelOf(tasks, alpha)
  // the smallest chance that the tests over all tasks can come to: all of them lose
  if (2 ** ((isBinary(tasks) ? 1 : 2) - tasks.length) <= level) return true
  const repeated = tasks.filter(({ p }) => p !== undefined)
  return repeated.some(({ before, after }) => {
    const total = before.runs + after.runs
    let tables = 1
    for (let index = 1; index <= before.runs; index += 1) tables *= (total - before.runs + index) / index
    const extremes = before.runs === after.runs ? 2 : 1
    return (extremes / tables) * repeated.length <= level
  })
}

function evidenceOf({ passes, scores }: Overall): string {
  const show = ({ n, corrected, gain, effect }: OverallTest, unit: number): string =>
    `${gain * unit >= 0 ? '+' : ''}${(gain * unit).toFixed(1)}, effect ${effect.toFixed(2)}, p ${corrected.toPrecision(2)}, n ${n}`
  return `pass rate in points ${show(passes, 100)}; mean score ${show(scores, 1)}`
}

function rateOf(results: readonly TaskResult[], shared: ReadonlySet<string>): Proportion {
  const counted = results.filter(({ task }) => shared.has(task))
  return wilson(counted.filter(({ pass }) => pass).length, counted.length)
}
