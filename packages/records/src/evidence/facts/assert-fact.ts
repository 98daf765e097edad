import { AosError } from '@aos/sdk'
import type { EvidencePack, SupportEdge } from '../../generated/agent-evidence-types.ts'
import { validateEvidencePack, validateSourceMap } from '../../generated/agent-evidence-validators.ts'
import { schemaIssues } from '../validate/schema-issues.ts'
import type { FactKinds, PackFact, PackParts } from './pack-parts.ts'

const LISTS: Readonly<Record<Exclude<PackFact['kind'], 'omission' | 'node' | 'link'>, keyof EvidencePack>> = {
  claim: 'claims',
  source: 'sources',
  support: 'support_edges',
  verification: 'verification_results',
  review: 'reviews',
  redaction: 'redactions',
  replay: 'replay_cases',
  artifact: 'artifact_refs',
  telemetry: 'telemetry',
}

/** Throws `invalid_evidence` for a fact that Agent Evidence has not in this form, or that names what is not there. */
export function assertFact(fact: PackFact, parts: PackParts): void {
  const [issue] =
    fact.kind === 'omission'
      ? schemaIssues(validateSourceMap, { ...EMPTY_MAP, omissions: [fact.value] })
      : schemaIssues(validateEvidencePack, { ...EMPTY_PACK, ...listed(fact) })
  if (issue !== undefined) {
    const at = issue.path.replace(/^.*\/0\/?/, '').replaceAll('/', '.')
    throw invalid(
      fact.kind,
      `${at === '' ? 'it' : at} ${issue.message}`,
      'See the schemas of Agent Evidence.',
    )
  }
  if (fact.kind === 'support') assertSupport(fact.value, parts)
  if (fact.kind === 'review')
    for (const id of fact.value.verification_refs ?? []) assertKnown(parts, 'verification', id)
}

const EMPTY_PACK = {
  evidence_pack_id: 'evp:none',
  schema_version: '0.1.0',
  scope: { run_id: 'none' },
  status: 'draft',
  created_at: '1970-01-01T00:00:00.000Z',
  updated_at: '1970-01-01T00:00:00.000Z',
  producer: { id: 'none' },
  completeness: {},
}

const EMPTY_MAP = { source_map_id: 'none', schema_version: '0.1.0', sources: [] }

function listed(fact: Exclude<PackFact, { readonly kind: 'omission' }>): object {
  if (fact.kind === 'node') return { provenance: { nodes: [fact.value], edges: [] } }
  if (fact.kind === 'link') return { provenance: { nodes: [], edges: [fact.value] } }
  return { [LISTS[fact.kind]]: [fact.value] }
}

const TARGETS = {
  source_id: 'source',
  verification_id: 'verification',
  review_id: 'review',
  artifact_id: 'artifact',
  provenance_node_id: 'node',
} as const satisfies Partial<Record<keyof SupportEdge, keyof FactKinds>>

function assertSupport(edge: SupportEdge, parts: PackParts): void {
  assertKnown(parts, 'claim', edge.claim_id)
  const named = (Object.keys(TARGETS) as (keyof typeof TARGETS)[]).filter((name) => edge[name] !== undefined)
  if (named.length === 0)
    throw invalid(
      'support',
      'it names nothing that speaks for or against',
      `Name a ${Object.keys(TARGETS).join(', ')}.`,
    )
  for (const name of named) assertKnown(parts, TARGETS[name], edge[name] ?? '')
}

function assertKnown(parts: PackParts, kind: keyof FactKinds, id: string): void {
  if (parts.get(kind, id) === undefined)
    throw invalid(
      kind,
      `there is none with the id ${JSON.stringify(id)}`,
      'Add it first, or take its id from the pack.',
    )
}

function invalid(kind: string, why: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_evidence',
    message: `This ${kind} cannot be part of an evidence pack: ${why}`,
    fix,
  })
}
