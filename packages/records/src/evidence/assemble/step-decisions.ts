import type { DecisionRecord, StepRecord } from '@aos/sdk'
import type {
  EvidenceRef,
  EvidenceScope,
  ReviewVerdict,
  VerificationResult,
  VerificationStatus,
  Verdict,
} from '../../generated/agent-evidence-types.ts'
import {
  decisionKey,
  decisionSource,
  policySources,
  recordSources,
  nameOf,
  traceSource,
  type Assembling,
} from './assembling.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { evidenceId, idOf, urnOf } from './evidence-id.ts'
import { activityOf } from './step-provenance.ts'

/** What was decided on a step: a check for each decision, a review for each verdict, a claim for what was enforced. */
export function stepDecisions(assembling: Assembling, step: StepRecord): void {
  for (const decision of step.decisions) {
    const check = checkOf(assembling, step, decision)
    assembling.parts.put('verification', check)
    const review = reviewOf(assembling, { step, decision, check })
    if (review !== undefined) assembling.parts.put('review', review)
    // a check that passed is told by its result alone
    if (isTold(check) || review !== undefined) decisionProvenance(assembling, { step, decision })
    const claimed = claimOf(step, decision)
    if (claimed !== undefined) claim(assembling, { step, decision, check, review, ...claimed })
  }
}

/** Whether whoever was to decide did not: it was silent, failed, or answered nonsense. */
export function isUndecided({ source, failOpen, reasonCodes, verdict }: DecisionRecord): boolean {
  return (
    source === 'failure_policy' ||
    failOpen !== undefined ||
    verdict === 'throw' ||
    reasonCodes.some((code) => FAILURES.has(code) || code.startsWith('guardian_'))
  )
}

const FAILURES: ReadonlySet<string> = new Set([
  'handler_timeout',
  'invalid_decision',
  'audit_unavailable',
  'approval_expired',
  'approval_unavailable',
  'approval_failed',
  'approval_unclear',
  'approval_aborted',
])

function statusOf(decision: DecisionRecord): VerificationStatus {
  if (isUndecided(decision)) return 'error'
  switch (decision.verdict) {
    case 'deny':
      return 'failed'
    case 'ask':
    case 'modify':
      return 'warning'
    case 'abstain':
      return 'skipped'
    case 'allow':
    case 'throw':
      return 'passed'
  }
}

function checkOf(assembling: Assembling, step: StepRecord, decision: DecisionRecord): VerificationResult {
  const status = statusOf(decision)
  const isHuman = decision.phase === 'approval' || decision.verdict === 'ask'
  return {
    verification_id: idOf('check', decisionKey(step, decision)),
    check_type: isHuman ? 'human_required' : 'policy',
    status,
    severity: SEVERITIES[status],
    coverage: [{ step_id: step.id, hook: decision.hook, phase: decision.phase, ...callOf(step) }],
    evidence_refs: [
      ...(isTold({ status }) || isHuman ? [recordRef(assembling, step, decision)] : []),
      ...policySources(assembling, decision),
    ],
    ...(isTold({ status }) ? { issues: issuesOf(decision) } : {}),
    checked_at: isoTime(decision.at),
  }
}

function isTold({ status }: Pick<VerificationResult, 'status'>): boolean {
  return status !== 'passed' && status !== 'skipped'
}

function recordRef(assembling: Assembling, step: StepRecord, decision: DecisionRecord): EvidenceRef {
  const { source_id, hash } = decisionSource(assembling, step, decision)
  return { ref_id: source_id, kind: 'trace', hash }
}

const SEVERITIES = {
  passed: 'info',
  skipped: 'info',
  not_applicable: 'info',
  warning: 'medium',
  failed: 'high',
  error: 'high',
} as const

function issuesOf({ reasonCodes, reason, failOpen }: DecisionRecord): Record<string, unknown>[] {
  const message = reason ?? 'no reason given'
  const codes = reasonCodes.length === 0 ? ['unspecified'] : reasonCodes
  return codes.map((code) => ({
    code,
    message,
    ...(failOpen === undefined ? {} : { failed_open: failOpen }),
  }))
}

interface Decided {
  readonly step: StepRecord
  readonly decision: DecisionRecord
}

// a check that passed is no approval, so that most decisions have none
function reviewOf(
  { recorded }: Assembling,
  { step, decision, check }: Decided & { readonly check: VerificationResult },
): ReviewVerdict | undefined {
  const verdict = verdictOf(decision)
  if (verdict === undefined) return undefined
  const { by, reason, phase, decisionId, at } = decision
  const isHuman = phase === 'approval'
  return {
    review_id: idOf('review', decisionKey(step, decision)),
    verdict,
    reviewer: {
      type: isHuman ? 'human' : 'policy',
      id: urnOf(isHuman ? 'reviewer' : 'guardian', by ?? 'unknown'),
    },
    ...(reason === undefined ? {} : { notes: reason }),
    scope: scopeOf(recorded.run, step, decisionId),
    verification_refs: [check.verification_id],
    reviewed_at: isoTime(at),
    x_phase: phase,
  }
}

