import type {
  AgentAction,
  LifecycleObservation,
  PeacAccess,
  PeacClaims,
  PeacCorrelation,
} from '../../generated/peac-types.ts'
import type { A2AAgentCardObservation, A2ATaskObservation, CliExecution } from '../../generated/peac-types.ts'
import { peacName } from '../claims/registry.ts'
import { a2aTypeOf, type A2ATaskEvent } from './a2a-events.ts'

/** The claims that say what a record is about, to be spread into `issue`. */
export type RecordParts = Required<Pick<PeacClaims, 'type' | 'pillars' | 'extensions'>>

/** What can be seen of an action of an agent. */
export type AgentActionKind = 'invoked' | 'delegated' | 'approved' | 'denied' | 'cancelled' | 'timed-out'

/** What can be seen in the life of some work. */
export type LifecycleKind =
  | 'approval-requested'
  | 'approval-granted'
  | 'approval-denied'
  | 'evaluation-started'
  | 'evaluation-completed'
  | 'experiment-assigned'
  | 'experiment-result'
  | 'workflow-transition'
  | 'mode-observed'

const COMPLIANCE: readonly AgentActionKind[] = ['approved', 'denied', 'timed-out']

/** A record of an action of an agent (org.peacprotocol/agent-action). */
export function agentAction(kind: AgentActionKind, action: Omit<AgentAction, 'event_kind'>): RecordParts {
  const event = `agent-action-${kind}-observed` as const
  const pillar = COMPLIANCE.includes(kind) ? 'compliance' : 'attribution'
  return partsOf(peacName(event), pillar, { [peacName('agent-action')]: { event_kind: event, ...action } })
}

/** A record of an approval, an evaluation, an experiment, a transition or a mode (org.peacprotocol/lifecycle-observation). */
export function lifecycleObservation(
  kind: LifecycleKind,
  observation: Omit<LifecycleObservation, 'event_kind'>,
): RecordParts {
  const event = `lifecycle-${kind}` as const
  const group = { event_kind: event, ...observation }
  return partsOf(peacName(event), 'provenance', { [peacName('lifecycle-observation')]: group })
}

/** A record of a decision about access, taken by whoever issues it (org.peacprotocol/access). */
export function accessDecision(access: PeacAccess): RecordParts {
  return partsOf(peacName('access-decision'), 'access', { [peacName('access')]: { ...access } })
}

/** A record of a command that was run (org.peacprotocol/cli-execution). */
export function cliExecution(execution: CliExecution): RecordParts {
  return partsOf(execution.type, 'provenance', { [peacName('cli-execution')]: execution })
}

/** What is known of a task of A2A that is handed on. */
export type A2ATask = Omit<A2ATaskObservation, 'type'> & { readonly event: A2ATaskEvent }

/** A record of a task that is handed on, or of an agent card (org.peacprotocol/a2a-handoff). */
export function a2aHandoff(seen: A2ATask | Omit<A2AAgentCardObservation, 'type'>): RecordParts {
  if ('event' in seen) return partsOf(a2aTypeOf(seen.event), 'provenance', fromA2ATaskObservation(seen))
  const type = peacName('a2a-agent-card-observation')
  return partsOf(type, 'provenance', { [peacName('a2a-handoff')]: { type, ...seen } })
}

/** The group of facts for a task of A2A that is handed on, for the `extensions` of a record. */
export function fromA2ATaskObservation(task: A2ATask): {
  readonly 'org.peacprotocol/a2a-handoff': A2ATaskObservation
} {
  const type = a2aTypeOf(task.event) as A2ATaskObservation['type']
  return { 'org.peacprotocol/a2a-handoff': { type, ...task } }
}

/** What a record belongs to, for its `extensions`. */
export function correlation(links: PeacCorrelation): {
  readonly 'org.peacprotocol/correlation': PeacCorrelation
} {
  return { 'org.peacprotocol/correlation': links }
}

function partsOf(
  type: string,
  pillar: RecordParts['pillars'][number],
  extensions: RecordParts['extensions'],
): RecordParts {
  return { type, pillars: [pillar], extensions }
}
