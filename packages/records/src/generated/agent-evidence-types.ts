// generated from schemas/agent-evidence: do not edit

/**
 * Any document of Agent Evidence, schema version 0.1.0.
 */
export type EvidenceDocument =
  | EvidencePack
  | ClaimMap
  | SourceMap
  | ProvenanceChain
  | VerificationRecord
  | ReviewVerdict
  | ReplayCase
  | RedactionRecord
  | ExportManifest
  | EvidenceEvent
/**
 * Where the pack is in its life.
 */
export type PackStatus =
  | 'draft'
  | 'collecting'
  | 'ready'
  | 'partial'
  | 'verified'
  | 'reviewed'
  | 'exported'
  | 'redacted'
  | 'expired'
  | 'invalid'
/**
 * Which kind of software or party the producer is.
 */
export type ProducerType =
  'runtime' | 'service' | 'worker' | 'host' | 'exporter' | 'reviewer' | 'policy' | 'tool' | 'peer' | 'other'
/**
 * How the claim is supported.
 */
export type ClaimStatus =
  'supported' | 'partially_supported' | 'unsupported' | 'contradicted' | 'unverified' | 'not_applicable'
/**
 * How one thing bears on another: a source on a claim, or a node of the provenance on another.
 */
export type EvidenceRelationship =
  | 'supports'
  | 'partially_supports'
  | 'contradicts'
  | 'qualifies'
  | 'background'
  | 'generated_from'
  | 'verified_by'
  | 'reviewed_by'
  | 'derived_from'
  | 'generated_by'
  | 'used'
  | 'attributed_to'
  | 'associated_with'
  | 'redacted_from'
/**
 * Kind of node.
 */
export type ProvenanceNodeType = 'entity' | 'activity' | 'agent'
/**
 * How it went.
 */
export type VerificationStatus = 'passed' | 'failed' | 'warning' | 'skipped' | 'not_applicable' | 'error'
/**
 * How bad it is.
 */
export type EvidenceSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical'
/**
 * The decision.
 */
export type Verdict = 'approved' | 'rejected' | 'needs_changes' | 'escalated' | 'waived' | 'informational'
/**
 * What of an operation was judged: whether it may happen, whether a person lets it happen, or what came of it. The format has no member for it.
 */
export type ReviewPhase = 'request' | 'approval' | 'result'
/**
 * How like the first run another one is.
 */
export type ReplayDeterminism = 'deterministic' | 'approximate' | 'non_deterministic' | 'unavailable'
/**
 * Why the fact is missing.
 */
export type MissingReason = 'unknown' | 'unavailable' | 'redacted' | 'expired' | 'not_applicable' | 'not_collected'
/**
 * How it was hidden.
 */
export type RedactionKind = 'remove' | 'mask' | 'hash' | 'tokenize' | 'summarize' | 'withhold' | 'expire'
/**
 * Whether all facts of the category are there.
 */
export type CompletenessStatus = 'complete' | 'partial' | 'missing' | 'unknown' | 'not_applicable' | 'not_collected'
/**
 * What happened.
 */
export type EvidenceEventType =
  | 'evidence.pack.created'
  | 'evidence.pack.updated'
  | 'evidence.claim.added'
  | 'evidence.source.linked'
  | 'evidence.support.updated'
  | 'evidence.provenance.linked'
  | 'evidence.verification.completed'
  | 'evidence.review.completed'
  | 'evidence.replay.created'
  | 'evidence.redaction.applied'
  | 'evidence.export.created'
  | 'evidence.warning'
  | 'evidence.error'

/**
 * The evidence for one session, task, run, artifact, answer or review.
 */
