import { VERSION, type StepRecord } from '@aos/sdk'
import type {
  ClaimMap,
  EvidencePack,
  EvidenceProducer,
  EvidenceScope,
  SourceMap,
} from '../../generated/agent-evidence-types.ts'
import type { RecordedRun } from '../../steps/collect-run.ts'
import { wellFormed } from '../../steps/decision-record.ts'
import { telemetryOf, type Assembling } from './assembling.ts'
import { completenessOf } from './completeness.ts'
import { evidenceId, timeOf, urnOf } from './evidence-id.ts'
import { PackParts, type PackFact } from './pack-parts.ts'
import { runProvenance, stepProvenance } from './step-provenance.ts'
import { stepClaims } from './step-claims.ts'
import { stepDecisions } from './step-decisions.ts'
import { runRedactions, stepRedactions } from './step-redactions.ts'
import { stepSources } from './step-sources.ts'

/** The evidence of one run: the pack, and the maps that it names. */
export interface Evidence {
  readonly pack: EvidencePack
  /** Every source, with those that were left out and why. */
  readonly sourceMap: SourceMap
  /** Absent where nothing is claimed. */
  readonly claimMap?: ClaimMap | undefined
}

/** What evidence is put together with, beside the steps. */
export interface AssembleOptions {
  /** Who puts it together; this SDK by default. */
  readonly producer?: EvidenceProducer | undefined
  /** Facts that somebody adds: claims, sources, reviews and others. */
  readonly facts?: readonly PackFact[] | undefined
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
 * the same steps give the same bytes. Throws `evidence_conflict` where a fact that was added replaces another.
 */
export function assembleEvidence(recorded: RecordedRun, options: AssembleOptions = {}): Evidence {
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
  for (const { kind, value } of options.facts ?? []) parts.state(kind, value)
  return wellFormed(evidenceOf(recorded, parts, options))
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
  const { run, end, lastAt } = recorded
  const id = evidenceId(`evp:${run.id}`)
  const about = {
    evidence_pack_id: id,
    schema_version: SCHEMA_VERSION,
    scope: { ...scopeOf(recorded), ...options.scope },
  } as const
  const times = { created_at: timeOf(run.startedAt), updated_at: timeOf(end?.endedAt ?? lastAt) }
  const producer = options.producer ?? OURSELVES
  const sources = parts.all('source')
  const claims = parts.all('claim')
  const [first, ...more] = claims
  const edges = parts.all('support')
  const source_map_id = evidenceId(`srcmap:${run.id}`)
  const claim_map_id = evidenceId(`claimmap:${run.id}`)
  const pack: EvidencePack = {
    ...about,
    status: 'collecting',
    ...times,
    producer,
    claims,
    ...(first === undefined ? {} : { claim_map_ref: claim_map_id }),
    sources,
    source_map_ref: source_map_id,
    support_edges: edges,
    provenance: { nodes: parts.all('node'), edges: parts.all('link') },
    verification_results: parts.all('verification'),
    reviews: parts.all('review'),
    replay_cases: parts.all('replay'),
    redactions: parts.all('redaction'),
    telemetry: parts.all('telemetry'),
    ...(parts.all('artifact').length === 0 ? {} : { artifact_refs: parts.all('artifact') }),
    refs: [{ ref_id: evidenceId(run.id), kind: 'agent_run', uri: urnOf('run', run.id) }],
    completeness: completenessOf(recorded, parts),
    ...(options.requiredChecks === undefined ? {} : { x_required_checks: [...options.requiredChecks] }),
  }
  return {
    pack,
    sourceMap: {
      source_map_id,
      ...about,
      sources,
      omissions: parts.all('omission'),
      contradictions: edges.filter(({ relationship }) => relationship === 'contradicts'),
      ...times,
      producer,
    },
    ...(first === undefined
      ? {}
      : {
          claimMap: {
            claim_map_id,
            ...about,
            claims: [first, ...more],
            support_edges: edges,
            ...times,
            producer,
          },
        }),
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
