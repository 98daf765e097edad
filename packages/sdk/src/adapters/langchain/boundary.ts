import type { AdapterHost } from '../../instrument/adapter.ts'
import { orAborted, runTurn, statusOf } from '../../run/boundary.ts'
import type { Run } from '../../run/run.ts'
import { carriedBy, carrying, EntryCall, readBy, readershipOf, RunScope, threadOf } from './run-scope.ts'
import type { ConfigShape } from './shapes.ts'
import { StreamEnd } from './stream-end.ts'

/** One call of an agent: what it was called with, and how it is judged and done. */
export interface Turn {
  readonly input: unknown
  readonly options: ConfigShape | undefined
  /** Judges what the run starts with. */
  readonly judge: (scope: RunScope, input: unknown) => Promise<unknown>
  /** Whether the work stops on the signal of its configuration. */
  readonly takesSignal: boolean
}

/** A turn that gives its result at once. */
export interface WholeTurn extends Turn {
  readonly work: (scope: RunScope, input: unknown, options: ConfigShape) => Promise<unknown>
}

/** A turn that streams. */
export interface StreamedTurn extends Turn {
  readonly open: (scope: RunScope, input: unknown, options: ConfigShape) => AsyncGenerator<unknown>
  /** Judges what leaves, where that is not done when it is said. */
  readonly judgeChunks?:
    | ((scope: RunScope, options: ConfigShape | undefined) => (chunk: unknown) => Promise<unknown>)
    | undefined
}

/** Runs a turn inside a run of its own. */
export function completeTurn(host: AdapterHost, turn: WholeTurn): Promise<unknown> {
  const run = startRun(host, turn.options)
  const scope = RunScope.of(run)
  return runTurn(run, async () =>
    turn.work(scope, await turn.judge(scope, turn.input), configOf(scope, turn)),
  )
}

/** Starts the run of a turn at once, in the context of its caller, and gives what streams inside of it. */
export function streamTurn(host: AdapterHost, turn: StreamedTurn): AsyncGenerator<unknown> {
  return streamWithin(startRun(host, turn.options), turn)
}

async function* streamWithin(run: Run, turn: StreamedTurn): AsyncGenerator<unknown> {
  const scope = RunScope.of(run)
  const end = new StreamEnd(run, readershipOf(turn.options), turn.options?.signal)
  let chunks: AsyncGenerator<unknown> | undefined
  try {
    const judged = await run.enter(() => orAborted(run, turn.judge(scope, turn.input)))
    const opened = run.enter(() => turn.open(scope, judged, configOf(scope, turn)))
    chunks = opened
    const judge = turn.judgeChunks?.(scope, turn.options)
    for (;;) {
      const next = await run.enter(() => (run.quiet ? opened.next() : orAborted(run, opened.next())))
      run.throwIfFatal()
      if (next.done === true) break
      const value = judge === undefined ? next.value : await run.enter(() => judge(next.value))
      end.given()
      yield value
      end.taken()
    }
    run.end('completed')
  } catch (thrown) {
    const error: unknown = run.fatal === undefined ? thrown : run.fatal.error
    run.end(statusOf(run, error, turn.options?.signal), error)
    throw error
  } finally {
    // the reader has gone
    run.end('cancelled')
    // not waited for: what is under way may never come back
    chunks?.return(undefined).catch(() => undefined)
  }
}

// inside of the run that the configuration carries, where it comes from one
function startRun(host: AdapterHost, options: ConfigShape | undefined): Run {
  const carried = carriedBy(options)
  const entry = carried instanceof EntryCall ? carried : undefined
  const start = (): Run => (entry?.host ?? host).startRun({ threadId: threadOf(options), ...entry?.call })
  const outer = (carried instanceof RunScope ? carried : entry?.outer)?.run
  return outer === undefined || outer.state === 'closed' ? start() : outer.enter(start)
}

// a run that is ended by an error stops the work
function configOf(scope: RunScope, { options, takesSignal }: Turn): ConfigShape {
  // graphs inside are read by their own callers
  const config = carrying(readBy(options, undefined), scope)
  const { run } = scope
  if (run.quiet || !takesSignal) return config
  const { signal } = config
  return { ...config, signal: signal === undefined ? run.signal : AbortSignal.any([signal, run.signal]) }
}
