import type { Claim, SourceRef, SupportEdge } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** A claim's status rests on its edges, and its sources can be found (rule 2). */
export function claimIssues(view: PackView): readonly EvidenceIssue[] {
  const edges = new Map<string, SupportEdge[]>()
  for (const { value } of view.edges) {
    const known = edges.get(value.claim_id)
    if (known === undefined) edges.set(value.claim_id, [value])
    else known.push(value)
  }
  // edges of a claim map that was not passed are not known
  const isOpen = view.pack.claim_map_ref !== undefined && view.maps.claimMaps === undefined
  const isExplained = explainsClaims(view)
  return [
    ...view.claims.flatMap(({ value, path }) => [
      ...(isOpen ? [] : statusIssues(view, { value, path }, edges.get(value.claim_id) ?? [])),
      ...(value.status === 'unverified' && !isExplained
        ? [issueOf('claim.unexplained', path, `${value.claim_id} is unverified, and nothing says why`)]
        : []),
    ]),
    ...sourceIssues(view),
  ]
}

function statusIssues(
  view: PackView,
  { value: claim, path }: Placed<Claim>,
  edges: readonly SupportEdge[],
): readonly EvidenceIssue[] {
  const at = `${path}/status`
  const reason = unfoundedReason(view, claim, edges)
  if (reason !== undefined) return [issueOf('claim.status_unfounded', at, `${claim.claim_id} is ${reason}`)]
  const isDenied = claim.status === 'unsupported' || claim.status === 'unverified'
  if (!isDenied || !edges.some(({ relationship }) => relationship === 'supports')) return []
  if (edges.some(({ relationship }) => relationship === 'contradicts' || relationship === 'qualifies'))
    return []
  const message = `${claim.claim_id} is ${claim.status}, and an edge supports it`
  return [issueOf('claim.status_understated', at, message)]
}

function unfoundedReason(
  view: PackView,
  { status }: Claim,
  edges: readonly SupportEdge[],
): string | undefined {
  const has = (...wanted: readonly SupportEdge['relationship'][]): boolean =>
    edges.some(({ relationship }) => wanted.includes(relationship))
  switch (status) {
    case 'supported':
      if (!has('supports')) return 'supported by no edge'
      return isOutweighed(view, edges)
        ? 'supported, and an edge of the same weight contradicts it'
        : undefined
    case 'partially_supported':
      return has('supports', 'partially_supports', 'qualifies') ? undefined : 'partially supported by no edge'
    case 'contradicted':
      return has('contradicts') ? undefined : 'contradicted by no edge'
    default:
      return undefined
  }
}

// a contradiction is resolved where a review has looked at it
function isOutweighed(view: PackView, edges: readonly SupportEdge[]): boolean {
  const weights = (relationship: SupportEdge['relationship']): readonly number[] =>
    edges
      .filter(
        (edge) =>
          edge.relationship === relationship && !(relationship === 'contradicts' && isResolved(view, edge)),
      )
      .map((edge) => authorityOf(view.ids.sources.get(edge.source_id ?? '')))
  const against = weights('contradicts')
  return against.length > 0 && Math.max(...against) >= Math.max(...weights('supports'))
}

function isResolved({ ids }: PackView, { review_id: id }: SupportEdge): boolean {
  const verdict = id === undefined ? undefined : ids.reviews.get(id)?.verdict
  return verdict === 'approved' || verdict === 'waived'
}

/** `trust.authority` of a source, from 0 to 1; 1 where it does not say. */
function authorityOf(source: SourceRef | undefined): number {
  const authority = source?.trust?.['authority']
  return typeof authority === 'number' ? authority : 1
}

function explainsClaims({ pack: { completeness } }: PackView): boolean {
  return ['claims', 'sources'].some((category) => (completeness[category]?.missing_facts ?? []).length > 0)
}

function sourceIssues(view: PackView): readonly EvidenceIssue[] {
  const redacted = new Set(view.redactions.map(({ value }) => value.target_ref.split('#')[0]))
  const omitted = new Set(view.omissions.map(({ value }) => value.source_id))
  const unlocated = view.sources.filter(
    ({ value }) =>
      [value.uri, value.ref, value.snippet, value.snippet_ref].every((member) => member === undefined) &&
      !redacted.has(value.source_id),
  )
  const used = view.edges.filter(
    ({ value }) => value.relationship === 'supports' && omitted.has(value.source_id ?? ''),
  )
  return [
    ...unlocated.map(({ value, path }) =>
      issueOf('source.unlocated', path, `nothing says where ${value.source_id} is`),
    ),
    ...used.map(({ value, path }) =>
      issueOf(
        'source.omitted_but_used',
        path,
        `${value.source_id} was left out, and supports ${value.claim_id}`,
      ),
    ),
  ]
}
