import type { AgentRun } from '@agent-run/types'
import { describeError, type RunOptions } from '@aos/sdk'
import type { BenchPack, BenchTask } from '../../generated/eval-pack-types.ts'
import { createWorld, type World } from '../pack/world.ts'
import { observeRun } from '../scoring/observation.ts'
import { scoreRun, toEvalResult, type Scorer } from '../scoring/scorer.ts'
import { outputOf } from './output-of.ts'
import { withEval, type BenchAttempt } from './bench-report.ts'

/** What a pack is run with: any agent instrumented by `AOSInstrument`. */
export interface BenchAgent {
  run(input: unknown, options?: RunOptions): Promise<unknown>
  on(event: 'run', listener: (run: AgentRun) => void): () => void
}

/** Makes the agent of one attempt, with the tools and, where it is to follow the script, the model of its world. */
export type MakeBenchAgent = (task: BenchTask, world: World) => BenchAgent | PromiseLike<BenchAgent>

/** What one attempt is made of. */
export interface AttemptParts {
  readonly pack: BenchPack
  readonly task: BenchTask
  readonly attempt: number
  readonly scorer: Scorer
  readonly agent: MakeBenchAgent
  readonly output: ((result: unknown) => unknown) | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** An attempt, and whether its agent followed the script. */
export interface MadeAttempt {
  readonly attempt: BenchAttempt
  readonly scripted: boolean
}

/** Runs one task once and judges it; whatever goes wrong is an attempt that failed. */
export async function runAttempt(parts: AttemptParts): Promise<MadeAttempt> {
  const { pack, task, attempt: number } = parts
  const { world, scripted } = createWorld(pack, task)
  const attempt = await attempted(parts, world)
  const result = {
    ...attempt.eval,
    ...(task.taskType === undefined ? {} : { task_type: task.taskType }),
    benchmark_id: pack.id,
    metadata: { ...attempt.eval.metadata, task_id: task.id, attempt: number },
  }
  return { attempt: withEval(attempt, result), scripted: scripted() }
}

async function attempted(parts: AttemptParts, world: World): Promise<BenchAttempt> {
  const { task, attempt } = parts
  const failed = (detail: string): BenchAttempt => ({
    task: task.id,
    attempt,
    eval: toEvalResult('error', { pass: false, detail }),
  })
  let agent: BenchAgent
  try {
    agent = await parts.agent(task, world)
  } catch (error) {
    return failed(`the agent could not be made: ${describeError(error).message}`)
  }
  const { runs, result, error } = await turn(agent, parts)
  const ids = new Set(runs.map(({ id }) => id))
  const run = runs.findLast(({ parent_run_id: parent }) => typeof parent !== 'string' || !ids.has(parent))
  if (run === undefined)
    return failed(`the agent left no record of its run${error === undefined ? '' : `: ${error}`}`)
  const seen = observeRun(run, {
    input: task.input,
    output: error === undefined ? (parts.output ?? outputOf)(result) : undefined,
    error,
    effects: world.effects,
    children: runs.filter((other) => other !== run),
  })
  return withEval(
    { task: task.id, attempt, eval: { pass: false, score: 0 }, run },
    await scoreRun(parts.scorer, seen),
  )
}

interface Turn {
  readonly runs: readonly AgentRun[]
  readonly result?: unknown
  readonly error: string | undefined
}

async function turn(
  agent: BenchAgent,
  { pack, task, attempt, timeoutMs, signal }: AttemptParts,
): Promise<Turn> {
  // an agent that is used for several attempts at once tells of all their runs
  const session = `${pack.id}/${task.id}/${attempt}`
  const runs: AgentRun[] = []
  const stop = agent.on('run', (run) => {
    if (sessionOf(run) === session) runs.push(run)
  })
  const ending = new AbortController()
  const abort = (reason: unknown): void => ending.abort(reason)
  const timer = setTimeout(() => abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  const cancel = (): void => abort(signal?.reason)
  signal?.addEventListener('abort', cancel, { once: true })
  const abandoned = abandonment(ending.signal)
  try {
    const run = agent.run(task.input, { session, signal: ending.signal })
    return { runs, result: await Promise.race([run, abandoned.promise]), error: undefined }
  } catch (error) {
    return { runs, error: describeError(error).message }
  } finally {
    clearTimeout(timer)
    abandoned.stop()
    signal?.removeEventListener('abort', cancel)
    stop()
  }
}

// a run that was aborted is given the time in which the SDK ends it
const GRACE_MS = 1500

function abandonment(signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    const wait = (): void => {
      timer = setTimeout(() => reject(signal.reason as Error), GRACE_MS)
    }
    signal.addEventListener('abort', wait, { once: true })
  })
  return { promise, stop: () => clearTimeout(timer) }
}

function sessionOf({ metadata }: AgentRun): unknown {
  const facts = metadata?.['aos']
  return typeof facts === 'object' && facts !== null ? Reflect.get(facts, 'session_id') : undefined
}
