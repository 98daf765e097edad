import type {
  Claim,
  EvidencePack,
  ProvenanceEdge,
  ProvenanceNode,
  ReplayCase,
  ReviewVerdict,
  SourceRef,
  SupportEdge,
  TelemetryRef,
} from '../generated/agent-evidence-types.ts'

/** How the calls of a made-up run went, and what else its pack has. */
export interface PackRecipe {
  readonly calls: readonly ('ok' | 'failed' | 'denied' | 'waived')[]
  readonly documents: readonly ('supports' | 'qualifies' | 'contradicts')[]
  readonly telemetry: boolean
  readonly replay: 'none' | 'approximate' | 'deterministic'
}

/** One of everything. */
export const FULL_RECIPE: PackRecipe = {
  calls: ['ok', 'failed', 'denied', 'waived'],
  documents: ['supports', 'qualifies', 'contradicts'],
  telemetry: true,
  replay: 'approximate',
}

const AT = '2026-01-31T10:30:00.000Z'

type Lists = Required<
  Pick<
    EvidencePack,
    'claims' | 'sources' | 'support_edges' | 'verification_results' | 'reviews' | 'telemetry'
  >
> & { readonly nodes: ProvenanceNode[]; readonly edges: ProvenanceEdge[] }

/** Makes a valid pack by hand, with ids that follow from the recipe. */
export function packOf(recipe: PackRecipe = FULL_RECIPE): EvidencePack {
  const lists: Lists = {
    claims: [],
    sources: [],
    support_edges: [],
    verification_results: [],
    reviews: [],
    telemetry: [],
    nodes: [{ node_id: 'agent:helper', type: 'agent', agent_type: 'assistant' }],
    edges: [],
  }
  for (const [index, outcome] of recipe.calls.entries()) addCall(lists, { index, outcome, recipe })
  for (const [index, relationship] of recipe.documents.entries()) addDocument(lists, index, relationship)
  const { nodes, edges, ...facts } = lists
  return {
    evidence_pack_id: 'evp:run-1',
    schema_version: '0.1.0',
    scope: { session_id: 'session-1', run_id: 'run-1' },
    status: 'reviewed',
    created_at: AT,
    updated_at: AT,
    producer: { id: 'helper', type: 'runtime' },
    ...facts,
    provenance: { nodes, edges },
    replay_cases: replaysOf(recipe, lists.sources),
    redactions: [
      {
        redaction_id: 'redaction:prompt',
        target_ref: 'urn:aos:step:model#/input',
        redaction_kind: 'withhold',
        reason: 'privacy',
      },
    ],
    completeness: {
      runtime: { status: 'complete' },
      claims: { status: 'complete' },
      sources: { status: 'complete' },
      verification: { status: 'complete' },
      privacy: { status: 'complete' },
      telemetry: recipe.telemetry ? { status: 'complete' } : { status: 'not_collected' },
      replay:
        recipe.replay === 'approximate'
          ? { status: 'partial', missing_facts: [{ fact: 'answers of the model', reason: 'not_collected' }] }
          : { status: recipe.replay === 'none' ? 'not_collected' : 'complete' },
    },
  }
}

interface Call {
  readonly index: number
  readonly outcome: PackRecipe['calls'][number]
  readonly recipe: PackRecipe
}

function addCall(lists: Lists, { index, outcome, recipe }: Call): void {
  const call = `call-${index}`
  const ref: TelemetryRef = {
    trace_id: 'a'.repeat(32),
    span_id: `b${index}`.padEnd(16, '1'),
    tool_call_id: call,
  }
  const telemetry = recipe.telemetry ? { telemetry: ref } : { telemetry: { tool_call_id: call } }
  if (recipe.telemetry) lists.telemetry.push(ref)
  lists.nodes.push({
    node_id: `activity:${call}`,
    type: 'activity',
    activity_type: 'tool_call',
    ...telemetry,
  })
  link(lists, { from: `activity:${call}`, to: 'agent:helper', relationship: 'associated_with' })
  const isRefused = outcome === 'denied' || outcome === 'waived'
  lists.verification_results.push({
    verification_id: `check:${call}`,
    check_type: 'policy',
    status: isRefused ? 'failed' : 'passed',
    checked_at: AT,
  })
  lists.reviews.push(...reviewsOf(call, outcome))
  const source = `src:${outcome === 'denied' ? 'trace' : 'result'}:${call}`
  if (outcome === 'denied')
    lists.sources.push({ source_id: source, source_kind: 'trace', ref: `urn:span:${call}` })
  else addResult(lists, call, source)
  addClaim(lists, `claim:${call}`, { text: `The call ${call} ended as ${outcome}.`, source })
}

