import type { DecisionRecord } from '@aos/sdk'
import { ACTIONS, DISPOSITIONS } from './captions.ts'
import type { Attributes } from './ocsf-event.ts'

/** Severities of OCSF as they follow from what was decided. */
export const SEVERITY = { informational: 1, low: 2, medium: 3, high: 4 } as const

// what says that judging itself has failed, beside the codes of a guardian's client
const FAILURES = new Set([
  'admission_failed',
  'approval_failed',
  'approval_unavailable',
  'audit_unavailable',
  'cel_error',
  'handler_timeout',
  'hook_unhandled',
  'invalid_decision',
  'opa_error',
  'policy_error',
  'policy_timeout',
])

/** Whether a decision was made because whoever should have judged could not. */
export function isGuardianFailure({ failOpen, reasonCodes }: DecisionRecord): boolean {
  return (
    failOpen !== undefined || reasonCodes.some((code) => code.startsWith('guardian_') || FAILURES.has(code))
  )
}

/** Whether a decision said no, enforced or not. */
export function isDenial({ verdict, enforced }: DecisionRecord): boolean {
  return verdict === 'deny' || verdict === 'throw' || enforced === 'denied' || enforced === 'withheld'
}

/** Whether a decision is worth a finding: a denial, a change, or the failure of a guardian. */
export function isFinding(decision: DecisionRecord): boolean {
  return isDenial(decision) || isChange(decision) || isGuardianFailure(decision)
}

/** How severe a decision is: what is only tried out in the shadow alarms nobody. */
export function severityOf(decision: DecisionRecord): number {
  if (decision.shadow === true) return SEVERITY.informational
  if (isDenial(decision) || isGuardianFailure(decision)) return SEVERITY.high
  return isChange(decision) ? SEVERITY.low : SEVERITY.informational
}

/** The decision that says most about what became of a step. */
export function strongest(decisions: readonly DecisionRecord[]): DecisionRecord | undefined {
  let best: DecisionRecord | undefined
  for (const decision of decisions) if (best === undefined || rank(decision) > rank(best)) best = decision
  return best
}

/** What was decided, in the words of OCSF's profile security_control. */
export function securityControl(
  decision: DecisionRecord,
  all: readonly DecisionRecord[] = [decision],
): Attributes {
  const [action, disposition] = effectOf(decision)
  return {
    action_id: action,
    action: ACTIONS[action],
    disposition_id: disposition,
    disposition: DISPOSITIONS[disposition],
    policy: policyOf(decision),
    authorizations: all.map((each) => ({ decision: each.verdict, policy: policyOf(each) })),
    is_alert: isAlert(decision),
  }
}

/** Whether somebody should look at it now. */
export function isAlert(decision: DecisionRecord): boolean {
  return severityOf(decision) === SEVERITY.high
}

/** Who decided, as OCSF names a policy. */
export function policyOf({ policies = [], by, source, enforced, shadow }: DecisionRecord): Attributes {
  const [first] = policies
  return {
    name: first ?? by ?? source,
    type: source,
    is_applied: shadow !== true && enforced !== 'none',
  }
}

/** A decision with everything that OCSF has no place for. */
export function decisionDetails(decision: DecisionRecord): Attributes {
  return {
    id: decision.decisionId,
    hook: decision.hook,
    phase: decision.phase,
    verdict: decision.verdict,
    enforced: decision.enforced,
    source: decision.source,
    by: decision.by,
    reason: decision.reason,
    reason_codes: decision.reasonCodes,
    policies: decision.policies,
    latency_ms: decision.latencyMs,
    fail_open: decision.failOpen,
    shadow: decision.shadow,
    value_digest: decision.valueDigest,
    modified_digest: decision.modifiedDigest,
  }
}

function isChange({ verdict, enforced }: DecisionRecord): boolean {
  return verdict === 'modify' || enforced === 'modified'
}

function effectOf({ enforced, verdict, failOpen, shadow }: DecisionRecord): readonly [number, number] {
  if (shadow === true) return [3, 17]
  if (enforced === 'denied' || enforced === 'withheld') return [2, 2]
  if (enforced === 'modified') return [4, 11]
  if (enforced === 'allowed') return failOpen === undefined ? [1, 1] : [1, 27]
  return verdict === 'allow' || verdict === 'abstain' ? [1, 1] : [3, 17]
}

const RANKS: Readonly<Record<DecisionRecord['enforced'], number>> = {
  denied: 5,
  withheld: 4,
  modified: 2,
  allowed: 1,
  none: 0,
}

function rank(decision: DecisionRecord): number {
  if (decision.shadow === true) return -1
  // what could not be enforced counts for more than what was changed
  return isDenial(decision) ? Math.max(3, RANKS[decision.enforced]) : RANKS[decision.enforced]
}
