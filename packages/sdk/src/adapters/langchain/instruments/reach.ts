import { diag } from '@opentelemetry/api'
import { AosError } from '../../../errors.ts'
import type { AOSHandle, Handle } from '../../../instrument/handle.ts'
import { handleOf } from '../../../instrument/instrument.ts'
import { inOpenRun, runTurn } from '../../../run/boundary.ts'
import { currentRun } from '../../../run/current-run.ts'
import { GuardedRun } from '../../../run/guarded-run.ts'
import type { Run } from '../../../run/run.ts'

/** Whose hooks judge an instrumented object: those of an instrumented agent, or of one run of it. */
export type InstrumentOwner = GuardedRun | Pick<AOSHandle<object>, 'registerHook' | 'unwrap'>

/** What the functions that instrument an object take beside it. */
export interface InstrumentObjectOptions {
  /** Under which it is recorded, matched and disabled; default: the name it has, or that of its class. */
  readonly name?: string
}

/**
 * Finds the run in which the use of an object is judged: the run it stands in when that belongs to the owner; else
 * the owner's own, an implicit run where none is open. Without an owner it is the run it stands in, and no run at all
 * outside of one, which is reported once.
 */
export class Reach {
  readonly owner: InstrumentOwner | undefined
  readonly #bound: GuardedRun | Handle<object> | undefined
  readonly #what: string
  #reported = false

  constructor(owner: InstrumentOwner | undefined, what: string) {
    this.owner = owner
    this.#bound = boundOf(owner)
    this.#what = what
  }

  /** Runs work with the run that judges it. */
  within<T>(work: (run: Run | undefined) => Promise<T>): Promise<T> {
    const bound = this.#bound
    const ambient = currentRun()?.run
    if (bound === undefined) return ambient === undefined ? this.#nowhere(work) : inOpenRun(ambient, work)
    if (bound instanceof GuardedRun)
      return inOpenRun(isInside(ambient, (run) => run === bound.run) ? ambient : bound.run, work)
    if (isInside(ambient, ({ core }) => core === bound.core)) return inOpenRun(ambient, work)
    const implicit = (): Promise<T> => {
      const run = bound.core.startRun(bound.view)
      return runTurn(run, () => work(run))
    }
    return ambient === undefined ? implicit() : inOpenRun(ambient, implicit)
  }

  #nowhere<T>(work: (run: undefined) => Promise<T>): Promise<T> {
    if (!this.#reported) {
      this.#reported = true
      diag.warn(
        `aos: ${this.#what} was used outside of any run and belongs to no agent, so nothing judged it; pass the instrumented agent as the second argument`,
      )
    }
    return work(undefined)
  }
}

function boundOf(owner: InstrumentOwner | undefined): GuardedRun | Handle<object> | undefined {
  if (owner === undefined || owner instanceof GuardedRun) return owner
  const handle = handleOf(owner)
  if (handle !== undefined) return handle
  throw new AosError({
    code: 'not_instrumented',
    message: 'The agent an object is bound to is not instrumented',
    why: 'Only an instrumented agent has hooks that could judge the object.',
    fix: 'Pass what new AOSInstrument(agent) gave you.',
  })
}

function isInside(run: Run | undefined, belongs: (run: Run) => boolean): run is Run {
  for (let one = run; one !== undefined; one = one.parent) if (belongs(one)) return true
  return false
}