function reviewsOf(call: string, outcome: Call['outcome']): readonly ReviewVerdict[] {
  const review = (role: string, verdict: ReviewVerdict['verdict']): ReviewVerdict => ({
    review_id: `review:${call}:${role}`,
    verdict,
    reviewer: { type: role },
    scope: { run_id: 'run-1', tool_call_id: call },
    verification_refs: [`check:${call}`],
    reviewed_at: AT,
  })
  if (outcome === 'ok' || outcome === 'failed') return [review('policy', 'approved')]
  return outcome === 'denied'
    ? [review('policy', 'rejected')]
    : [review('policy', 'rejected'), review('human', 'waived')]
}

function addResult(lists: Lists, call: string, source: string): void {
  lists.sources.push({
    source_id: source,
    source_kind: 'tool_result',
    ref: `urn:aos:result:${call}`,
    snippet: `result of ${call}`,
    retrieval: { tool_call_id: call },
  })
  lists.nodes.push({
    node_id: `entity:${call}`,
    type: 'entity',
    entity_type: 'tool_result',
    ref: `urn:aos:result:${call}`,
  })
  link(lists, { from: `entity:${call}`, to: `activity:${call}`, relationship: 'generated_by' })
  lists.nodes.push({ node_id: `entity:${call}:summary`, type: 'entity', entity_type: 'summary' })
  link(lists, { from: `entity:${call}:summary`, to: `entity:${call}`, relationship: 'derived_from' })
}

const STATUS = {
  supports: 'supported',
  qualifies: 'partially_supported',
  contradicts: 'contradicted',
} as const

function addDocument(lists: Lists, index: number, relationship: PackRecipe['documents'][number]): void {
  const source = `src:document:${index}`
  lists.sources.push({
    source_id: source,
    source_kind: 'document',
    uri: `https://docs.example/${index}`,
    selector: { type: 'text_quote', exact: 'thirty days' },
    snippet: 'thirty days',
  })
  addClaim(lists, `claim:document:${index}`, {
    text: `The window is thirty days (${index}).`,
    source,
    relationship,
  })
}

interface ClaimPlan {
  readonly text: string
  readonly source: string
  readonly relationship?: PackRecipe['documents'][number]
}

function addClaim(
  lists: Lists,
  claim_id: string,
  { text, source, relationship = 'supports' }: ClaimPlan,
): void {
  const edge_id = `edge:${claim_id}`
  const claim: Claim = {
    claim_id,
    claim_type: 'fact',
    text,
    status: STATUS[relationship],
    support_edges: [edge_id],
  }
  const edge: SupportEdge = { edge_id, claim_id, source_id: source, relationship }
  lists.claims.push(claim)
  lists.support_edges.push(edge)
}

function link(lists: Lists, edge: Pick<ProvenanceEdge, 'from' | 'to' | 'relationship'>): void {
  lists.edges.push({ edge_id: `prov:${lists.edges.length}`, ...edge, timestamp: AT })
}

function replaysOf({ replay }: PackRecipe, sources: readonly SourceRef[]): ReplayCase[] {
  if (replay === 'none') return []
  return [
    {
      replay_id: 'replay:run-1',
      evidence_pack_id: 'evp:run-1',
      schema_version: '0.1.0',
      scope: { run_id: 'run-1' },
      determinism: replay,
      input_refs: sources.map(({ source_id: id }) => ({ ref_id: id })),
      ...(replay === 'approximate'
        ? { missing_facts: [{ fact: 'answers of the model', reason: 'not_collected' as const }] }
        : {}),
    },
  ]
}