export interface EvidencePack {
  /**
   * Id of the pack.
   */
  evidence_pack_id: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope: EvidenceScope
  status: PackStatus
  /**
   * When the pack was begun.
   */
  created_at: string
  /**
   * When it last changed.
   */
  updated_at: string
  producer: EvidenceProducer
  /**
   * What is claimed.
   */
  claims?: Claim[]
  /**
   * Where the claim map is.
   */
  claim_map_ref?: string
  /**
   * What the claims can rest on.
   */
  sources?: SourceRef[]
  /**
   * Where the source map is.
   */
  source_map_ref?: string
  /**
   * What bears on which claim.
   */
  support_edges?: SupportEdge[]
  provenance?: PackProvenance
  /**
   * Where the provenance is.
   */
  provenance_ref?: string
  /**
   * Checks.
   */
  verification_results?: VerificationResult[]
  /**
   * Decisions of reviewers.
   */
  reviews?: ReviewVerdict[]
  /**
   * What can be run again.
   */
  replay_cases?: ReplayCase[]
  /**
   * What was hidden.
   */
  redactions?: RedactionRecord[]
  /**
   * How much was hidden, by kind and reason.
   */
  redaction_summary?: {
    [k: string]: unknown
  }
  /**
   * Telemetry that belongs to the pack.
   */
  telemetry?: TelemetryRef[]
  completeness: Completeness
  /**
   * Payloads, schemas, artifacts and exports that are kept elsewhere.
   */
  refs?: EvidenceRef[]
  /**
   * Artifacts with their versions and differences, without their bytes.
   */
  artifact_refs?: ArtifactRef[]
  /**
   * Where the manifest of the export is.
   */
  export_manifest_ref?: string
  /**
   * Checks, by id or check_type, that must pass before the pack counts as verified. The format has no member for it.
   */
  x_required_checks?: string[]
}
/**
 * What a document is about; at least one id.
 */
export interface EvidenceScope {
  /**
   * Id of a scope of another kind.
   */
  scope_id?: string
  /**
   * Runtime that worked.
   */
  runtime_id?: string
  /**
   * Session.
   */
  session_id?: string
  /**
   * Thread of the conversation.
   */
  thread_id?: string
  /**
   * Turn within the session.
   */
  turn_id?: string
  /**
   * Task that was worked on.
   */
  task_id?: string
  /**
   * Run of an agent.
   */
  run_id?: string
  /**
   * Attempt at a task.
   */
  attempt_id?: string
  /**
   * Step of a run.
   */
  step_id?: string
  /**
   * Call of a tool.
   */
  tool_call_id?: string
  /**
   * Action that needed a decision.
   */
  action_id?: string
  /**
   * Artifact.
   */
  artifact_id?: string
  /**
   * Context that the agent was given.
   */
  context_id?: string
  /**
   * Decision of a policy.
   */
  policy_decision_id?: string
  /**
   * Answer to a user.
   */
  answer_id?: string
  /**
   * Review.
   */
  review_id?: string
  /**
   * Case in a system of others, in its own form.
   */
  external_case_id?: string
}
/**
 * Who put the document together.
 */
export interface EvidenceProducer {
  /**
   * Id of the producer.
   */
  id: string
  type?: ProducerType
  /**
   * Name that people know it by.
   */
  name?: string
  /**
   * Its version.
   */
  version?: string
}
/**
 * Something that is asserted, decided, recommended or made, with how it is supported. Has a text or a range_ref.
 */
export interface Claim {
  /**
   * Id of the claim.
   */
  claim_id: string
  /**
   * Kind of claim: fact, recommendation, decision, summary, generated_field, artifact_section, policy, risk or custom.
   */
  claim_type?: string
  /**
   * The claim in words.
   */
  text?: string
  /**
   * Where the words are, when they are not here.
   */
  range_ref?: string
  status: ClaimStatus
  /**
   * How sure the producer is: from 0 to 1, in words, or in a form of its own.
   */
  confidence?:
    | number
    | string
    | {
        [k: string]: unknown
      }
  /**
   * What is at risk when the claim is wrong.
   */
  risk?: string
  /**
   * Who answers for it.
   */
  owner_ref?: string
  /**
   * Ids of the edges that bear on the claim.
   */
  support_edges?: string[]
}
/**
 * Something that a claim can rest on.
 */
