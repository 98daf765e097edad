import type { AgentRun, Step } from './generated/types.ts'

/** Where a run is in its life. */
export type RunStatus = AgentRun['status']

/** Whether a run reached its aim. */
export type RunOutcome = NonNullable<AgentRun['outcome']>

/** What starts a run. */
export type RunTrigger = NonNullable<AgentRun['trigger']>

/** Kind of a step. */
export type StepType = Step['type']
