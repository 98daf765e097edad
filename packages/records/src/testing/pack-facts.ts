import type {
  Claim,
  EvidencePack,
  ProvenanceEdge,
  ProvenanceNode,
  ReviewVerdict,
  SourceRef,
  SupportEdge,
} from '../generated/agent-evidence-types.ts'

/** The first fact of a list that fits; throws where there is none. */
export function first<T>(list: readonly T[] | undefined, matches: (value: T) => boolean = () => true): T {
  const found = list?.find(matches)
  if (found === undefined) throw new Error('the pack has no such fact')
  return found
}

/** The review that refused `call-2` of a pack of `packOf`. */
export const deniedReview = (pack: EvidencePack): ReviewVerdict =>
  first(pack.reviews, ({ review_id: id }) => id === 'review:call-2:policy')
/** The first document of a pack of `packOf`. */
export const documentSource = (pack: EvidencePack): SourceRef =>
  first(pack.sources, ({ source_id: id }) => id === 'src:document:0')
/** A claim by its id. */
export const claimOf = (pack: EvidencePack, id: string): Claim =>
  first(pack.claims, ({ claim_id: known }) => known === id)
/** An edge by its id. */
export const edgeOf = (pack: EvidencePack, id: string): SupportEdge =>
  first(pack.support_edges, ({ edge_id: known }) => known === id)

/** A node of the provenance by its id. */
export const nodeOf = (pack: EvidencePack, id: string): ProvenanceNode =>
  first(pack.provenance?.nodes, ({ node_id: known }) => known === id)
/** The first link that leads from a node. */
export const linkFrom = (pack: EvidencePack, id: string): ProvenanceEdge =>
  first(pack.provenance?.edges, ({ from }) => from === id)

/** Adds an edge `edge:x`, from the claim on `call-0` to the first document unless said otherwise. */
export function addEdge(
  pack: EvidencePack,
  edge: Pick<SupportEdge, 'relationship'> & Partial<SupportEdge>,
): void {
  pack.support_edges?.push({
    edge_id: 'edge:x',
    claim_id: 'claim:call-0',
    source_id: 'src:document:0',
    ...edge,
  })
}
