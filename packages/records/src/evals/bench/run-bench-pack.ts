import { canonicalJson, sha256Hex, type EvalResult } from '@agent-run/types'
import { AosError } from '@aos/sdk'
import type { BenchPack, BenchTask } from '../../generated/eval-pack-types.ts'
import { taskScorer, type ScorerSources } from '../pack/expectation-scorer.ts'
import { checkBenchPack } from '../pack/parse-bench-pack.ts'
import {
  compareReports,
  totalsOf,
  type BenchAttempt,
  type BenchReport,
  type EarlierReport,
} from './bench-report.ts'
import { runAttempt, type MadeAttempt, type MakeBenchAgent } from './run-attempt.ts'

/** How far a pack has got, told after each attempt. */
export interface BenchProgress {
  readonly done: number
  readonly total: number
  readonly task: string
  readonly attempt: number
  readonly eval: EvalResult
}

/** How a pack is run. */
export interface BenchOptions extends ScorerSources {
  /** Makes an agent for each attempt. */
  readonly agent: MakeBenchAgent
  /** Attempts at a time; default 4. */
  readonly concurrency?: number | undefined
  /** Attempts at each task that does not say itself how many; default 1. */
  readonly repeat?: number | undefined
  readonly onProgress?: ((progress: BenchProgress) => void) | undefined
  /** A report of earlier that the new one is compared with. */
  readonly baseline?: EarlierReport | undefined
  /** How often a change may be claimed where there is none; default 0.05. */
  readonly alpha?: number | undefined
  /** Finds what the agent has to say in its framework's result; by default it is known for the AI SDK and LangChain. */
  readonly output?: ((result: unknown) => unknown) | undefined
  /** Milliseconds that one attempt may take; default 120,000. */
  readonly timeoutMs?: number | undefined
  /** Ends everything: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

/** Runs every task of a pack against an agent, judges each run, and reports. */
export async function runBenchPack(pack: BenchPack, options: BenchOptions): Promise<BenchReport> {
  assertPack(pack)
  const { concurrency = 4, repeat = 1, clock = Date.now, baseline } = options
  assertCount('concurrency', concurrency)
  assertCount('repeat', repeat)
  if (baseline !== undefined && baseline.pack !== pack.id) throw otherPack(pack.id, baseline.pack)
  const planned = pack.tasks.flatMap((task) => planOf(task, task.repeat ?? repeat, options))
  const startedAt = new Date(clock()).toISOString()
  const made = await inParallel(planned, concurrency, attemptWith(pack, options, planned.length))
  const attempts = made.map(({ attempt }) => attempt)
  const report: BenchReport = {
    format: 'aos-bench-report/1',
    pack: pack.id,
    ...(pack.title === undefined ? {} : { title: pack.title }),
    startedAt,
    endedAt: new Date(clock()).toISOString(),
    deterministic: made.every(({ scripted }) => scripted) && pack.tasks.every(isFixed),
    tasks: Object.fromEntries(pack.tasks.map((task) => [task.id, digestOf(pack, task)])),
    attempts,
    totals: totalsOf(attempts),
  }
  return baseline === undefined ? report : compareReports(baseline, report, { alpha: options.alpha })
}

interface Planned {
  readonly task: BenchTask
  readonly attempt: number
  readonly scorer: ReturnType<typeof taskScorer>
}

// scorers are made before anything is run, so that one that is missing is told at once
function planOf(task: BenchTask, count: number, options: BenchOptions): readonly Planned[] {
  const scorer = taskScorer(task, options)
  return Array.from({ length: count }, (_, index) => ({ task, attempt: index + 1, scorer }))
}

/** Digest of all that a task asks, gives and expects; its titles and how often it is run are no part of that. */
function digestOf({ tools, policies }: BenchPack, task: BenchTask): string {
  const { title: _title, repeat: _repeat, ...asked } = task
  return sha256Hex(canonicalJson({ policies, ...asked, tools: { ...tools, ...task.tools } }))
}

// a judge, a scorer of somebody else and a clock may each say something else the next time
function isFixed({ expect }: BenchTask): boolean {
  return expect.every(
    ({ judge, custom, budget }) =>
      judge === undefined && custom === undefined && budget?.durationMs === undefined,
  )
}

function attemptWith(
  pack: BenchPack,
  options: BenchOptions,
  total: number,
): (planned: Planned) => Promise<MadeAttempt> {
  const { agent, output, timeoutMs = 120_000, signal, onProgress } = options
  let done = 0
  return async (planned) => {
    signal?.throwIfAborted()
    const made = await runAttempt({ ...planned, pack, agent, output, timeoutMs, signal })
    signal?.throwIfAborted()
    done += 1
    const { task, attempt, eval: result }: BenchAttempt = made.attempt
    onProgress?.({ done, total, task, attempt, eval: result })
    return made
  }
}

/** Works through a list, some at a time, and gives the results in its order. */
async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}

function assertPack(pack: BenchPack): void {
  const checked = checkBenchPack(pack)
  if (checked.ok) return
  const issues = checked.issues.map(({ path, message }) => `${path || 'the pack'} ${message}`)
  throw new AosError({
    code: 'invalid_options',
    message: `This is no pack: ${issues.join('; ')}`,
    fix: 'Read it with parseBenchPack(), which names the lines.',
  })
}

function assertCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new AosError({
    code: 'invalid_options',
    message: `${name} must be a whole number from 1, and is ${value}`,
    fix: `Pass ${name} as 1 or more, or leave it out.`,
  })
}

function otherPack(pack: string, earlier: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The earlier report is on ${earlier}, and this is ${pack}`,
    why: 'Only runs of the same tasks can be compared.',
    fix: 'Pass a report on the same pack as baseline.',
  })
}
