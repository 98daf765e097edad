import type { DecisionRecord } from '@aos/sdk'
import type { ActivityDecision } from '../generated/agent-activity-types.ts'
import { amount, defined } from './envelope.ts'
import { isoTime } from '../steps/iso-time.ts'

/** What a decision came to. */
export type DecisionAction = 'allow' | 'deny' | 'modify' | 'ask'

/** What was decided, in one word. */
export function actionOf({ verdict, enforced }: DecisionRecord): DecisionAction {
  if (enforced === 'denied' || enforced === 'withheld' || verdict === 'throw') return 'deny'
  if (enforced === 'modified') return 'modify'
  if (enforced === 'allowed' || verdict === 'abstain') return 'allow'
  return verdict
}

/** A decision as events have it: what was decided, apart from whether it took effect. */
export function toDecision(decision: DecisionRecord): ActivityDecision {
  const action = actionOf(decision)
  return defined({
    id: decision.decisionId,
    action,
    // an operation that was asked about waits
    enforced: decision.shadow !== true && (decision.enforced !== 'none' || action === 'ask'),
    reason: decision.reason,
    reason_codes: [...decision.reasonCodes],
    guardian_id: decision.by,
    hook: decision.hook,
    phase: decision.phase,
    policies: decision.policies === undefined ? undefined : [...decision.policies],
    fail_mode: decision.failOpen === undefined ? undefined : 'open',
    latency_ms: amount(decision.latencyMs),
    occurred_at: isoTime(decision.at),
  }) as ActivityDecision
}

/** Whether a decision let an operation begin. */
export function letsBegin({ phase, enforced, shadow }: DecisionRecord): boolean {
  return shadow !== true && phase !== 'result' && (enforced === 'allowed' || enforced === 'modified')
}

/** Whether a decision kept an operation from happening. */
export function isBlock({ enforced, shadow }: DecisionRecord): boolean {
  return shadow !== true && enforced === 'denied'
}

/** Whether a decision said no, and it happened all the same. */
export function isIgnoredDenial(decision: DecisionRecord): boolean {
  return decision.shadow !== true && decision.enforced === 'none' && actionOf(decision) === 'deny'
}

/** The decision that says most about what became of a step. */
export function tellingDecision(decisions: readonly DecisionRecord[]): DecisionRecord | undefined {
  let best: DecisionRecord | undefined
  for (const decision of decisions) if (best === undefined || rank(decision) > rank(best)) best = decision
  return best
}

function rank(decision: DecisionRecord): number {
  const { enforced, shadow, failOpen, phase } = decision
  if (shadow === true) return 0
  if (enforced === 'denied') return 7
  if (enforced === 'withheld') return 6
  if (isIgnoredDenial(decision)) return 5
  if (enforced === 'modified') return 4
  if (phase === 'approval') return 3
  return failOpen === undefined ? 1 : 2
}
