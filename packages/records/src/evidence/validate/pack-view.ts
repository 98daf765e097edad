import type {
  Claim,
  ClaimMap,
  EvidencePack,
  ProvenanceChain,
  ProvenanceEdge,
  ProvenanceNode,
  RedactionRecord,
  ReplayCase,
  ReviewVerdict,
  SourceMap,
  SourceOmission,
  SourceRef,
  SupportEdge,
  VerificationRecord,
  VerificationResult,
} from '../../generated/agent-evidence-types.ts'

/** Documents that a pack refers to instead of holding their facts. */
export interface EvidenceMaps {
  readonly claimMaps?: readonly ClaimMap[] | undefined
  readonly sourceMaps?: readonly SourceMap[] | undefined
  readonly provenance?: readonly ProvenanceChain[] | undefined
  readonly verifications?: readonly VerificationRecord[] | undefined
  readonly replayCases?: readonly ReplayCase[] | undefined
}

/** A fact with its place. */
export interface Placed<T> {
  readonly value: T
  readonly path: string
}

/** The facts of a pack and of its maps, each with its place. */
export interface PackView {
  readonly pack: EvidencePack
  readonly maps: EvidenceMaps
  readonly claims: readonly Placed<Claim>[]
  readonly sources: readonly Placed<SourceRef>[]
  readonly omissions: readonly Placed<SourceOmission>[]
  readonly edges: readonly Placed<SupportEdge>[]
  readonly checks: readonly Placed<VerificationResult>[]
  readonly reviews: readonly Placed<ReviewVerdict>[]
  readonly nodes: readonly Placed<ProvenanceNode>[]
  readonly links: readonly Placed<ProvenanceEdge>[]
  readonly replays: readonly Placed<ReplayCase>[]
  readonly redactions: readonly Placed<RedactionRecord>[]
  readonly ids: PackIds
}

/** The ids that can be referred to, by the kind of what they name. */
export interface PackIds {
  readonly claims: ReadonlyMap<string, Claim>
  readonly sources: ReadonlyMap<string, SourceRef>
  readonly edges: ReadonlyMap<string, SupportEdge>
  readonly checks: ReadonlyMap<string, VerificationResult>
  readonly reviews: ReadonlyMap<string, ReviewVerdict>
  readonly nodes: ReadonlyMap<string, ProvenanceNode>
  readonly artifacts: ReadonlySet<string>
  /** Every id of a fact, of the pack and of its refs. */
  readonly all: ReadonlySet<string>
}

/** Puts the facts of a pack and of its maps in one view. */
export function viewOfPack(pack: EvidencePack, maps: EvidenceMaps): PackView {
  const { claimMaps, sourceMaps, provenance: chains, verifications: records, replayCases } = maps
  const facts = {
    claims: [
      ...placed(pack.claims, '/claims'),
      ...inMaps(claimMaps, 'claimMaps', (map, at) => placed(map.claims, `${at}/claims`)),
    ],
    sources: [
      ...placed(pack.sources, '/sources'),
      ...inMaps(sourceMaps, 'sourceMaps', (map, at) => placed(map.sources, `${at}/sources`)),
    ],
    omissions: inMaps(sourceMaps, 'sourceMaps', (map, at) => placed(map.omissions, `${at}/omissions`)),
    edges: [
      ...placed(pack.support_edges, '/support_edges'),
      ...inMaps(claimMaps, 'claimMaps', (map, at) => placed(map.support_edges, `${at}/support_edges`)),
      ...inMaps(sourceMaps, 'sourceMaps', (map, at) => placed(map.contradictions, `${at}/contradictions`)),
    ],
    checks: [
      ...placed(pack.verification_results, '/verification_results'),
      ...inMaps(records, 'verifications', (map, at) =>
        placed(map.verification_results, `${at}/verification_results`),
      ),
    ],
    reviews: [
      ...placed(pack.reviews, '/reviews'),
      ...inMaps(records, 'verifications', (map, at) => placed(map.reviews, `${at}/reviews`)),
    ],
    nodes: [
      ...placed(pack.provenance?.nodes, '/provenance/nodes'),
      ...inMaps(chains, 'provenance', (map, at) => placed(map.nodes, `${at}/nodes`)),
    ],
    links: [
      ...placed(pack.provenance?.edges, '/provenance/edges'),
      ...inMaps(chains, 'provenance', (map, at) => placed(map.edges, `${at}/edges`)),
    ],
    replays: [...placed(pack.replay_cases, '/replay_cases'), ...placed(replayCases, '/maps/replayCases')],
    redactions: placed(pack.redactions, '/redactions'),
  }
  return { pack, maps, ...facts, ids: idsOf(pack, facts) }
}

function placed<T>(values: readonly T[] | undefined, path: string): Placed<T>[] {
  return (values ?? []).map((value, index) => ({ value, path: `${path}/${index}` }))
}

function inMaps<Document, T>(
  maps: readonly Document[] | undefined,
  name: keyof EvidenceMaps,
  facts: (map: Document, at: string) => readonly Placed<T>[],
): Placed<T>[] {
  return (maps ?? []).flatMap((map, index) => facts(map, `/maps/${name}/${index}`))
}

function idsOf(pack: EvidencePack, facts: Omit<PackView, 'pack' | 'maps' | 'ids'>): PackIds {
  const claims = byId(facts.claims, ({ claim_id: id }) => id)
  const sources = byId(facts.sources, ({ source_id: id }) => id)
  const edges = byId(facts.edges, ({ edge_id: id }) => id)
  const checks = byId(facts.checks, ({ verification_id: id }) => id)
  const reviews = byId(facts.reviews, ({ review_id: id }) => id)
  const nodes = byId(facts.nodes, ({ node_id: id }) => id)
  const artifacts = new Set((pack.artifact_refs ?? []).map(({ artifact_id: id }) => id))
  const refs = (pack.refs ?? []).flatMap(({ ref_id: id }) => id ?? [])
  const others = [
    pack.evidence_pack_id,
    ...facts.links.map(({ value }) => value.edge_id),
    ...facts.replays.map(({ value }) => value.replay_id),
    ...facts.redactions.map(({ value }) => value.redaction_id),
    ...facts.omissions.map(({ value }) => value.source_id),
    ...refs,
  ]
  const all = new Set(
    [claims, sources, edges, checks, reviews, nodes, artifacts].flatMap((of) => [...of.keys()]),
  )
  for (const id of others) all.add(id)
  return { claims, sources, edges, checks, reviews, nodes, artifacts, all }
}

function byId<T>(facts: readonly Placed<T>[], idOf: (value: T) => string): ReadonlyMap<string, T> {
  return new Map(facts.map(({ value }) => [idOf(value), value]))
}
