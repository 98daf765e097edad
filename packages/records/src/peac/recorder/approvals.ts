import type { DecisionRecord, StepRecord } from '@aos/sdk'
import type { LifecycleKind } from '../extensions/record-parts.ts'

/** What a person was asked, or answered. */
export interface ApprovalSeen {
  readonly kind: Extract<LifecycleKind, `approval-${string}`>
  readonly decision: DecisionRecord
  /** Who answers; `unassigned` while that is not known. */
  readonly approver: string
}

const UNASSIGNED = 'unassigned'

/** What people were asked about a step, and what they answered; silence, and an answer that is none, are no answers. */
export function approvalsOf({ decisions }: StepRecord): readonly ApprovalSeen[] {
  return decisions.flatMap((decision): readonly ApprovalSeen[] => {
    if (decision.shadow === true) return []
    const approver = decision.by ?? UNASSIGNED
    if (decision.verdict === 'ask') {
      const answer = decisions.find(
        ({ phase, decisionId }) => phase === 'approval' && decisionId === decision.decisionId,
      )
      return [{ kind: 'approval-requested', decision, approver: answer?.by ?? UNASSIGNED }]
    }
    if (decision.phase !== 'approval') return []
    if (decision.verdict === 'allow') return [{ kind: 'approval-granted', decision, approver }]
    return decision.reasonCodes.includes('approval_refused')
      ? [{ kind: 'approval-denied', decision, approver }]
      : []
  })
}
