import type { CompletenessEntry, EvidencePack } from '../../generated/agent-evidence-types.ts'
import { claimsCompleteness, replayCompleteness } from '../assemble/completeness.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { evidenceId } from '../assemble/evidence-id.ts'
import { derivePackStatus } from '../status/derive-pack-status.ts'
import { packFacts } from '../status/pack-facts.ts'
import { withEdges } from './claim-standing.ts'
import { PackParts, type PackFact } from './pack-parts.ts'

/**
 * Adds facts to the evidence of a run: claims, sources, reviews and others stand beside what is there. Pure; throws
 * `evidence_conflict` where one of them has the id of another.
 */
export function withFacts(evidence: Evidence, facts: readonly PackFact[], at: string): Evidence {
  if (facts.length === 0) return evidence
  const { pack, sourceMap, claimMap } = evidence
  const parts = PackParts.of(pack, sourceMap.omissions)
  const isKnown = (claim: { readonly claim_id: string }): boolean =>
    pack.claims?.some(({ claim_id }) => claim_id === claim.claim_id) === true
  for (const fact of facts) parts.stateFact(fact)
  const touched = new Set(facts.flatMap(({ kind, value }) => (kind === 'support' ? [value.claim_id] : [])))
  const edges = parts.all('support')
  const claims = withEdges(
    parts.all('claim'),
    edges,
    (claim) => touched.has(claim.claim_id) || !isKnown(claim),
  )
  const times = { updated_at: at > pack.updated_at ? at : pack.updated_at }
  const sources = parts.all('source')
  const [first, ...more] = claims
  const next = withStatus({
    ...withLists(pack, parts),
    claims,
    sources,
    support_edges: edges,
    ...times,
    ...(first === undefined ? {} : { claim_map_ref: pack.claim_map_ref ?? claimMapId(evidence) }),
    completeness: { ...pack.completeness, ...completenessAfter(pack, parts, { claims, facts }) },
  })
  return {
    pack: next,
    sourceMap: {
      ...sourceMap,
      sources,
      omissions: parts.all('omission'),
      contradictions: edges.filter(({ relationship }) => relationship === 'contradicts'),
      ...times,
    },
    ...(first === undefined
      ? {}
      : {
          claimMap: {
            ...(claimMap ?? {
              claim_map_id: claimMapId(evidence),
              evidence_pack_id: pack.evidence_pack_id,
              schema_version: pack.schema_version,
              created_at: at,
            }),
            claims: [first, ...more],
            support_edges: edges,
            ...times,
          },
        }),
  }
}

/** A pack with the status that follows from its facts. */
export function withStatus(pack: EvidencePack): EvidencePack {
  return { ...pack, status: derivePackStatus(packFacts(pack)) }
}

function claimMapId({ pack }: Evidence): string {
  return evidenceId(`claimmap:${pack.evidence_pack_id.replace(/^evp:/, '')}`)
}

function withLists(pack: EvidencePack, parts: PackParts): EvidencePack {
  const artifacts = parts.all('artifact')
  return {
    ...pack,
    provenance: { ...pack.provenance, nodes: parts.all('node'), edges: parts.all('link') },
    verification_results: parts.all('verification'),
    reviews: parts.all('review'),
    replay_cases: parts.all('replay'),
    redactions: parts.all('redaction'),
    telemetry: parts.all('telemetry'),
    ...(artifacts.length === 0 ? {} : { artifact_refs: artifacts }),
  }
}

interface Added {
  readonly claims: EvidencePack['claims']
  readonly facts: readonly PackFact[]
}

// only what the new facts are about is reckoned anew; what the pack says of the rest stays
function completenessAfter(
  { completeness }: EvidencePack,
  parts: PackParts,
  { claims, facts }: Added,
): EvidencePack['completeness'] {
  const has = (...kinds: readonly PackFact['kind'][]): boolean =>
    facts.some(({ kind }) => kinds.includes(kind))
  const { verification, sources } = completeness
  return {
    ...(has('claim', 'support') ? { claims: claimsCompleteness(claims ?? []) } : {}),
    ...(has('artifact') ? { artifacts: { status: 'complete' } } : {}),
    ...(has('replay') ? { replay: replayCompleteness(parts.all('replay')) } : {}),
    ...(has('verification') ? { verification: begun(verification) } : {}),
    ...(has('source') ? { sources: begun(sources) } : {}),
  }
}

// what was not collected before is still missing
function begun(entry: CompletenessEntry | undefined): CompletenessEntry {
  if (entry === undefined || entry.status === 'not_applicable') return { status: 'complete' }
  return entry.status === 'not_collected' ? { ...entry, status: 'partial' } : entry
}
