import type { RunStatus } from '../events/event.ts'
import type { Run } from './run.ts'

const ABORT_GRACE_MS = 1000

/** Runs one turn inside its run: ends the run however the turn ends, and rejects with the very error that ended it. */
export async function runTurn<T>(run: Run, work: () => PromiseLike<T>, signal?: AbortSignal): Promise<T> {
  try {
    const result = await run.enter(() => (run.quiet ? work() : orAborted(run, work())))
    run.throwIfFatal()
    run.end('completed')
    return result
  } catch (thrown) {
    const error = run.fatal === undefined ? thrown : run.fatal.error
    run.end(statusOf(run, error, signal), error)
    throw error
  }
}

/** How a run that ended with an error is recorded. */
export function statusOf(run: Run, error: unknown, signal?: AbortSignal): RunStatus {
  if (run.fatal !== undefined) return 'failed'
  if (signal?.aborted === true) return 'cancelled'
  return error instanceof Error && error.name === 'AbortError' ? 'cancelled' : 'failed'
}

// an aborted run gives its siblings a moment to settle, and then rejects without them
function orAborted<T>(run: Run, work: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const settle = (conclude: () => void): void => {
      clearTimeout(timer)
      conclude()
    }
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
    run.onAbort(() => {
      timer = setTimeout(() => reject(run.fatal?.error), ABORT_GRACE_MS)
    })
  })
}

/** Runs work in the given run if it is open; a closed one gets an implicit child, which is ended with the work. */
export async function inOpenRun<T>(run: Run, work: (open: Run) => PromiseLike<T>): Promise<T> {
  if (run.state !== 'closed') return work(run)
  const implicit = implicitRun(run)
  return runTurn(implicit, () => work(implicit))
}

/** Starts the run that takes up what is still done for one that has ended; the caller ends it. */
export function implicitRun(run: Run): Run {
  return run.core.startImplicitRun(run)
}
