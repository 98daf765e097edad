import type { DecisionRecord, RunRecord, StepRecord } from '@aos/sdk'
import type { AgentAction, PeacClaims, PeacCorrelation } from '../../generated/peac-types.ts'
import { derivedUuid } from '../../steps/derived-id.ts'
import {
  a2aHandoff,
  accessDecision,
  agentAction,
  correlation,
  lifecycleObservation,
  type RecordParts,
} from '../extensions/record-parts.ts'
import { issue, type PeacRecord } from '../issue.ts'
import { decisionDigest } from '../../steps/decision-record.ts'
import { peacRef } from '../ref.ts'
import { approvalsOf } from './approvals.ts'
import { isFailure, observationsOf, type Observation } from './observations.ts'
import {
  resolveProjection,
  type PeacProjectionOptions,
  type ProjectionSettings,
} from './projection-options.ts'
import { epochSeconds, isoSeconds } from './record-times.ts'
import { isoTime } from '../../steps/iso-time.ts'

/**
 * Makes the records of a step that has ended, signed, in the order in which one thing led to the other. The same step, run
 * and key give the same bytes. Throws `invalid_options` for options that cannot work.
 */
export function toPeacRecords(
  step: StepRecord,
  run: RunRecord,
  options: PeacProjectionOptions,
): readonly PeacRecord[] {
  return projectStep(step, run, resolveProjection(options))
}

/** A record to be made: what it says, when that was, and what tells it from others of the step. */
interface Draft {
  readonly role: string
  readonly at: number
  readonly parts: RecordParts
}

/** Makes the records of a step by options that were checked before. */
export function projectStep(
  step: StepRecord,
  run: RunRecord,
  settings: ProjectionSettings,
): readonly PeacRecord[] {
  const context = { step, run, settings }
  const records: PeacRecord[] = []
  for (const draft of draftsOf(context)) records.push(sign(context, draft, records.at(-1)))
  return records
}

interface Context {
  readonly step: StepRecord
  readonly run: RunRecord
  readonly settings: ProjectionSettings
}

function draftsOf(context: Context): readonly Draft[] {
  const { step, settings } = context
  // what a step comes to is known when it ends
  if (step.status === undefined) return []
  const seen = observationsOf(step)
  const isInvoked = settings.invoked.has(step.kind)
  const isAction = isInvoked || seen.some(({ kind }) => kind === 'delegated')
  const actions = seen.filter(({ kind, decision }) => {
    if (!settings.kinds.has(kind) || (kind === 'invoked' && !isInvoked)) return false
    return kind !== 'approved' || isApproval(decision, { isAction, anyYes: settings.approved === 'explicit' })
  })
  return [
    ...(settings.approvals ? approvalDrafts(context) : []),
    ...actions.map((seen): Draft => ({ role: seen.role, at: seen.at, parts: actionParts(seen, context) })),
    ...actions.flatMap((seen) => handoffDraft(seen, context)),
    ...(settings.accessDecisions ? accessDrafts(context) : []),
  ]
}

// a person approves whatever they are asked about, a policy only what is an action
function isApproval(
  decision: DecisionRecord | undefined,
  { isAction, anyYes }: { readonly isAction: boolean; readonly anyYes: boolean },
): boolean {
  if (decision?.phase === 'approval') return true
  return isAction && (anyYes || decision?.enforced === 'modified')
}

function actionParts(seen: Observation, context: Context): RecordParts {
  const { step, run } = context
  const { kind, decision, at, subject, delegatedTo } = seen
  const action: Omit<AgentAction, 'event_kind'> = {
    agent_ref: peacRef('agent', run.agent.id),
    action_ref: peacRef(subject === 'step' ? 'step' : 'step-result', step.id),
    observed_at: isoTime(at),
    ...(decision === undefined ? {} : decisionLinks(seen, decision, context)),
    parent_ref: peacRef('turn', run.turnId),
    ...(kind === 'delegated' ? { delegated_to_ref: peacRef('agent', delegatedTo ?? '') } : {}),
    ...(kind === 'timed-out' ? { timeout_at: isoTime(at) } : {}),
  }
  return agentAction(kind, action)
}

