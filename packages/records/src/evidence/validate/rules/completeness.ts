import type { CompletenessEntry } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView } from '../pack-view.ts'

/** What is missing is said, and never counts as passed (rule 3). */
export function completenessIssues(view: PackView): readonly EvidenceIssue[] {
  const entries = Object.entries(view.pack.completeness)
  return [
    ...entries.flatMap(([category, entry]) => (entry === undefined ? [] : entryIssues(category, entry))),
    ...verificationIssues(view),
    ...telemetryIssues(view),
  ]
}

function entryIssues(category: string, entry: CompletenessEntry): readonly EvidenceIssue[] {
  const { status, missing_facts: missing = [] } = entry
  const path = `/completeness/${category.replaceAll('~', '~0').replaceAll('/', '~1')}`
  // what does not apply is not missing
  const lacking = missing.filter(({ reason }) => reason !== 'not_applicable')
  if (status === 'complete' && lacking.length > 0)
    return [issueOf('completeness.overstated', path, `${category} is complete and lists what is missing`)]
  if ((status === 'partial' || status === 'missing') && missing.length === 0)
    return [
      issueOf('completeness.unexplained', path, `${category} is ${status}, and nothing says what is missing`),
    ]
  return []
}

function verificationIssues({ pack, checks }: PackView): readonly EvidenceIssue[] {
  if (pack.completeness.verification?.status !== 'complete') return []
  const broken = checks.find(({ value }) => value.status === 'error')
  if (broken === undefined) return []
  const message = `verification is complete, and the check ${broken.value.verification_id} could not be made`
  return [issueOf('completeness.overstated', '/completeness/verification', message)]
}

function telemetryIssues({ pack }: PackView): readonly EvidenceIssue[] {
  if ((pack.telemetry ?? []).length > 0) return []
  const status = pack.completeness.telemetry?.status
  if (status !== undefined && status !== 'complete') return []
  const message = 'there is no telemetry, and the completeness does not say so'
  return [issueOf('telemetry.silent', '/completeness/telemetry', message)]
}