export interface SourceRef {
  /**
   * Id of the source.
   */
  source_id: string
  /**
   * Kind of source: document, web_page, knowledge_item, tool_result, human_input, artifact, trace, dataset, policy, peer_record or external_record.
   */
  source_kind: string
  /**
   * Where it is.
   */
  uri?: string
  /**
   * What its owner calls it.
   */
  ref?: string
  selector?: SourceSelector
  /**
   * The words that count.
   */
  snippet?: string
  /**
   * Where those words are, when they are not here.
   */
  snippet_ref?: string
  /**
   * How it was found: query, rank, score, time.
   */
  retrieval?: {
    [k: string]: unknown
  }
  /**
   * How old it is.
   */
  freshness?: {
    [k: string]: unknown
  }
  /**
   * Why it is to be believed: digests, signatures, authority.
   */
  trust?: {
    [k: string]: unknown
  }
  /**
   * How it must be handled.
   */
  privacy?: {
    [k: string]: unknown
  }
}
/**
 * Which part of a source is meant.
 */
export interface SourceSelector {
  /**
   * Kind of selector.
   */
  type?: string
  /**
   * The words themselves.
   */
  exact?: string
  /**
   * What stands before them.
   */
  prefix?: string
  /**
   * What stands after them.
   */
  suffix?: string
  /**
   * First character, counted from 0.
   */
  start?: number
  /**
   * Character after the last one.
   */
  end?: number
  /**
   * Place within JSON, RFC 6901.
   */
  json_pointer?: string
  /**
   * First line, counted from 1.
   */
  line_start?: number
  /**
   * Last line, included.
   */
  line_end?: number
  /**
   * Place in a recording.
   */
  timestamp?: string
  /**
   * Fragment of the URI.
   */
  fragment?: string
}
/**
 * What a source, check, review, artifact or node of the provenance means for a claim.
 */
export interface SupportEdge {
  /**
   * Id of the edge.
   */
  edge_id: string
  /**
   * The claim.
   */
  claim_id: string
  /**
   * The source.
   */
  source_id?: string
  /**
   * The check.
   */
  verification_id?: string
  /**
   * The review.
   */
  review_id?: string
  /**
   * The artifact.
   */
  artifact_id?: string
  /**
   * The node of the provenance.
   */
  provenance_node_id?: string
  relationship: EvidenceRelationship
  /**
   * How sure the producer is, from 0 to 1.
   */
  confidence?: number
  /**
   * More about it, for people.
   */
  notes?: string
}
/**
 * A chain within a pack, which has an id and a version already.
 */
export interface PackProvenance {
  /**
   * Id of the chain, when it has one.
   */
  provenance_id?: string
  /**
   * Who and what took part.
   */
  nodes: ProvenanceNode[]
  /**
   * What links them.
   */
  edges: ProvenanceEdge[]
}
/**
 * An entity, an activity or an agent.
 */
export interface ProvenanceNode {
  /**
   * Id of the node.
   */
  node_id: string
  type: ProvenanceNodeType
  /**
   * Kind of entity, such as tool_result, artifact, policy or decision.
   */
  entity_type?: string
  /**
   * Kind of activity, such as tool_call or model_call.
   */
  activity_type?: string
  /**
   * Kind of agent, such as assistant, user, peer or policy_system.
   */
  agent_type?: string
  /**
   * What its owner calls it.
   */
  ref?: string
  telemetry?: TelemetryRef
}
/**
 * Points at telemetry, and says to which ids of the runtime it belongs.
 */
export interface TelemetryRef {
  /**
   * Trace.
   */
  trace_id?: string
  /**
   * Span.
   */
  span_id?: string
  /**
   * Kind of the span.
   */
  span_kind?: string
  /**
   * Event.
   */
  event_id?: string
  /**
   * Runtime.
   */
  runtime_id?: string
  /**
   * Session.
   */
  session_id?: string
  /**
   * Thread.
   */
  thread_id?: string
  /**
   * Turn.
   */
  turn_id?: string
  /**
   * Task.
   */
  task_id?: string
  /**
   * Run.
   */
  run_id?: string
  /**
   * Call of a tool.
   */
  tool_call_id?: string
  /**
   * Artifact.
   */
  artifact_id?: string
  /**
   * Where the telemetry is kept.
   */
  backend_ref?: string
}
/**
 * A link between two nodes.
 */
