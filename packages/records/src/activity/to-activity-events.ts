import type { AosEvent, DecisionRecord, RunRecord, StepRecord } from '@aos/sdk'
import type { ActivityFileChange, AgentActivityEvent } from '../generated/agent-activity-types.ts'
import {
  actionOf,
  isBlock,
  isIgnoredDenial,
  letsBegin,
  tellingDecision,
  toDecision,
} from './decision-facts.ts'
import { derivedEventId, toEvent, type ActivityOrigin } from './envelope.ts'
import { runMembers, stepMembers } from './run-members.ts'
import { sessionFinished, sessionStarted, type SessionSummary } from './session-events.ts'
import { costOf, delegationOf, modelOf, outcomeOf, toolOf } from './step-facts.ts'

/** Says what a call of a tool has changed, or nothing; it must depend on the step alone. */
export type FileChangeOf = (step: StepRecord) => ActivityFileChange | undefined

/** What an event is put into: the connector, the run, and how its session stands. */
export interface ActivityContext extends ActivityOrigin {
  /** Run that the event is of; without it only a change of a component tells anything. */
  readonly run?: RunRecord | undefined
  /** Whether the session begins with this run. */
  readonly startsSession?: boolean | undefined
  /** What the session came to, where it ends with this run. */
  readonly endsSession?: SessionSummary | undefined
  /** Tools that change files, by name. */
  readonly fileChanges?: Readonly<Record<string, FileChangeOf>> | undefined
}

type StepEnd = Extract<AosEvent, { readonly type: 'step.end' }>
type Decided = Extract<AosEvent, { readonly type: 'decision' }>
type Change = Extract<AosEvent, { readonly type: 'component.change' }>

/**
 * Gives the agent_activity.v1 events that one event of an agent makes. A pure function: the same event in the same
 * context gives the same bytes, `event_id` among them.
 */
export function toActivityEvents(event: AosEvent, context: ActivityContext): readonly AgentActivityEvent[] {
  if (event.type === 'component.change') return changed(event, context)
  const { run } = context
  if (run === undefined) return []
  const scope: Scope = { context, run }
  switch (event.type) {
    case 'run.start':
      return context.startsSession === true ? [sessionStarted(context, run)] : []
    case 'run.end':
      return context.endsSession === undefined ? [] : [sessionFinished(context, context.endsSession)]
    case 'decision':
      return decided(scope, event)
    case 'step.end':
      return ended(scope, event)
    case 'step.start':
    case 'reasoning':
      return []
  }
}

interface Scope {
  readonly context: ActivityContext
  readonly run: RunRecord
}

interface StepFact {
  readonly type: string
  readonly at: number
  /** Tells events of one step and type apart. */
  readonly of?: string
  readonly decision?: DecisionRecord | undefined
  readonly members?: Readonly<Record<string, unknown>>
}

function stepEvent({ context, run }: Scope, step: StepRecord, fact: StepFact): AgentActivityEvent {
  const { type, at, of = '', decision } = fact
  return toEvent(context, {
    type,
    id: derivedEventId(step.id, `${type}:${of}`),
    at,
    sessionId: run.sessionId,
    members: {
      ...runMembers(context, run),
      ...stepMembers(context, step, decision),
      ...(decision === undefined ? {} : { decision: toDecision(decision) }),
      ...fact.members,
    },
  })
}

function decided(scope: Scope, { step, decision }: Decided): readonly AgentActivityEvent[] {
  if (decision.shadow === true) return actionOf(decision) === 'allow' ? [] : [observed(scope, step, decision)]
  if (actionOf(decision) === 'ask') return [asked(scope, step, decision)]
  if (step.kind !== 'toolCall') return isIgnoredDenial(decision) ? [observed(scope, step, decision)] : []
  const isFirst = sameDecision(step.decisions.find(letsBegin), decision)
  return isFirst ? [started(scope, step, { at: decision.at, decision })] : []
}

function sameDecision(left: DecisionRecord | undefined, right: DecisionRecord): boolean {
  return left?.decisionId === right.decisionId && left.phase === right.phase && left.at === right.at
}

/** What a step came to; a denial is told here, as the record that proves it is known only now. */
function ended(scope: Scope, { step }: StepEnd): readonly AgentActivityEvent[] {
  const { status, decisions, kind } = step
  const block = decisions.findLast(isBlock)
  if (block !== undefined) return [blocked(scope, step, block)]
  if (status === 'denied' && !decisions.some(isIgnoredDenial)) return [blocked(scope, step, undefined)]
  if (status === 'withheld' && kind !== 'toolCall') return [blocked(scope, step, tellingDecision(decisions))]
  switch (step.kind) {
    case 'toolCall':
      return toolEnded(scope, step)
    case 'modelCall':
    case 'embedding':
      return step.status === 'not_executed' ? [] : [modelCompleted(scope, step)]
    case 'a2a':
      return delegated(scope, step)
    default:
      return []
  }
}

