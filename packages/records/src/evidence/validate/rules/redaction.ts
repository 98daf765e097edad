import type { RedactionRecord } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

const GONE: ReadonlySet<string> = new Set(['remove', 'withhold', 'expire'])

/** What was hidden keeps its id, and is told with kind and reason (rule 6). */
export function redactionIssues(view: PackView): readonly EvidenceIssue[] {
  return [
    ...view.redactions.flatMap((record) => recordIssues(view, record)),
    ...disclosureIssues(view),
    ...coverageIssues(view),
  ]
}

/** The id within the pack that a redaction is about; nothing where it is about something outside. */
export function redactedId({ target_ref: target }: RedactionRecord): string | undefined {
  const [head = ''] = target.split('#', 1)
  const isOutside = head === '' || /^urn:/i.test(head) || head.includes('/')
  return isOutside ? undefined : head
}

function recordIssues(
  { ids, pack, maps }: PackView,
  { value: record, path }: Placed<RedactionRecord>,
): readonly EvidenceIssue[] {
  const id = redactedId(record)
  if (id === undefined) return []
  const isOpen = [
    pack.claim_map_ref !== undefined && maps.claimMaps === undefined,
    pack.source_map_ref !== undefined && maps.sourceMaps === undefined,
    pack.provenance_ref !== undefined && maps.provenance === undefined,
  ]
  if (!ids.all.has(id))
    return isOpen.includes(true)
      ? []
      : [issueOf('redaction.target_lost', `${path}/target_ref`, `${id} is not in the pack any more`)]
  const snippet = ids.sources.get(id)?.snippet
  const isSnippet = record.target_ref.endsWith('#/snippet') && GONE.has(record.redaction_kind)
  if (!isSnippet || snippet === undefined) return []
  return [issueOf('redaction.not_applied', path, `the snippet of ${id} is still there`)]
}

function disclosureIssues({ pack, redactions }: PackView): readonly EvidenceIssue[] {
  if (redactions.length > 0 || Object.keys(pack.redaction_summary ?? {}).length > 0) return []
  if (pack.status === 'redacted')
    return [
      issueOf('redaction.undisclosed', '/status', 'the pack is redacted, and nothing says what was hidden'),
    ]
  const [category] =
    Object.entries(pack.completeness).find(([, entry]) =>
      (entry?.missing_facts ?? []).some(({ reason }) => reason === 'redacted'),
    ) ?? []
  if (category === undefined) return []
  const message = `a fact of ${category} is redacted, and nothing says how and why`
  return [issueOf('redaction.undisclosed', `/completeness/${category}`, message)]
}

function coverageIssues({ pack, ids, redactions }: PackView): readonly EvidenceIssue[] {
  if (pack.completeness.verification?.status !== 'complete') return []
  const hidden = redactions.find(({ value }) => {
    const id = redactedId(value)
    return id !== undefined && (ids.claims.has(id) || ids.sources.has(id))
  })
  if (hidden === undefined) return []
  const message = `verification is complete, and ${hidden.value.target_ref} is hidden`
  return [issueOf('redaction.coverage_overstated', '/completeness/verification', message)]
}
