import type { EvidenceIssueCode } from '../evidence/validate/issue.ts'
import type { EvidencePack } from '../generated/agent-evidence-types.ts'
import {
  addEdge,
  claimOf,
  deniedReview,
  documentSource,
  edgeOf,
  first,
  linkFrom,
  nodeOf,
} from './pack-facts.ts'

type Mutation = (pack: EvidencePack) => void

/** One mistake of each kind, for packs of `packOf`: its code, and what makes it. */
export const MISTAKES: readonly (readonly [EvidenceIssueCode, string, Mutation])[] = [
  ['id.duplicate', 'two sources with one id', (pack) => pack.sources?.push({ ...documentSource(pack) })],
  ['id.shared', 'a review with the id of a check', (pack) => (deniedReview(pack).review_id = 'check:call-0')],
  [
    'id.shared',
    'a redaction with the id of the pack',
    (pack) => (first(pack.redactions).redaction_id = pack.evidence_pack_id),
  ],
  [
    'ref.unresolved',
    'an edge to no source',
    (pack) => (edgeOf(pack, 'edge:claim:call-2').source_id = 'src:none'),
  ],
  [
    'ref.unresolved',
    'an edge of no claim',
    (pack) => addEdge(pack, { claim_id: 'x', relationship: 'background' }),
  ],
  [
    'ref.unresolved',
    'an edge to no check',
    (pack) => (edgeOf(pack, 'edge:claim:call-2').verification_id = 'check:none'),
  ],
  [
    'ref.unresolved',
    'an edge to no review',
    (pack) => (edgeOf(pack, 'edge:claim:call-2').review_id = 'review:none'),
  ],
  [
    'ref.unresolved',
    'an edge to no node',
    (pack) => (edgeOf(pack, 'edge:claim:call-2').provenance_node_id = 'node:none'),
  ],
  [
    'ref.unresolved',
    'a claim with no such edge',
    (pack) => claimOf(pack, 'claim:call-0').support_edges?.push('edge:none'),
  ],
  ['ref.unresolved', 'a link from no node', (pack) => (linkFrom(pack, 'entity:call-0').from = 'node:none')],
  ['ref.unresolved', 'a link to no node', (pack) => (linkFrom(pack, 'entity:call-0').to = 'node:none')],
  [
    'ref.unresolved',
    'a review of no check',
    (pack) => (deniedReview(pack).verification_refs = ['check:none']),
  ],
  [
    'ref.unresolved',
    'a check of no source',
    (pack) => (first(pack.verification_results).evidence_refs = [{ ref_id: 'src:none' }]),
  ],
  [
    'ref.unresolved',
    'a replay of no source',
    (pack) => first(pack.replay_cases).input_refs?.push({ ref_id: 'src:none' }),
  ],
  [
    'edge.no_target',
    'an edge to nothing',
    (pack) =>
      pack.support_edges?.push({ edge_id: 'edge:x', claim_id: 'claim:call-0', relationship: 'background' }),
  ],
  [
    'edge.claim_mismatch',
    'an edge of another claim',
    (pack) => claimOf(pack, 'claim:call-0').support_edges?.push('edge:claim:call-1'),
  ],
  ['edge.target_unfit', 'verified by a source', (pack) => addEdge(pack, { relationship: 'verified_by' })],
  ['edge.target_unfit', 'reviewed by a source', (pack) => addEdge(pack, { relationship: 'reviewed_by' })],
  [
    'edge.relationship_unfit',
    'a claim that used a source',
    (pack) => addEdge(pack, { relationship: 'used' }),
  ],
  [
    'claim.status_unfounded',
    'supported by nothing',
    (pack) => {
      const edge = edgeOf(pack, 'edge:claim:document:0')
      edge.relationship = 'background'
    },
  ],
  [
    'claim.status_unfounded',
    'supported and contradicted alike',
    (pack) => addEdge(pack, { relationship: 'contradicts' }),
  ],
  [
    'claim.status_unfounded',
    'partially supported by nothing',
    (pack) => (edgeOf(pack, 'edge:claim:document:1').relationship = 'background'),
  ],
  [
    'claim.status_unfounded',
    'contradicted by nothing',
    (pack) => (edgeOf(pack, 'edge:claim:document:2').relationship = 'background'),
  ],
  [
    'claim.status_understated',
    'unsupported and supported',
    (pack) => (claimOf(pack, 'claim:call-0').status = 'unsupported'),
  ],
  [
    'claim.unexplained',
    'unverified for no reason',
    (pack) => pack.claims?.push({ claim_id: 'claim:x', text: 'x', status: 'unverified' }),
  ],
  [
    'source.unlocated',
    'a source that is nowhere',
    (pack) => pack.sources?.push({ source_id: 'src:x', source_kind: 'document' }),
  ],
  [
    'completeness.overstated',
    'complete with missing facts',
    (pack) =>
      (pack.completeness.runtime = { status: 'complete', missing_facts: [{ reason: 'unavailable' }] }),
  ],
  [
    'completeness.overstated',
    'a check that could not be made',
    (pack) => (first(pack.verification_results).status = 'error'),
  ],
  [
    'completeness.overstated',
    'replay that is not deterministic',
    (pack) => (pack.completeness.replay = { status: 'complete' }),
  ],
  [
    'completeness.unexplained',
    'partial for no reason',
    (pack) => (pack.completeness.runtime = { status: 'partial' }),
  ],
  ['telemetry.silent', 'no telemetry, called complete', (pack) => (pack.telemetry = [])],
  [
    'telemetry.silent',
    'no telemetry, and not a word',
    (pack) => {
      delete pack.telemetry
      delete pack.completeness.telemetry
    },
  ],
  [
    'facts.overwritten',
    'a check with a verdict',
    (pack) => Object.assign(first(pack.verification_results), { verdict: 'approved' }),
  ],
  [
    'facts.overwritten',
    'a review with a status',
    (pack) => Object.assign(deniedReview(pack), { status: 'passed' }),
  ],
  [
    'review.failure_not_waived',
    'a failure that is approved',
    (pack) => {
      const review = first(pack.reviews, ({ verdict }) => verdict === 'waived')
      review.verdict = 'approved'
    },
  ],
  ['review.checks_unnamed', 'a verdict on nothing', (pack) => delete deniedReview(pack).verification_refs],
  [
    'provenance.direction',
    'an activity that was generated by its result',
    (pack) => {
      const link = linkFrom(pack, 'entity:call-0')
      ;[link.from, link.to] = [link.to, link.from]
    },
  ],
  [
    'provenance.direction',
    'an entity that is associated with an agent',
    (pack) => {
      const link = linkFrom(pack, 'entity:call-0')
      link.to = 'agent:helper'
      link.relationship = 'associated_with'
    },
  ],
  [
    'provenance.cycle',
    'a result that comes from its summary',
    (pack) =>
      pack.provenance?.edges.push({
        edge_id: 'prov:x',
        from: 'entity:call-0',
        to: 'entity:call-0:summary',
        relationship: 'derived_from',
      }),
  ],
  [
    'provenance.relationship_unfit',
    'a node that supports another',
    (pack) => (linkFrom(pack, 'entity:call-0:summary').relationship = 'supports'),
  ],
  [
    'redaction.target_lost',
    'a redaction of what is gone',
    (pack) =>
      pack.redactions?.push({
        redaction_id: 'redaction:x',
        target_ref: 'src:gone#/snippet',
        redaction_kind: 'remove',
        reason: 'privacy',
      }),
  ],
  [
    'redaction.undisclosed',
    'redacted, and not a word',
    (pack) => {
      pack.status = 'redacted'
      pack.redactions = []
    },
  ],
  [
    'redaction.undisclosed',
    'a fact that is redacted, and not a word',
    (pack) => {
      pack.completeness.privacy = { status: 'partial', missing_facts: [{ reason: 'redacted' }] }
      pack.redactions = []
    },
  ],
  [
    'redaction.not_applied',
    'a withheld snippet that is there',
    (pack) => {
      pack.redactions?.push({
        redaction_id: 'redaction:x',
        target_ref: 'src:document:0#/snippet',
        redaction_kind: 'withhold',
        reason: 'privacy',
      })
      pack.completeness.verification = { status: 'not_applicable' }
    },
  ],
  [
    'redaction.coverage_overstated',
    'a check of everything, with a claim that is hidden',
    (pack) =>
      pack.redactions?.push({
        redaction_id: 'redaction:x',
        target_ref: 'claim:call-0#/text',
        redaction_kind: 'withhold',
        reason: 'privacy',
      }),
  ],
  ['replay.silent', 'approximate for no reason', (pack) => delete first(pack.replay_cases).missing_facts],
  [
    'replay.overstated',
    'deterministic without its facts',
    (pack) => (first(pack.replay_cases).determinism = 'deterministic'),
  ],
  [
    'denial.executed',
    'a denied call with a source',
    (pack) =>
      pack.sources?.push({
        source_id: 'src:x',
        source_kind: 'tool_result',
        ref: 'urn:x',
        retrieval: { tool_call_id: 'call-2' },
      }),
  ],
  [
    'denial.executed',
    'a denied call that generated a result',
    (pack) => {
      pack.provenance?.nodes.push({ node_id: 'entity:x', type: 'entity', entity_type: 'tool_result' })
      pack.provenance?.edges.push({
        edge_id: 'prov:x',
        from: 'entity:x',
        to: 'activity:call-2',
        relationship: 'generated_by',
      })
    },
  ],
  [
    'denial.executed',
    'a denied call that failed',
    (pack) => {
      pack.provenance?.nodes.push({ node_id: 'entity:x', type: 'entity', entity_type: 'tool_failure' })
      pack.provenance?.edges.push({
        edge_id: 'prov:x',
        from: 'entity:x',
        to: 'activity:call-2',
        relationship: 'generated_by',
      })
    },
  ],
  [
    'denial.executed',
    'a result with the telemetry of a denied call',
    (pack) =>
      pack.provenance?.nodes.push({
        node_id: 'entity:x',
        type: 'entity',
        entity_type: 'tool_result',
        telemetry: { tool_call_id: 'call-2' },
      }),
  ],
  [
    'timeline.other_pack',
    'a replay of another pack',
    (pack) => (first(pack.replay_cases).evidence_pack_id = 'evp:other'),
  ],
  [
    'timeline.detached',
    'a replay of nothing',
    (pack) => {
      const replay = first(pack.replay_cases)
      delete replay.evidence_pack_id
      delete replay.input_refs
    },
  ],
  [
    'timeline.scope_mismatch',
    'a review of another run',
    (pack) => (deniedReview(pack).scope = { run_id: 'run-2' }),
  ],
  [
    'timeline.scope_mismatch',
    'a replay of another session',
    (pack) => (first(pack.replay_cases).scope = { session_id: 's' }),
  ],
  ['telemetry.fabricated', 'telemetry of nothing', (pack) => pack.telemetry?.push({})],
  ['telemetry.fabricated', 'a trace of zeros', (pack) => pack.telemetry?.push({ trace_id: '0'.repeat(32) })],
  [
    'telemetry.fabricated',
    'a node with a span of zeros',
    (pack) =>
      (nodeOf(pack, 'activity:call-0').telemetry = { span_id: '0'.repeat(16), tool_call_id: 'call-0' }),
  ],
  [
    'status.unfounded',
    'reviewed by nobody',
    (pack) => {
      pack.reviews = []
    },
  ],
  ['status.unfounded', 'exported to nowhere', (pack) => (pack.status = 'exported')],
  ['status.unfounded', 'verified with a failed check', (pack) => (pack.status = 'verified')],
  ['status.unfounded', 'expired, and nothing has', (pack) => (pack.status = 'expired')],
  ['time.order', 'changed before it was made', (pack) => (pack.updated_at = '2026-01-31T10:29:59.999Z')],
  ['vocabulary.unlisted', 'a kind of claim', (pack) => (claimOf(pack, 'claim:call-0').claim_type = 'rumour')],
  ['vocabulary.unlisted', 'a kind of source', (pack) => (documentSource(pack).source_kind = 'rumour')],
  [
    'vocabulary.unlisted',
    'a kind of check',
    (pack) => (first(pack.verification_results).check_type = 'rumour'),
  ],
  ['vocabulary.unlisted', 'a reason of a redaction', (pack) => (first(pack.redactions).reason = 'rumour')],
  ['schema.invalid', 'another version', (pack) => Object.assign(pack, { schema_version: '0.2.0' })],
  ['schema.invalid', 'no scope', (pack) => (pack.scope = {})],
  ['schema.invalid', 'a claim without words', (pack) => delete claimOf(pack, 'claim:call-0').text],
  ['schema.invalid', 'a URI for an id', (pack) => (documentSource(pack).source_id = 'https://docs.example')],
  ['schema.invalid', 'another status', (pack) => Object.assign(pack, { status: 'done' })],
]