export interface ProvenanceEdge {
  /**
   * Id of the link.
   */
  edge_id: string
  /**
   * Node that it is said of.
   */
  from: string
  /**
   * Node that it leads to.
   */
  to: string
  relationship: EvidenceRelationship
  /**
   * When it came about.
   */
  timestamp?: string
  /**
   * How sure the producer is, from 0 to 1.
   */
  confidence?: number
}
/**
 * How one check went.
 */
export interface VerificationResult {
  /**
   * Id of the check.
   */
  verification_id: string
  /**
   * Kind of check: citation, source_freshness, schema, policy, artifact_diff, replay, safety, privacy, human_required or custom.
   */
  check_type: string
  status: VerificationStatus
  /**
   * What was checked.
   */
  coverage?: {
    [k: string]: unknown
  }[]
  severity?: EvidenceSeverity
  /**
   * What the check looked at.
   */
  evidence_refs?: EvidenceRef[]
  /**
   * What it found.
   */
  issues?: {
    [k: string]: unknown
  }[]
  /**
   * When it was made.
   */
  checked_at?: string
}
/**
 * Points at something that is kept elsewhere.
 */
export interface EvidenceRef {
  /**
   * Id of what is pointed at.
   */
  ref_id?: string
  /**
   * Which kind of thing it is.
   */
  kind?: string
  /**
   * Where it is.
   */
  uri?: string
  /**
   * Digest of its bytes, as sha256:<hex>.
   */
  hash?: string
  /**
   * Media type of its bytes.
   */
  media_type?: string
  /**
   * Schema that it follows.
   */
  schema_ref?: string
}
/**
 * What a person, a policy or a program decided after looking at the evidence.
 */
export interface ReviewVerdict {
  /**
   * Id of the review.
   */
  review_id: string
  verdict: Verdict
  /**
   * Who decided.
   */
  reviewer?: {
    [k: string]: unknown
  }
  /**
   * By which rules.
   */
  rubric_ref?: string
  /**
   * Why, for people.
   */
  notes?: string
  scope?: EvidenceScope
  /**
   * Ids of the checks that were considered.
   */
  verification_refs?: string[]
  /**
   * What must hold for the decision to stand.
   */
  conditions?: string[]
  /**
   * When it was decided.
   */
  reviewed_at?: string
  x_phase?: ReviewPhase
}
/**
 * What of a run can be run again, with what, and what cannot.
 */
export interface ReplayCase {
  /**
   * Id of the case.
   */
  replay_id: string
  /**
   * Pack with the facts.
   */
  evidence_pack_id?: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope: EvidenceScope
  /**
   * What goes in.
   */
  input_refs?: EvidenceRef[]
  /**
   * States that were recorded.
   */
  snapshot_refs?: EvidenceRef[]
  /**
   * Telemetry of the run.
   */
  trace_refs?: TelemetryRef[]
  determinism: ReplayDeterminism
  /**
   * What cannot be replayed, and why.
   */
  missing_facts?: MissingFact[]
  /**
   * What must come out.
   */
  expected_outputs?: {
    [k: string]: unknown
  }[]
  /**
   * What to do, in order.
   */
  replay_steps?: {
    [k: string]: unknown
  }[]
  /**
   * When the document was made.
   */
  created_at?: string
  /**
   * When it last changed.
   */
  updated_at?: string
  producer?: EvidenceProducer
}
/**
 * A fact that is not there, and why.
 */
export interface MissingFact {
  /**
   * What is missing.
   */
  fact?: string
  reason: MissingReason
  /**
   * Who could have it.
   */
  owner?: string
  /**
   * More about it, for people.
   */
  details?: string
  /**
   * When it was found missing.
   */
  observed_at?: string
}
/**
 * What was hidden, how and why.
 */