function toolEnded(scope: Scope, step: StepRecord): readonly AgentActivityEvent[] {
  const hasBegun = step.decisions.some(letsBegin)
  if (step.status === 'not_executed' && !hasBegun) return []
  const decision = tellingDecision(step.decisions)
  const finished = stepEvent(scope, step, {
    type: 'tool.finished',
    at: step.endedAt ?? step.startedAt,
    decision,
    members: { tool: toolOf(step), outcome: outcomeOf(step) },
  })
  const begun = hasBegun ? [] : [started(scope, step, { at: step.startedAt, decision })]
  return [...begun, finished, ...fileChanged(scope, step)]
}

function started(
  scope: Scope,
  step: StepRecord,
  { at, decision }: Pick<StepFact, 'at' | 'decision'>,
): AgentActivityEvent {
  const isKnown = decision?.phase !== 'result'
  return stepEvent(scope, step, {
    type: 'tool.started',
    at,
    decision: isKnown ? decision : undefined,
    members: { tool: toolOf(step) },
  })
}

function fileChanged(scope: Scope, step: StepRecord): readonly AgentActivityEvent[] {
  const { fileChanges } = scope.context
  if (step.status !== 'ok' || fileChanges === undefined || !Object.hasOwn(fileChanges, step.name)) return []
  const change = fileChanges[step.name]?.(step)
  if (change === undefined) return []
  return [
    stepEvent(scope, step, {
      type: 'agent_run_audit.file_change',
      at: step.endedAt ?? step.startedAt,
      members: { tool: toolOf(step), file_change: change },
    }),
  ]
}

function modelCompleted(scope: Scope, step: StepRecord): AgentActivityEvent {
  return stepEvent(scope, step, {
    type: 'model.completed',
    at: step.endedAt ?? step.startedAt,
    decision: tellingDecision(step.decisions),
    members: { model: modelOf(step), outcome: outcomeOf(step), ...costOf(step.usage) },
  })
}

function delegated(scope: Scope, step: StepRecord): readonly AgentActivityEvent[] {
  const delegation = step.status === 'ok' ? delegationOf(step) : undefined
  if (delegation === undefined) return []
  return [
    stepEvent(scope, step, {
      type: 'agent.delegated',
      at: step.startedAt,
      decision: tellingDecision(step.decisions),
      members: { delegation },
    }),
  ]
}

function blocked(scope: Scope, step: StepRecord, decision: DecisionRecord | undefined): AgentActivityEvent {
  const summary = decision?.reason ?? decision?.reasonCodes[0] ?? step.error?.message
  return stepEvent(scope, step, {
    type: 'hook.blocked',
    at: decision?.at ?? step.endedAt ?? step.startedAt,
    decision,
    members: {
      ...subjectOf(step),
      ...(decision === undefined ? { decision: { action: 'deny', enforced: true } } : {}),
      outcome: summary === undefined ? { status: 'blocked' } : { status: 'blocked', summary },
    },
  })
}

function observed(scope: Scope, step: StepRecord, decision: DecisionRecord): AgentActivityEvent {
  return stepEvent(scope, step, {
    type: 'hook.observed',
    of: `${decision.phase}:${decision.decisionId}:${decision.by ?? ''}`,
    at: decision.at,
    decision,
    members: subjectOf(step),
  })
}

function asked(scope: Scope, step: StepRecord, decision: DecisionRecord): AgentActivityEvent {
  const { decisionId, reason } = decision
  return stepEvent(scope, step, {
    type: 'approval.requested',
    of: decisionId,
    at: decision.at,
    decision,
    members: {
      ...subjectOf(step),
      approval: { id: decisionId, status: 'requested', ...(reason === undefined ? {} : { reason }) },
    },
  })
}

/** What a decision was about. */
function subjectOf(step: StepRecord): Readonly<Record<string, unknown>> {
  if (step.kind === 'toolCall') return { tool: toolOf(step) }
  if (step.kind === 'modelCall' || step.kind === 'embedding') return { model: modelOf(step) }
  // the hook of the decision says it of these
  if (step.kind === 'message' || step.kind === 'agentTrigger') return {}
  return { tool: { name: step.name, action: step.kind } }
}

function changed(event: Change, context: ActivityContext): readonly AgentActivityEvent[] {
  const sessionId = event.sessionId ?? context.run?.sessionId
  if (sessionId === undefined) return []
  const { id, type, name, version } = event.component
  return [
    toEvent(context, {
      type: 'component.changed',
      id: derivedEventId(event.runId, `component.changed:${event.seq}:${id}`),
      at: event.at,
      sessionId,
      members: {
        ...(context.run === undefined
          ? { agent: { id: event.agent.id, name: event.agent.name } }
          : runMembers(context, context.run)),
        component: {
          id,
          type,
          name,
          ...(version === undefined ? {} : { version }),
          change: event.change.toLowerCase(),
        },
      },
    }),
  ]
}
