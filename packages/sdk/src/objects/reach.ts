import { diag } from '@opentelemetry/api'
import { AosError } from '../errors.ts'
import type { AdapterHost, Coverage } from '../instrument/adapter.ts'
import type { InstrumentCore, RunCall } from '../instrument/core.ts'
import type { AOSHandle } from '../instrument/handle.ts'
import { handleOf } from '../instrument/handle-of.ts'
import { inOpenRun, runTurn } from '../run/boundary.ts'
import { currentRun } from '../run/current-run.ts'
import { GuardedRun } from '../run/guarded-run.ts'
import type { Run } from '../run/run.ts'

/** Whose hooks judge an instrumented object: those of an instrumented agent, or of one run of it. */
export type InstrumentOwner = GuardedRun | Pick<AOSHandle<object>, 'registerHook' | 'unwrap'>

/** The same, or what an adapter binds an agent with that is itself such an object. */
export type ObjectOwner = InstrumentOwner | AdapterHost

/** What the functions that instrument an object take beside it. */
export interface InstrumentObjectOptions {
  /** Under which it is recorded, matched and disabled; default: the name it has, or that of its class. */
  readonly name?: string
}

/** What is reached, and what of it is not. */
export interface ReachedObject {
  readonly component: string
  readonly note?: string | undefined
  /** What is known of it, for who asks what the agent is made of. */
  readonly facts?: Readonly<Record<string, string | number | boolean>> | undefined
}

/**
 * Finds the run in which the use of an object is judged: the run it stands in when that belongs to the owner; else
 * the owner's own, an implicit run where none is open. Without an owner it is the run it stands in, and no run at all
 * outside of one, which is reported once.
 */
export class Reach {
  readonly owner: ObjectOwner | undefined
  readonly #bound: GuardedRun | AdapterHost | undefined
  readonly #what: ReachedObject
  #reported = false

  constructor(owner: ObjectOwner | undefined, what: ReachedObject) {
    this.owner = owner
    this.#bound = boundOf(owner)
    this.#what = what
    if (this.#bound instanceof GuardedRun) this.#covered(this.#bound.run.core, 'bound')
    else if (this.#bound !== undefined) this.#covered(this.#bound.core, 'bound')
  }

  /** Runs work with the run that judges it; `carried` is the run that the call itself says it belongs to. */
  within<T>(work: (run: Run | undefined) => Promise<T>, carried?: Run): Promise<T> {
    return this.#within(work, carried)
  }

  #within<T>(work: (run: Run | undefined) => Promise<T>, carried?: Run, call?: RunCall): Promise<T> {
    const bound = this.#bound
    const around = currentRun()?.run
    // what is inside of the run that is carried is nearer than that
    const lost = carried !== undefined && !isInside(around, (run) => run === carried)
    const ambient = lost ? carried : around
    if (bound === undefined) return ambient === undefined ? this.#nowhere(work) : this.#around(ambient, work)
    if (bound instanceof GuardedRun)
      return inOpenRun(isInside(ambient, (run) => run === bound.run) ? ambient : bound.run, work)
    if (isInside(ambient, ({ core }) => core === bound.core)) return inOpenRun(ambient, work)
    const implicit = (): Promise<T> => {
      const run = bound.startRun(call)
      return runTurn(run, () => work(run))
    }
    if (ambient === undefined) return implicit()
    return inOpenRun(ambient, (open) => (lost ? open.enter(implicit) : implicit()))
  }

  /** The same for one call that may say to which run it belongs. */
  of(carried: Run | undefined): Pick<Reach, 'within'> {
    return carried === undefined ? this : { within: (work) => this.within(work, carried) }
  }

  /** The same for work whose own runs, where it needs any, are called as given. */
  from(call: RunCall): Pick<Reach, 'within'> {
    return { within: (work, carried) => this.#within(work, carried, call) }
  }

  #around<T>(ambient: Run, work: (run: Run) => Promise<T>): Promise<T> {
    this.#covered(ambient.core, 'ambient')
    return inOpenRun(ambient, work)
  }

  #covered({ reached, components }: InstrumentCore, enforcement: Coverage['enforcement']): void {
    const { component, note, facts } = this.#what
    if (reached.has(component)) return
    reached.set(component, { component, enforcement, note })
    if (facts === undefined) return
    components.observe(component, { facts })
    // where nobody admits what is new, its uses may not be looked at either
    const [type = '', name = ''] = partsOf(component)
    if (components.idle) components.takeUp({ id: component, type, name })
  }

  #nowhere<T>(work: (run: undefined) => Promise<T>): Promise<T> {
    if (!this.#reported) {
      this.#reported = true
      diag.warn(
        `aos: ${this.#what.component} was used outside of any run and belongs to no agent, so nothing judged it; pass the instrumented agent as the second argument`,
      )
    }
    return work(undefined)
  }
}

function partsOf(id: string): readonly string[] {
  const at = id.indexOf(':')
  return [id.slice(0, at), id.slice(at + 1)]
}

function boundOf(owner: ObjectOwner | undefined): GuardedRun | AdapterHost | undefined {
  if (owner === undefined || owner instanceof GuardedRun) return owner
  const handle = handleOf(owner)
  if (handle !== undefined) {
    const { core, view } = handle
    return { core, startRun: (call) => core.startRun(view, call) }
  }
  if (isHost(owner)) return owner
  throw new AosError({
    code: 'not_instrumented',
    message: 'The agent an object is bound to is not instrumented',
    why: 'Only an instrumented agent has hooks that could judge the object.',
    fix: 'Pass what new AOSInstrument(agent) gave you.',
  })
}

function isHost(owner: ObjectOwner): owner is AdapterHost {
  return 'core' in owner && 'startRun' in owner
}

function isInside(run: Run | undefined, belongs: (run: Run) => boolean): run is Run {
  for (let one = run; one !== undefined; one = one.parent) if (belongs(one)) return true
  return false
}
