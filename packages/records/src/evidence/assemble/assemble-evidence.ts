import { VERSION, type StepRecord } from '@aos/sdk'
import type { EvidencePack, EvidenceProducer, EvidenceScope } from '../../generated/agent-evidence-types.ts'
import type { RecordedRun } from '../../steps/collect-run.ts'
import { wellFormed } from '../../steps/well-formed.ts'
import { telemetryOf, type Assembling } from './assembling.ts'
import { completenessOf } from './completeness.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { evidenceId, urnOf } from './evidence-id.ts'
import { withEdges } from '../facts/claim-standing.ts'
import { PackParts } from '../facts/pack-parts.ts'
import { withStatus } from '../facts/with-facts.ts'
import type { Evidence } from './evidence.ts'
import { runProvenance, stepProvenance } from './step-provenance.ts'
import { stepClaims } from './step-claims.ts'
import { stepDecisions } from './step-decisions.ts'
import { runRedactions, stepRedactions } from './step-redactions.ts'
import { stepSources } from './step-sources.ts'

/** What evidence is put together with, beside the steps. */
export interface AssembleOptions {
  /** Who puts it together; this SDK by default. */
  readonly producer?: EvidenceProducer | undefined
  /** `sha256:<hex>` of the documents of policies, by the name that decisions give them. */
  readonly policyDigests?: Readonly<Record<string, string>> | undefined
  /** Checks that must pass before the pack counts as verified, by `check_type`. */
  readonly requiredChecks?: readonly string[] | undefined
  /** Ids of the run in other systems: a task, an external case. */
  readonly scope?: Pick<EvidenceScope, 'task_id' | 'external_case_id' | 'artifact_id'> | undefined
}

const SCHEMA_VERSION = '0.1.0'

/**
 * Puts the evidence of one run together (Agent Evidence, evidence pack): a pure function of what was recorded, so that
 * the same steps give the same bytes.
 */
export function assembleEvidence(told: RecordedRun, options: AssembleOptions = {}): Evidence {
  const recorded = wellFormed(told)
  const parts = new PackParts()
  const assembling: Assembling = {
    recorded,
    parts,
    policyDigests: options.policyDigests ?? {},
    calls: callsOf(recorded.steps),
  }
  runProvenance(assembling)
  for (const step of recorded.steps) addStep(assembling, step)
  runRedactions(assembling)
  const runTelemetry = telemetryOf(assembling)
  if (runTelemetry !== undefined) parts.put('telemetry', runTelemetry)
  return evidenceOf(recorded, parts, options)
}

function addStep(assembling: Assembling, step: StepRecord): void {
  stepProvenance(assembling, step)
  stepSources(assembling, step)
  stepDecisions(assembling, step)
  stepClaims(assembling, step)
  stepRedactions(assembling, step)
  const telemetry = step.trace === undefined ? undefined : telemetryOf(assembling, step)
  if (telemetry !== undefined) assembling.parts.put('telemetry', telemetry)
}

function callsOf(steps: readonly StepRecord[]): ReadonlyMap<string, StepRecord> {
  const calls = steps.filter(({ kind, executionId }) => kind === 'toolCall' && executionId !== undefined)
  return new Map(calls.map((step) => [step.executionId ?? '', step]))
}

function evidenceOf(recorded: RecordedRun, parts: PackParts, options: AssembleOptions): Evidence {
  const head = headOf(recorded, options)
  const { producer, created_at, updated_at, ...about } = head
  const sources = parts.all('source')
  const edges = parts.all('support')
  const claims = withEdges(parts.all('claim'), edges, () => false)
  const [first, ...more] = claims
  const source_map_id = evidenceId(`srcmap:${recorded.run.id}`)
  const claim_map_id = evidenceId(`claimmap:${recorded.run.id}`)
  const pack = withStatus({
    ...about,
    status: 'collecting',
    created_at,
    updated_at,
    producer,
    claims,
    ...(first === undefined ? {} : { claim_map_ref: claim_map_id }),
    sources,
    source_map_ref: source_map_id,
    support_edges: edges,
    provenance: { nodes: parts.all('node'), edges: parts.all('link') },
    verification_results: parts.all('verification'),
    reviews: parts.all('review'),
    replay_cases: [],
    redactions: parts.all('redaction'),
    telemetry: parts.all('telemetry'),
    refs: [{ ref_id: evidenceId(recorded.run.id), kind: 'agent_run', uri: urnOf('run', recorded.run.id) }],
    completeness: completenessOf(recorded, parts, claims),
    ...(options.requiredChecks === undefined ? {} : { x_required_checks: [...options.requiredChecks] }),
  })
  const contradictions = edges.filter(({ relationship }) => relationship === 'contradicts')
  const sourceMap = { source_map_id, ...head, sources, omissions: parts.all('omission'), contradictions }
  if (first === undefined) return { pack, sourceMap }
  return {
    pack,
    sourceMap,
    claimMap: { claim_map_id, ...head, claims: [first, ...more], support_edges: edges },
  }
}

type Head = Pick<
  EvidencePack,
  'evidence_pack_id' | 'schema_version' | 'scope' | 'created_at' | 'updated_at' | 'producer'
>

function headOf(recorded: RecordedRun, { scope, producer }: AssembleOptions): Head {
  const { run, end, lastAt } = recorded
  return {
    evidence_pack_id: evidenceId(`evp:${run.id}`),
    schema_version: SCHEMA_VERSION,
    scope: { ...scopeOf(recorded), ...scope },
    created_at: isoTime(run.startedAt),
    updated_at: isoTime(Math.max(end?.endedAt ?? lastAt, run.startedAt)),
    producer: producer ?? OURSELVES,
  }
}

const OURSELVES: EvidenceProducer = { id: 'aos-sdk', type: 'runtime', name: '@aos/sdk', version: VERSION }

function scopeOf({ run }: RecordedRun): EvidenceScope {
  return {
    session_id: evidenceId(run.sessionId),
    // a conversation that nobody named is no thread
    ...(run.sessionGenerated ? {} : { thread_id: evidenceId(run.sessionId) }),
    turn_id: evidenceId(run.turnId),
    run_id: evidenceId(run.id),
    runtime_id: evidenceId(run.runtime),
  }
}
