import type { RunStatus } from '../events/event.ts'
import type { Run } from './run.ts'

const ABORT_GRACE_MS = 1000

/** Runs one turn inside its run: ends the run however the turn ends, and rejects with the very error that ended it. */
export async function runTurn<T>(run: Run, work: () => PromiseLike<T>, signal?: AbortSignal): Promise<T> {
  try {
    const result = await run.enter(() =>
      run.quiet && signal === undefined ? work() : orAborted(run, work()),
    )
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
  const left = signal?.aborted === true
  if (run.fatal !== undefined) return left && run.fatal.error === signal.reason ? 'cancelled' : 'failed'
  if (left) return 'cancelled'
  return isAbort(error) ? 'cancelled' : 'failed'
}

function isAbort(error: unknown): boolean {
  try {
    return error instanceof Error && error.name === 'AbortError'
  } catch {
    // an error that cannot even be read ends its run all the same
    return false
  }
}

/** Aborts the run with the caller's signal, so that nothing further starts. */
export function abortWith(run: Run, signal: AbortSignal): void {
  const stop = (): void => run.abort(signal.reason)
  if (signal.aborted) return stop()
  signal.addEventListener('abort', stop, { once: true })
  run.onEnd(() => signal.removeEventListener('abort', stop))
}

/** Settles as the work does; an aborted run gives it a moment for that, and then rejects without it. */
export function orAborted<T>(run: Run, work: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    // work that has settled waits for nothing
    const forget = run.onAbort(() => {
      timer = setTimeout(() => reject(run.fatal?.error), ABORT_GRACE_MS)
    })
    const settle = (conclude: () => void): void => {
      forget()
      clearTimeout(timer)
      conclude()
    }
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
  })
}

/** Runs work in the given run if it is open; a closed one gets an implicit child, which is ended with the work. */
export function inOpenRun<T>(run: Run, work: (open: Run) => Promise<T>): Promise<T> {
  if (run.state !== 'closed') return work(run)
  const implicit = implicitRun(run)
  return runTurn(implicit, () => work(implicit))
}

/** Starts the run that takes up what is still done for one that has ended; the caller ends it. */
export function implicitRun(run: Run): Run {
  return run.core.startImplicitRun(run)
}