export interface RedactionRecord {
  /**
   * Id of the redaction.
   */
  redaction_id: string
  /**
   * What was hidden: a URN, or an id with a JSON Pointer after #.
   */
  target_ref: string
  redaction_kind: RedactionKind
  /**
   * Why: privacy, secret, policy, license, safety, retention, legal or user_request.
   */
  reason: string
  /**
   * Policy that asked for it.
   */
  policy_ref?: string
  /**
   * Who hid it.
   */
  applied_by?: string
  /**
   * What stands in its place.
   */
  replacement_ref?: string
  /**
   * When it was hidden.
   */
  applied_at?: string
}
/**
 * How complete a document is, by category: ids of the runtime, telemetry, sources, claims, artifacts, checks, what was hidden, and what can be run again. Further categories have the same form.
 */
export interface Completeness {
  runtime?: CompletenessEntry
  telemetry?: CompletenessEntry
  sources?: CompletenessEntry
  claims?: CompletenessEntry
  artifacts?: CompletenessEntry
  verification?: CompletenessEntry
  privacy?: CompletenessEntry
  replay?: CompletenessEntry
  [k: string]: CompletenessEntry | undefined
}
/**
 * How complete one category of facts is.
 */
export interface CompletenessEntry {
  status: CompletenessStatus
  /**
   * What is missing.
   */
  missing_facts?: MissingFact[]
  /**
   * More about it, for people.
   */
  notes?: string
  /**
   * When this was looked at last.
   */
  last_checked_at?: string
}
/**
 * A version of an artifact.
 */
export interface ArtifactRef {
  /**
   * The artifact.
   */
  artifact_id: string
  /**
   * The version.
   */
  version_id?: string
  /**
   * Where the difference to the version before is.
   */
  diff_ref?: string
  /**
   * Where it can be read.
   */
  read_ref?: string
  /**
   * Digest of its bytes, as sha256:<hex>.
   */
  hash?: string
}
/**
 * Claims with what supports and what contradicts them.
 */
export interface ClaimMap {
  /**
   * Id of the map.
   */
  claim_map_id: string
  /**
   * Pack that the map belongs to.
   */
  evidence_pack_id?: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope?: EvidenceScope
  /**
   * The claims.
   *
   * @minItems 1
   */
  claims: [Claim, ...Claim[]]
  /**
   * What bears on them.
   */
  support_edges?: SupportEdge[]
  /**
   * When the document was made.
   */
  created_at?: string
  /**
   * When it last changed.
   */
  updated_at?: string
  producer?: EvidenceProducer
}
/**
 * Sources that were used, and those that were found and left out.
 */
export interface SourceMap {
  /**
   * Id of the map.
   */
  source_map_id: string
  /**
   * Pack that the map belongs to.
   */
  evidence_pack_id?: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope?: EvidenceScope
  /**
   * The sources.
   */
  sources: SourceRef[]
  /**
   * Sources that were found and not used.
   */
  omissions?: SourceOmission[]
  /**
   * Sources that speak against claims.
   */
  contradictions?: SupportEdge[]
  /**
   * When the document was made.
   */
  created_at?: string
  /**
   * When it last changed.
   */
  updated_at?: string
  producer?: EvidenceProducer
}
/**
 * A source that was found and not used.
 */
export interface SourceOmission {
  /**
   * Id of the source.
   */
  source_id: string
  /**
   * Why: duplicate, low_relevance, stale, unsafe, private, license_restricted, contradicted, unavailable or out_of_scope.
   */
  reason: string
  /**
   * When that was decided.
   */
  observed_at?: string
  /**
   * Where the decision is recorded.
   */
  decision_ref?: string
}
/**
 * How the outcome came about: things, activities and agents, and what links them, in the directions of W3C PROV.
 */
export interface ProvenanceChain {
  /**
   * Id of the chain.
   */
  provenance_id: string
  /**
   * Pack that the chain belongs to.
   */
  evidence_pack_id?: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope?: EvidenceScope
  /**
   * Who and what took part.
   */
  nodes: ProvenanceNode[]
  /**
   * What links them.
   */
  edges: ProvenanceEdge[]
}
/**
 * Checks and reviews in a document of their own.
 */
