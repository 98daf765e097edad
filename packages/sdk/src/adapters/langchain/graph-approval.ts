import type { ApprovalState } from '../../run/operation.ts'
import type { Run } from '../../run/run.ts'
import type { Ticket } from '../../run/gate.ts'
import { rememberAsked, wasAsked } from './graph-asked.ts'
import { callIfFunction, isBag, isBubbleUp, type ConfigShape } from './shapes.ts'

/** How an `ask` about a call is answered: by a graph that can pause where it can, and nobody else was given. */
export function approvalIn(run: Run, config: ConfigShape | undefined): ApprovalState {
  const pauses = config?.configurable?.['__pregel_checkpointer'] !== undefined
  return pauses && run.core.options.onApproval === undefined ? 'framework' : 'none'
}

/** What a graph that is paused for an approval shows: `__interrupt__` holds it. */
export interface ApprovalInterrupt {
  readonly aos: 'approval'
  readonly toolName: string
  readonly executionId: string | undefined
  readonly parameters: unknown
  readonly reason: string | undefined
  /** Stands for exactly these parameters; an answer that repeats it is checked against it. */
  readonly digest: string
}

/**
 * Asks through an interrupt of the graph, which pauses here; where it was resumed, gives the answer. `true` or
 * `{ approved: true }` approves what was asked, anything else refuses. Nothing where the graph cannot be paused from here.
 */
export async function askGraph(
  ticket: Ticket,
  config: ConfigShape | undefined,
): Promise<ApprovalState | undefined> {
  const interrupt = config?.['interrupt']
  if (typeof interrupt !== 'function') return undefined
  const { operation, value, run } = ticket
  const shown: ApprovalInterrupt = {
    aos: 'approval',
    toolName: operation.name,
    executionId: operation.executionId,
    parameters: value,
    reason: ticket.askedFor,
    digest: run.core.content.digest(value),
  }
  let answer: unknown
  try {
    answer = callIfFunction(interrupt, undefined, [shown])
  } catch (error) {
    if (isBubbleUp(error)) rememberAsked(run.core, shown, config)
    throw error
  }
  const digest = isBag(answer) ? answer['digest'] : undefined
  if (answer !== true && !(isBag(answer) && answer['approved'] === true)) return 'refused'
  const isMeant = digest === undefined ? await wasAsked(run.core, shown, config) : digest === shown.digest
  return isMeant ? 'granted' : 'refused'
}