function verdictOf({ verdict, enforced, phase, shadow }: DecisionRecord): Verdict | undefined {
  if (verdict === 'ask' && shadow !== true) return 'escalated'
  if (enforced === 'denied' || enforced === 'withheld') return 'rejected'
  if (enforced === 'modified' || (phase === 'approval' && enforced === 'allowed')) return 'approved'
  // what was only observed, or came too late for what happens elsewhere, binds nobody
  return verdict === 'deny' || verdict === 'throw' || shadow === true ? 'informational' : undefined
}

function scopeOf(run: Assembling['recorded']['run'], step: StepRecord, decisionId: string): EvidenceScope {
  return {
    session_id: evidenceId(run.sessionId),
    turn_id: evidenceId(run.turnId),
    run_id: evidenceId(run.id),
    step_id: evidenceId(step.id),
    policy_decision_id: evidenceId(decisionId),
    ...callOf(step),
  }
}

function callOf({ kind, executionId }: StepRecord): { readonly tool_call_id?: string } {
  return kind === 'toolCall' && executionId !== undefined ? { tool_call_id: evidenceId(executionId) } : {}
}

function decisionProvenance(assembling: Assembling, { step, decision }: Decided): void {
  const { parts } = assembling
  const { decisionId, by, phase, at } = decision
  const key = decisionKey(step, decision)
  const activity = idOf('activity', 'decision', key)
  const timestamp = isoTime(at)
  parts.put('node', { node_id: activity, type: 'activity', activity_type: 'verification_check' })
  const record = idOf('entity', 'decision', key)
  const ref = urnOf('decision', decisionId)
  parts.put('node', { node_id: record, type: 'entity', entity_type: 'decision', ref })
  parts.link(step.id, { from: record, to: activity, relationship: 'generated_by', timestamp })
  parts.link(step.id, { from: activityOf(step), to: record, relationship: 'used', timestamp })
  const decider = idOf('agent', phase === 'approval' ? 'reviewer' : 'guardian', by ?? 'unknown')
  parts.put('node', {
    node_id: decider,
    type: 'agent',
    agent_type: phase === 'approval' ? 'human' : 'policy_system',
    ref: urnOf(phase === 'approval' ? 'reviewer' : 'guardian', by ?? 'unknown'),
  })
  parts.link(step.id, { from: activity, to: decider, relationship: 'associated_with', timestamp })
  for (const { ref_id } of policySources(assembling, decision)) {
    if (ref_id === undefined) continue
    const policy = idOf('entity', ref_id)
    parts.put('node', { node_id: policy, type: 'entity', entity_type: 'policy', ref: ref_id })
    parts.link(step.id, { from: activity, to: policy, relationship: 'used', timestamp })
  }
}

interface Claimed {
  readonly text: string
  readonly risk?: string
}

function claimOf(step: StepRecord, decision: DecisionRecord): Claimed | undefined {
  const { enforced, by = 'nobody named', failOpen, phase } = decision
  const what = `The ${nameOf(step)} in step ${step.id}`
  if (enforced === 'denied') return { text: `${what} was denied by ${by} and was not executed.` }
  if (enforced === 'withheld')
    return { text: `What the ${nameOf(step)} in step ${step.id} brought back was withheld by ${by}.` }
  if (failOpen !== undefined)
    return { text: `${what} went on although ${by} could not decide (${failOpen}).`, risk: 'unchecked' }
  if (enforced === 'modified')
    return {
      text: `${what} was changed by ${by} before it was ${phase === 'request' ? 'executed' : 'used'}.`,
    }
  return undefined
}

function claim(
  assembling: Assembling,
  about: Decided &
    Claimed & { readonly check: VerificationResult; readonly review: ReviewVerdict | undefined },
): void {
  const { step, decision, check, review, text, risk } = about
  const { parts } = assembling
  const claim_id = idOf('claim', decisionKey(step, decision))
  const sources = [
    decisionSource(assembling, step, decision).source_id,
    ...[traceSource(assembling, step) ?? []].flat(),
    ...(decision === step.decisions.at(-1) ? recordSources(assembling, step) : []),
  ]
  const owner = `${step.id}:${decision.phase}`
  for (const source_id of sources) parts.support(owner, { claim_id, source_id, relationship: 'supports' })
  const { verification_id } = check
  parts.support(owner, { claim_id, verification_id, relationship: 'verified_by' })
  if (review !== undefined)
    parts.support(owner, { claim_id, review_id: review.review_id, relationship: 'reviewed_by' })
  parts.put('claim', {
    claim_id,
    claim_type: 'decision',
    text,
    status: 'supported',
    ...(risk === undefined ? {} : { risk }),
    owner_ref: urnOf('guardian', decision.by ?? 'unknown'),
  })
}
