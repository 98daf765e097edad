import type {
  EvidenceEvent,
  EvidenceEventType,
  EvidencePack,
  ExportManifest,
} from '../../generated/agent-evidence-types.ts'
import { derivedUuid } from '../../steps/derived-id.ts'
import type { FactKinds, PackFact } from '../facts/pack-parts.ts'

/** The events that tell of a pack: that it exists, each of its facts, what is missing, and how it stands. */
export function toEvidenceEvents(pack: EvidencePack): readonly EvidenceEvent[] {
  const { created_at, updated_at, status, producer, provenance } = pack
  return [
    event(pack, {
      type: 'evidence.pack.created',
      subject: 'pack',
      timestamp: created_at,
      payload: { producer },
    }),
    ...factsOf(pack).map((fact) => toFactEvent(pack, fact)),
    event(pack, {
      type: 'evidence.provenance.linked',
      subject: 'provenance',
      payload: { nodes: provenance?.nodes.length ?? 0, edges: provenance?.edges.length ?? 0 },
    }),
    ...warningsOf(pack),
    ...(status === 'invalid'
      ? [event(pack, { type: 'evidence.error', subject: 'pack', payload: { status } })]
      : []),
    event(pack, {
      type: 'evidence.pack.updated',
      subject: `pack:${updated_at}`,
      payload: { status, completeness: pack.completeness },
    }),
  ]
}

/** The event that tells of one fact of a pack. */
export function toFactEvent(pack: EvidencePack, { kind, value }: PackFact): EvidenceEvent {
  return event(pack, tellingOf(kind, value))
}

function tellingOf<Kind extends keyof FactKinds>(kind: Kind, value: FactKinds[Kind]): Telling {
  return TELLINGS[kind](value)
}

const TELLINGS: { readonly [Kind in keyof FactKinds]: (value: FactKinds[Kind]) => Telling } = {
  claim: ({ claim_id, claim_type, status }) => ({
    type: 'evidence.claim.added',
    subject: claim_id,
    ids: { claim_id },
    payload: { claim_type, status },
  }),
  source: ({ source_id, source_kind }) => ({
    type: 'evidence.source.linked',
    subject: source_id,
    ids: { source_id },
    payload: { source_kind },
  }),
  omission: ({ source_id, reason }) => ({
    type: 'evidence.source.linked',
    subject: `${source_id}:omitted`,
    ids: { source_id },
    payload: { omitted: true, reason },
  }),
  support: ({ edge_id, claim_id, source_id, relationship }) => ({
    type: 'evidence.support.updated',
    subject: edge_id,
    ids: { claim_id, ...(source_id === undefined ? {} : { source_id }) },
    payload: { edge_id, relationship },
  }),
  verification: ({ verification_id, check_type, status, severity, checked_at }) => ({
    type: 'evidence.verification.completed',
    subject: verification_id,
    ids: { verification_id },
    timestamp: checked_at,
    payload: { check_type, status, severity },
  }),
  review: ({ review_id, verdict, verification_refs, reviewed_at, scope }) => ({
    type: 'evidence.review.completed',
    subject: review_id,
    ids: { review_id, ...idsOf(scope) },
    timestamp: reviewed_at,
    payload: { verdict, verification_refs },
  }),
  replay: ({ replay_id, determinism }) => ({
    type: 'evidence.replay.created',
    subject: replay_id,
    ids: { replay_id },
    payload: { determinism },
  }),
  redaction: ({ redaction_id, redaction_kind, reason, target_ref, applied_at }) => ({
    type: 'evidence.redaction.applied',
    subject: redaction_id,
    timestamp: applied_at,
    payload: { redaction_id, redaction_kind, reason, target_ref },
  }),
  node: ({ node_id }) => ({
    type: 'evidence.provenance.linked',
    subject: node_id,
    payload: { node_id },
  }),
  link: ({ edge_id, from, to, relationship, timestamp }) => ({
    type: 'evidence.provenance.linked',
    subject: edge_id,
    timestamp,
    payload: { edge_id, from, to, relationship },
  }),
  artifact: (artifact) => ({
    type: 'evidence.pack.updated',
    subject: `artifact:${artifact.artifact_id}`,
    payload: { artifact },
  }),
  telemetry: (telemetry) => ({
    type: 'evidence.pack.updated',
    subject: `telemetry:${telemetry.span_id ?? telemetry.event_id ?? ''}`,
    payload: { telemetry },
  }),
}

/** The event that tells of an export. */
export function toExportEvent(
  pack: EvidencePack,
  { export_id, created_at, files }: ExportManifest,
): EvidenceEvent {
  return event(pack, {
    type: 'evidence.export.created',
    subject: export_id,
    ids: { export_id },
    timestamp: created_at,
    payload: { files: files.map(({ path, role, hash }) => ({ path, role, hash })) },
  })
}

function factsOf(pack: EvidencePack): readonly PackFact[] {
  const { claims = [], sources = [], support_edges = [], verification_results = [], reviews = [] } = pack
  return [
    ...sources.map((value) => ({ kind: 'source', value }) as const),
    ...claims.map((value) => ({ kind: 'claim', value }) as const),
    ...support_edges.map((value) => ({ kind: 'support', value }) as const),
    ...verification_results.map((value) => ({ kind: 'verification', value }) as const),
    ...reviews.map((value) => ({ kind: 'review', value }) as const),
    ...(pack.replay_cases ?? []).map((value) => ({ kind: 'replay', value }) as const),
    ...(pack.redactions ?? []).map((value) => ({ kind: 'redaction', value }) as const),
  ]
}

function warningsOf(pack: EvidencePack): readonly EvidenceEvent[] {
  return Object.entries(pack.completeness).flatMap(([category, entry]) =>
    (entry?.missing_facts ?? []).map((missing, at) =>
      event(pack, {
        type: 'evidence.warning',
        subject: `${category}:${at}`,
        payload: { category, ...missing },
      }),
    ),
  )
}

interface Telling {
  readonly type: EvidenceEventType
  /** What it tells of, within the pack. */
  readonly subject: string
  readonly ids?: Partial<EvidenceEvent> | undefined
  /** The pack's latest moment where the fact has none of its own. */
  readonly timestamp?: string | undefined
  readonly payload: Readonly<Record<string, unknown>>
}

function event(pack: EvidencePack, { type, subject, ids, timestamp, payload }: Telling): EvidenceEvent {
  const { evidence_pack_id, schema_version, scope, telemetry, updated_at } = pack
  const [trace] = telemetry ?? []
  return {
    type,
    event_id: derivedUuid(evidence_pack_id.replace(/^evp:/, ''), `${type}:${subject}`),
    timestamp: timestamp ?? updated_at,
    schema_version,
    evidence_pack_id,
    ...idsOf(scope),
    ...(trace?.trace_id === undefined ? {} : { trace_id: trace.trace_id }),
    ...(trace?.span_id === undefined ? {} : { span_id: trace.span_id }),
    ...ids,
    subject,
    payload: Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)),
  }
}

const CORRELATION = [
  'runtime_id',
  'session_id',
  'thread_id',
  'turn_id',
  'task_id',
  'run_id',
  'attempt_id',
  'step_id',
  'tool_call_id',
  'action_id',
  'context_id',
  'artifact_id',
  'policy_decision_id',
] as const

function idsOf(scope: EvidencePack['scope'] | undefined): Partial<EvidenceEvent> {
  const entries = CORRELATION.flatMap((name) => (scope?.[name] === undefined ? [] : [[name, scope[name]]]))
  return Object.fromEntries(entries) as Partial<EvidenceEvent>
}
