import { processState } from '../process-state.ts'
import type { Handle } from './handle.ts'

/** The handle behind an instrumented agent, whichever copy of the SDK wrapped it. */
export function handleOf(agent: unknown): Handle<object> | undefined {
  if ((typeof agent !== 'object' && typeof agent !== 'function') || agent === null) return undefined
  return processState.handles.get(agent) as Handle<object> | undefined
}