// a decision that was not enforced, or that nobody made, is no policy's
function decisionLinks(
  { kind }: Observation,
  decision: DecisionRecord,
  { step, settings }: Context,
): Partial<AgentAction> {
  const { by, policies = [], enforced } = decision
  const isDecided = enforced !== 'none' && !isFailure(decision)
  const [policy] = policies
  return {
    ...(by === undefined || (kind === 'invoked' && !isDecided)
      ? {}
      : { caller_ref: peacRef('guardian', by) }),
    ...(isDecided && policy !== undefined ? { policy_ref: peacRef('policy', policy) } : {}),
    ...(isDecided && settings.policy !== undefined ? { policy_digest: settings.policy.digest } : {}),
    upstream_artifact_ref: peacRef('decision', decision.decisionId),
    upstream_artifact_digest: decisionDigest(step, decision),
  }
}

function approvalDrafts(context: Context): readonly Draft[] {
  const { step, run } = context
  return approvalsOf(step).map(({ kind, decision, approver }): Draft => ({
    role: `${kind}:${decision.decisionId}`,
    at: decision.at,
    parts: lifecycleObservation(kind, {
      subject_ref: peacRef('step', step.id),
      observed_at: isoTime(decision.at),
      parent_ref: peacRef('turn', run.turnId),
      upstream_artifact_ref: peacRef('decision', decision.decisionId),
      upstream_artifact_digest: decisionDigest(step, decision),
      approval_ref: peacRef('approval', decision.decisionId),
      approver_ref: peacRef('approver', approver),
    }),
  }))
}

function handoffDraft({ kind, at }: Observation, { step, run, settings }: Context): readonly Draft[] {
  const { protocol } = step
  const card = settings.cards.get(run.agent.name) ?? settings.cards.get(run.agent.id)
  if (kind !== 'delegated' || card === undefined || protocol?.name !== 'a2a') return []
  const peer = settings.cards.get(protocol.peer?.name ?? '')
  const parts = a2aHandoff({
    event: 'task.submitted',
    task_id: peacRef('a2a-task', protocol.target ?? step.id),
    from_agent: { card_ref: card },
    ...(peer === undefined ? {} : { to_agent: { card_ref: peer } }),
    observed_at: isoTime(at),
  })
  return [{ role: 'handoff', at, parts }]
}

const ACCESS = { allowed: 'allow', denied: 'deny' } as const

function accessDrafts({ step }: Context): readonly Draft[] {
  if (step.kind !== 'toolCall') return []
  const decision = step.decisions.findLast(({ phase, enforced }) => phase !== 'result' && enforced in ACCESS)
  // who abstains or fails decides nothing
  if (decision === undefined || decision.verdict === 'abstain' || isFailure(decision)) return []
  const verdict = ACCESS[decision.enforced as keyof typeof ACCESS]
  const parts = accessDecision({ resource: peacRef('tool', step.name), action: 'invoke', decision: verdict })
  return [{ role: 'access', at: decision.at, parts }]
}

function sign(context: Context, { role, at, parts }: Draft, before: PeacRecord | undefined): PeacRecord {
  const { step, run, settings } = context
  const occurred = epochSeconds(at)
  const links = correlation({
    ...traceOf(step),
    workflow_id: run.id,
    ...(before === undefined ? {} : { parent_jti: before.claims.jti }),
  })
  return issue({
    key: settings.key,
    iss: settings.issuer,
    type: parts.type,
    iat: Math.max(occurred, epochSeconds(step.endedAt ?? at)),
    jti: derivedUuid(step.id, `peac:${role}`),
    sub: peacRef('session', run.sessionId),
    pillars: parts.pillars,
    occurred_at: isoSeconds(at),
    ...(settings.policy === undefined ? {} : { policy: settings.policy }),
    extensions: { ...parts.extensions, ...links } satisfies PeacClaims['extensions'],
  })
}

function traceOf({ trace }: StepRecord): PeacCorrelation {
  if (trace === undefined || !/^[0-9a-f]{32}$/.test(trace.traceId) || !/^[0-9a-f]{16}$/.test(trace.spanId))
    return {}
  return { trace_id: trace.traceId, span_id: trace.spanId }
}
