import type { InstrumentCore } from '../instrument/core.ts'
import { processState } from '../process-state.ts'
import { Run } from './run.ts'
import { Step } from './step.ts'

/** Where a run stands that is started now. */
export interface Enclosing {
  readonly parent?: Run | undefined
  readonly parentStep?: Step | undefined
}

const OUTSIDE: Enclosing = {}

/**
 * Finds the run that a new one is started inside of. Work that outlives its run still belongs to it, so that what it
 * starts is judged by the handlers of that run and of those around it.
 */
export function enclosingRun(core: InstrumentCore): Enclosing {
  const { run, step } = processState.ambient.getStore() ?? {}
  if (!(run instanceof Run)) return OUTSIDE
  const parent = run.state === 'closed' ? outlived(run, core) : run
  return { parent, parentStep: parent === run && step instanceof Step ? step : undefined }
}

// an agent that starts itself anew, again and again, must not stand in an ever longer line of its own ended runs
function outlived(closed: Run, core: InstrumentCore): Run | undefined {
  let run: Run | undefined = closed
  while (run?.state === 'closed' && (run.core === core || isInside(run, run.core))) run = run.parent
  return run
}

function isInside(run: Run, core: InstrumentCore): boolean {
  for (let outer = run.parent; outer !== undefined; outer = outer.parent) if (outer.core === core) return true
  return false
}
