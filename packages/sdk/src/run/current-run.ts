import { processState } from '../process-state.ts'
import { GuardedRun } from './guarded-run.ts'
import { Run } from './run.ts'

/** The guarded operations of the run this code stands in, found through the async context; nothing outside of a run. */
export function currentRun(): GuardedRun | undefined {
  const run = processState.ambient.getStore()?.run
  return run instanceof Run ? new GuardedRun(run) : undefined
}
