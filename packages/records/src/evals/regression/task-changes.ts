import { fisherExact, holm } from '../statistics/proportions.ts'

/** One judged run of a task. */
export interface TaskResult {
  readonly task: string
  readonly pass: boolean
  /** From 0 to 100. */
  readonly score: number
  /** Id of the AgentRun. */
  readonly runId?: string | undefined
}

/** What the runs of one task came to. */
export interface TaskSummary {
  readonly passes: number
  readonly runs: number
  readonly meanScore: number
}

/** How one task did in two sets of runs. */
export interface TaskChange {
  readonly task: string
  readonly before: TaskSummary
  readonly after: TaskSummary
  /** Passes per run, and points of the mean score, that it gained. */
  readonly passGain: number
  readonly scoreGain: number
  /** Fisher's exact test, corrected for the number of tasks by Holm; only of tasks that ran more than once on both sides. */
  readonly p?: number | undefined
}

/** The tasks that both sets have, and those that only one has. */
export interface TaskChanges {
  readonly tasks: readonly TaskChange[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

/** Pairs two sets of results by task, in the order of the later one. */
export function changesOf(before: readonly TaskResult[], after: readonly TaskResult[]): TaskChanges {
  const earlier = byTask(before)
  const later = byTask(after)
  const both = [...later].flatMap(([task, results]) => {
    const past = earlier.get(task)
    return past === undefined ? [] : [changeOf(task, summaryOf(past), summaryOf(results))]
  })
  const repeated = both.filter(isRepeated)
  const chances = holm(repeated.map(({ before: b, after: a }) => fisherExact(table(b, a))))
  const chanceOf = new Map(repeated.map(({ task }, index) => [task, chances[index]]))
  return {
    tasks: both.map((change) => ({ ...change, p: chanceOf.get(change.task) })),
    onlyBefore: [...earlier.keys()].filter((task) => !later.has(task)),
    onlyAfter: [...later.keys()].filter((task) => !earlier.has(task)),
  }
}

function byTask(results: readonly TaskResult[]): ReadonlyMap<string, readonly TaskResult[]> {
  const groups = new Map<string, TaskResult[]>()
  for (const result of results) {
    const group = groups.get(result.task)
    if (group === undefined) groups.set(result.task, [result])
    else group.push(result)
  }
  return groups
}

function summaryOf(results: readonly TaskResult[]): TaskSummary {
  const passes = results.filter(({ pass }) => pass).length
  const sum = results.reduce((total, { score }) => total + score, 0)
  return { passes, runs: results.length, meanScore: sum / results.length }
}

function changeOf(task: string, before: TaskSummary, after: TaskSummary): TaskChange {
  return {
    task,
    before,
    after,
    passGain: after.passes / after.runs - before.passes / before.runs,
    scoreGain: after.meanScore - before.meanScore,
  }
}

function isRepeated({ before, after }: TaskChange): boolean {
  return before.runs > 1 && after.runs > 1
}

function table(before: TaskSummary, after: TaskSummary): readonly [number, number, number, number] {
  return [before.passes, before.runs - before.passes, after.passes, after.runs - after.passes]
}
