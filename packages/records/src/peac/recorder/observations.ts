import type { DecisionRecord, StepRecord } from '@aos/sdk'
import type { AgentActionKind } from '../extensions/record-parts.ts'

/** One thing that a step shows, for one record. */
export interface Observation {
  readonly kind: AgentActionKind
  /** Tells it from other observations of the same step; part of the id of its record. */
  readonly role: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The decision that brought it about. */
  readonly decision?: DecisionRecord
  /** What it is about: the step, or what the step brought back. */
  readonly subject: 'step' | 'result'
  readonly delegatedTo?: string
}

/** A deadline passed before anybody decided. */
const TIMEOUTS: ReadonlySet<string> = new Set([
  'handler_timeout',
  'policy_timeout',
  'guardian_timeout',
  'approval_expired',
])

/** Nobody decided, so that no policy speaks in the denial. */
const FAILURE =
  /^(?:guardian_|handler_|approval_(?!refused$)|policy_timeout$|audit_unavailable$|admission_failed$)/
const NO_ANSWER: ReadonlySet<string> = new Set(['invalid_decision', 'decision_required', 'verdict_ignored'])

/** What a step that has ended shows (verdicts and outcomes as in docs/peac.md). */
export function observationsOf(step: StepRecord): readonly Observation[] {
  const denial = step.decisions.findLast(({ enforced }) => enforced === 'denied')
  if (step.status === 'denied') return [denialOf(step, denial)]
  if (step.status === 'not_executed') return []
  return [...approvals(step), ...delegations(step), ...invocation(step), ...endings(step)]
}

/** Whether a decision is a failure to decide: no policy and no person is behind it. */
export function isFailure({ source, reasonCodes, verdict }: DecisionRecord): boolean {
  if (verdict === 'throw' || source === 'failure_policy') return true
  return reasonCodes.some((code) => FAILURE.test(code) || NO_ANSWER.has(code))
}

function denialOf(step: StepRecord, decision: DecisionRecord | undefined): Observation {
  const at = decision?.at ?? endOf(step)
  const codes = decision?.reasonCodes ?? []
  const about = { at, subject: 'step', ...(decision === undefined ? {} : { decision }) } as const
  if (codes.some((code) => TIMEOUTS.has(code))) return { kind: 'timed-out', role: 'timed-out', ...about }
  if (codes.includes('approval_aborted')) return { kind: 'cancelled', role: 'cancelled', ...about }
  return { kind: 'denied', role: 'denied', ...about }
}

// only who said yes to this very step has approved it: not who abstained, and not who let it pass unjudged
function approvals({ decisions }: StepRecord): readonly Observation[] {
  const yes = decisions.findLast(
    ({ phase, verdict, enforced }) =>
      phase !== 'result' &&
      ['allow', 'modify'].includes(verdict) &&
      ['allowed', 'modified'].includes(enforced),
  )
  if (yes === undefined || yes.shadow === true || yes.failOpen !== undefined || isFailure(yes)) return []
  return [{ kind: 'approved', role: 'approved', at: yes.at, decision: yes, subject: 'step' }]
}

const SENDING = /^(?:message\/(?:send|stream)|Send(?:Streaming)?Message)$/

function delegations({ kind, name, toolKind, protocol, startedAt: at }: StepRecord): readonly Observation[] {
  const isSent =
    kind === 'a2a' &&
    protocol?.direction === 'outbound' &&
    protocol.leg !== 'response' &&
    SENDING.test(protocol.method ?? '')
  if (!isSent && (kind !== 'toolCall' || toolKind !== 'agent')) return []
  const delegatedTo = protocol?.peer?.name ?? protocol?.peer?.url ?? name
  return [{ kind: 'delegated', role: 'delegated', at, subject: 'step', delegatedTo }]
}

function invocation({ decisions, startedAt: at }: StepRecord): readonly Observation[] {
  const decision = decisions.findLast(({ phase, shadow }) => phase !== 'result' && shadow !== true)
  return [
    {
      kind: 'invoked',
      role: 'invoked',
      at,
      subject: 'step',
      ...(decision === undefined ? {} : { decision }),
    },
  ]
}

function endings(step: StepRecord): readonly Observation[] {
  const at = endOf(step)
  if (step.status === 'cancelled') return [{ kind: 'cancelled', role: 'cancelled', at, subject: 'step' }]
  if (step.status === 'error' && step.error?.type === 'TimeoutError') {
    return [{ kind: 'timed-out', role: 'timed-out', at, subject: 'step' }]
  }
  if (step.status !== 'withheld') return []
  const decision = step.decisions.findLast(({ enforced }) => enforced === 'withheld')
  return [
    {
      kind: 'denied',
      role: 'withheld',
      at: decision?.at ?? at,
      subject: 'result',
      ...(decision === undefined ? {} : { decision }),
    },
  ]
}

function endOf({ endedAt, startedAt }: StepRecord): number {
  return endedAt ?? startedAt
}
