import type { Claim, ClaimStatus, SupportEdge } from '../../generated/agent-evidence-types.ts'

/** Claims with the ids of their edges; the status of those that are asked about follows from what speaks for and against. */
export function withEdges(
  claims: readonly Claim[],
  edges: readonly SupportEdge[],
  isMoved: (claim: Claim) => boolean,
): Claim[] {
  const byClaim = new Map<string, SupportEdge[]>()
  for (const edge of edges) {
    const known = byClaim.get(edge.claim_id)
    if (known === undefined) byClaim.set(edge.claim_id, [edge])
    else known.push(edge)
  }
  return claims.map((claim) => {
    const own = byClaim.get(claim.claim_id) ?? []
    const status = isMoved(claim) ? standingOf(claim.status, own) : claim.status
    const known = claim.support_edges ?? []
    const ids = [...new Set([...known, ...own.map(({ edge_id }) => edge_id)])]
    return { ...claim, status, ...(ids.length === 0 ? {} : { support_edges: ids }) }
  })
}

// who has looked and found nothing, or that nothing is needed, has said so himself
const STATED: ReadonlySet<ClaimStatus> = new Set(['unsupported', 'not_applicable'])

function standingOf(status: ClaimStatus, edges: readonly SupportEdge[]): ClaimStatus {
  if (STATED.has(status)) return status
  const has = (relationship: SupportEdge['relationship']): boolean =>
    edges.some((edge) => edge.relationship === relationship)
  const speaksFor = has('supports') || has('partially_supports')
  if (has('contradicts')) return speaksFor ? 'partially_supported' : 'contradicted'
  if (has('supports')) return 'supported'
  return has('partially_supports') ? 'partially_supported' : status
}
