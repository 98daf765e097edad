import type { ReviewVerdict } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** Checks and reviews stand beside each other; neither replaces the other (rule 4). */
export function reviewIssues(view: PackView): readonly EvidenceIssue[] {
  const waived = new Set(
    view.reviews.flatMap(({ value }) => (value.verdict === 'waived' ? (value.verification_refs ?? []) : [])),
  )
  return [
    ...overwrittenIssues(view),
    ...view.reviews.flatMap((review) => verdictIssues(view, review, waived)),
  ]
}

function overwrittenIssues({ checks, reviews }: PackView): readonly EvidenceIssue[] {
  const mixed = [
    ...checks.map((fact) => ({ ...fact, foreign: ['verdict', 'review_id', 'reviewer'] })),
    ...reviews.map((fact) => ({ ...fact, foreign: ['status', 'verification_id', 'check_type'] })),
  ]
  return mixed.flatMap(({ value, path, foreign }) =>
    foreign
      .filter((member) => Object.hasOwn(value, member))
      .map((member) =>
        issueOf('facts.overwritten', `${path}/${member}`, 'a check has a status, a review a verdict'),
      ),
  )
}

function verdictIssues(
  { ids, checks }: PackView,
  { value: review, path }: Placed<ReviewVerdict>,
  waived: ReadonlySet<string>,
): readonly EvidenceIssue[] {
  const { verdict, verification_refs: considered = [] } = review
  if (verdict === 'approved') {
    const failed = considered.filter((id) => ids.checks.get(id)?.status === 'failed' && !waived.has(id))
    if (failed.length > 0)
      return failed.map((id) =>
        issueOf('review.failure_not_waived', path, `${review.review_id} approves although ${id} failed`),
      )
  }
  const isDecision = verdict !== 'informational' && verdict !== 'escalated'
  if (!isDecision || considered.length > 0 || checks.length === 0) return []
  const message = `${review.review_id} says ${verdict} and names no check`
  return [issueOf('review.checks_unnamed', path, message)]
}
