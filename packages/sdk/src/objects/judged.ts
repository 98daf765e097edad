import { isDenied, type AosDeniedError } from '../errors.ts'
import { guard } from '../run/gate.ts'
import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { Reach } from './reach.ts'

/** One use of an instrumented object. */
export interface Use<T> {
  readonly operation: () => Operation
  /** The use itself, with the value that was decided. */
  readonly effect: (value: unknown) => unknown
  /** What the caller gets of what was decided about the outcome. */
  readonly give: (outcome: unknown) => T
  /** What the caller gets where it was denied. */
  readonly denied: (denial: AosDeniedError) => T
}

/**
 * Judges one use of an object where its reach finds a run that judges; `bare` is the use without that. A denial is
 * an answer and rejects nothing. The error of a handler rejects, but as it is kept on the run it is not lost where
 * nobody waits, and does not end the process.
 */
export function judged<T>(reach: Pick<Reach, 'within'>, use: () => Use<T>, bare: () => unknown): Promise<T> {
  const ended = { byHandler: false }
  const outcome = reach.within(async (run) => {
    if (run === undefined || run.quiet) return (await bare()) as T
    try {
      return await judgedIn(run, use())
    } catch (error) {
      ended.byHandler = run.fatal !== undefined
      throw error
    }
  })
  return heardIf(ended, outcome)
}

/** The same in a run that is known. */
export async function judgedIn<T>(run: Run, { operation, effect, give, denied }: Use<T>): Promise<T> {
  let failed = false
  try {
    const outcome = await guard(run, operation(), async (value) => {
      try {
        return await effect(value)
      } catch (error) {
        failed = true
        throw error
      }
    })
    return give(outcome)
  } catch (error) {
    if (failed || run.fatal !== undefined || !isDenied(error)) throw error
    return denied(error)
  }
}

/** A promise that ends no process when it rejects with what has ended its run. */
export function heardIf<T>(ended: { readonly byHandler: boolean }, outcome: Promise<T>): Promise<T> {
  const heard = new Promise<T>((resolve, reject) => {
    outcome.then(resolve, (error: unknown) => {
      if (ended.byHandler) heard.catch(() => undefined)
      reject(error)
    })
  })
  return heard
}
