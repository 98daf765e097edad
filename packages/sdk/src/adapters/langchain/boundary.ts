import type { AdapterHost } from '../../instrument/adapter.ts'
import { orAborted, statusOf } from '../../run/boundary.ts'
import type { Run } from '../../run/run.ts'
import { carriedBy, carrying, EntryCall, RunScope } from './run-scope.ts'
import type { ConfigShape } from './shapes.ts'

/** One call of a graph: the iterator that does the work, and what it was called with. */
export interface GraphCall {
  readonly iterator: (input: unknown, options?: ConfigShape) => AsyncGenerator<unknown>
  readonly input: unknown
  readonly options: ConfigShape | undefined
}

/** Starts the run of a call at once, in the context of its caller, and gives what the graph streams inside of it. */
export function streamTurn(host: AdapterHost, call: GraphCall): AsyncGenerator<unknown> {
  const { options } = call
  const carried = carriedBy(options)
  const entry = carried instanceof EntryCall ? carried : undefined
  const start = (): Run => (entry?.host ?? host).startRun({ threadId: threadOf(options), ...entry?.call })
  const outer = (carried instanceof RunScope ? carried : entry?.outer)?.run
  return streamWithin(outer === undefined || outer.state === 'closed' ? start() : outer.enter(start), call)
}

async function* streamWithin(run: Run, { iterator, input, options }: GraphCall): AsyncGenerator<unknown> {
  const scope = RunScope.of(run)
  let chunks: AsyncGenerator<unknown> | undefined
  try {
    const judged = await run.enter(() => orAborted(run, scope.users.judgeInput(input)))
    const given = withSignal(carrying(options, scope), run)
    chunks = run.enter(() => iterator(judged, given))
    for (;;) {
      const next = await nextOf(run, chunks)
      run.throwIfFatal()
      if (next.done === true) break
      yield next.value
    }
    run.end('completed')
  } catch (thrown) {
    const error: unknown = run.fatal === undefined ? thrown : run.fatal.error
    run.end(statusOf(run, error, options?.signal), error)
    throw error
  } finally {
    // the reader has gone
    run.end('cancelled')
    await chunks?.return(undefined)
  }
}

function nextOf(run: Run, chunks: AsyncGenerator<unknown>): Promise<IteratorResult<unknown>> {
  return run.enter(() => (run.quiet ? chunks.next() : orAborted(run, chunks.next())))
}

// a run that is ended by an error stops the graph
function withSignal(config: ConfigShape, run: Run): ConfigShape {
  if (run.quiet) return config
  const { signal } = config
  return { ...config, signal: signal === undefined ? run.signal : AbortSignal.any([signal, run.signal]) }
}

function threadOf(options: ConfigShape | undefined): string | undefined {
  const thread = options?.configurable?.['thread_id']
  return typeof thread === 'string' || typeof thread === 'number' ? String(thread) || undefined : undefined
}