export interface VerificationRecord {
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  /**
   * Pack that they belong to.
   */
  evidence_pack_id?: string
  scope?: EvidenceScope
  /**
   * The checks.
   */
  verification_results?: VerificationResult[]
  /**
   * The reviews.
   */
  reviews?: ReviewVerdict[]
  /**
   * When the document was made.
   */
  created_at?: string
  /**
   * When it last changed.
   */
  updated_at?: string
  producer?: EvidenceProducer
}
/**
 * What an export holds: its files with their digests, and what is missing or hidden.
 */
export interface ExportManifest {
  /**
   * Id of the export.
   */
  export_id: string
  /**
   * Pack that was exported.
   */
  evidence_pack_id: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  scope?: EvidenceScope
  /**
   * When it was exported.
   */
  created_at: string
  /**
   * Every file of the export except the manifest and its signature.
   */
  files: ExportFile[]
  /**
   * Schemas that the files follow.
   */
  schemas?: EvidenceRef[]
  completeness: Completeness
  /**
   * What was hidden before the export.
   */
  redactions?: RedactionRecord[]
  /**
   * Who may see the export, and for how long.
   */
  access?: {
    [k: string]: unknown
  }
  /**
   * Signatures over the manifest.
   */
  signatures?: {
    [k: string]: unknown
  }[]
  /**
   * More about it, for people.
   */
  notes?: string
}
/**
 * One file of an export.
 */
export interface ExportFile {
  /**
   * Its place, from the folder of the manifest, with / between folders.
   */
  path: string
  /**
   * What it is: pack, claim_map, source_map, provenance, verification, review, replay, redaction, artifact_ref, schema, signature or readme.
   */
  role: string
  /**
   * Media type.
   */
  media_type?: string
  /**
   * Length in bytes.
   */
  size?: number
  /**
   * Digest of its bytes, as sha256:<hex>.
   */
  hash?: string
  /**
   * Schema that it follows.
   */
  schema_ref?: string
  /**
   * Path of its signature.
   */
  signature_ref?: string
}
/**
 * Says that evidence was added or changed.
 */
export interface EvidenceEvent {
  type: EvidenceEventType
  /**
   * Id of the event.
   */
  event_id: string
  /**
   * When it happened, by the producer's clock.
   */
  timestamp: string
  /**
   * Version of the schemas that the document follows.
   */
  schema_version: '0.1.0'
  /**
   * Pack.
   */
  evidence_pack_id?: string
  /**
   * Claim.
   */
  claim_id?: string
  /**
   * Source.
   */
  source_id?: string
  /**
   * Check.
   */
  verification_id?: string
  /**
   * Review.
   */
  review_id?: string
  /**
   * Replay case.
   */
  replay_id?: string
  /**
   * Export.
   */
  export_id?: string
  /**
   * Trace.
   */
  trace_id?: string
  /**
   * Span.
   */
  span_id?: string
  /**
   * Runtime.
   */
  runtime_id?: string
  /**
   * Session.
   */
  session_id?: string
  /**
   * Thread.
   */
  thread_id?: string
  /**
   * Turn.
   */
  turn_id?: string
  /**
   * Task.
   */
  task_id?: string
  /**
   * Run.
   */
  run_id?: string
  /**
   * Attempt.
   */
  attempt_id?: string
  /**
   * Step.
   */
  step_id?: string
  /**
   * Call of a tool.
   */
  tool_call_id?: string
  /**
   * Action that needed a decision.
   */
  action_id?: string
  /**
   * Context.
   */
  context_id?: string
  /**
   * Artifact.
   */
  artifact_id?: string
  /**
   * Decision of a policy.
   */
  policy_decision_id?: string
  /**
   * What it is about, such as answer, task, artifact or review.
   */
  subject?: string
  /**
   * More about it, in the form of its type.
   */
  payload?: {
    [k: string]: unknown
  }
}
