import { AosError } from '@aos/sdk'
import type { Journal, JournalEntry, Replay, ReplayedDecision } from '@aos/sdk/journal'
import type {
  EvidencePack,
  EvidenceRef,
  MissingFact,
  ReplayCase,
  ReplayDeterminism,
} from '../../generated/agent-evidence-types.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { evidenceId, urnOf } from '../assemble/evidence-id.ts'

/** What is known of a journal and of its replay, beside what is in them. */
export interface ReplayCaseOptions {
  /** What came of replaying the run; without it the case says what it would take. */
  readonly replay?: Replay | undefined
  /** Where the journal is kept, for those who may read it; its content is no part of the case. */
  readonly journal?: { readonly uri?: string | undefined; readonly hash?: string | undefined } | undefined
  /** When it was replayed, in milliseconds since the epoch; the end of the run by default. */
  readonly at?: number | undefined
}

/**
 * Makes a replay case of a journalled run (Agent Evidence, replay case): what there is to run it again with, what was
 * decided the same, and what cannot be replayed. It tells ids, never the content of the journal. Pure; throws
 * `invalid_evidence` for the journal of another run.
 */
export function toReplayCase(
  pack: EvidencePack,
  journal: Journal,
  options: ReplayCaseOptions = {},
): ReplayCase {
  const runId = evidenceId(journal.run.run.id)
  if (pack.scope.run_id !== runId) throw otherRun(pack, runId)
  const { replay, at } = options
  const created_at = at === undefined ? pack.updated_at : isoTime(at)
  return {
    replay_id: evidenceId(`replay:${runId}`),
    evidence_pack_id: pack.evidence_pack_id,
    schema_version: pack.schema_version,
    scope: pack.scope,
    input_refs: inputsOf(pack),
    snapshot_refs: [journalRef(runId, options)],
    trace_refs: (pack.telemetry ?? []).slice(0, 1),
    determinism: determinismOf(journal, replay),
    missing_facts: missingFacts(journal, replay, created_at),
    expected_outputs: (replay?.decisions ?? []).map(expectation),
    replay_steps: journal.entries.flatMap(stepOf),
    created_at,
    updated_at: created_at,
    producer: pack.producer,
  }
}

function inputsOf({ evidence_pack_id, sources = [] }: EvidencePack): EvidenceRef[] {
  const kinds = new Set(['human_input', 'tool_result', 'knowledge_item', 'web_page'])
  return [
    { ref_id: evidence_pack_id, kind: 'evidence_pack' },
    ...sources
      .filter(({ source_kind: kind }) => kinds.has(kind))
      .map(({ source_id, source_kind }) => ({ ref_id: source_id, kind: source_kind })),
  ]
}

function journalRef(runId: string, { journal }: ReplayCaseOptions): EvidenceRef {
  return {
    kind: 'decision_journal',
    uri: journal?.uri ?? urnOf('journal', runId),
    ...(journal?.hash === undefined ? {} : { hash: journal.hash }),
    media_type: 'application/x-ndjson',
  }
}

const RANK: readonly ReplayDeterminism[] = [
  'unavailable',
  'non_deterministic',
  'approximate',
  'deterministic',
]

// what a model says is taken from the journal: asked anew it may say something else
function determinismOf(journal: Journal, replay: Replay | undefined): ReplayDeterminism {
  const most = callsModel(journal) || replay === undefined ? 'approximate' : 'deterministic'
  const own = replay?.determinism ?? (journal.entries.some(isOperation) ? 'approximate' : 'unavailable')
  return RANK[Math.min(RANK.indexOf(most), RANK.indexOf(own))] ?? 'unavailable'
}

function callsModel({ entries }: Journal): boolean {
  return entries.some((entry) => entry.t === 'operation' && entry.kind === 'modelCall')
}

function isOperation({ t }: JournalEntry): boolean {
  return t === 'operation'
}

function missingFacts(journal: Journal, replay: Replay | undefined, observed_at: string): MissingFact[] {
  const facts: MissingFact[] = []
  const add = (reason: MissingFact['reason'], fact: string, details: string): void => {
    facts.push({ reason, fact, owner: 'aos-sdk', details, observed_at })
  }
  add('not_applicable', 'effects of operations', 'nothing is executed; each is given its recorded result')
  if (callsModel(journal))
    add('unavailable', 'outputs of models', 'they are taken from the journal, not made anew')
  if (!journal.complete)
    add('unavailable', 'entries of the journal', `${journal.missing} are missing, or its end is`)
  if (replay === undefined) add('not_collected', 'replayed decisions', 'the run was not replayed')
  for (const { stepId, what, why } of replay?.notReplayed ?? [])
    // values may be told behind a colon, and members of values by their names
    add('unavailable', `${what}${stepId === undefined ? '' : ` of step ${stepId}`}`, why.replace(/:.*$/s, ''))
  for (const decision of replay?.decisions ?? []) {
    if (decision.outcome === 'same') continue
    const { decisionId = 'without an id', stepId, outcome, why } = decision
    const reason = outcome === 'different' ? 'unknown' : 'unavailable'
    add(reason, `decision ${decisionId} of step ${stepId}`, why ?? 'it came out differently')
  }
  return facts
}

function expectation(decision: ReplayedDecision): Record<string, unknown> {
  const { decisionId, stepId, hook, phase, outcome, recorded, replayed, why } = decision
  return {
    ...(decisionId === undefined ? {} : { decision_id: decisionId }),
    step_id: stepId,
    hook,
    phase,
    outcome,
    ...(recorded === undefined ? {} : { recorded_verdict: recorded.verdict }),
    ...(replayed === undefined ? {} : { replayed_verdict: replayed.verdict }),
    ...(why === undefined ? {} : { why }),
  }
}

function stepOf(entry: JournalEntry): Record<string, unknown>[] {
  if (entry.t !== 'operation' || entry.again === true) return []
  const { step, parent, kind, at } = entry
  return [
    {
      step_id: step,
      ...(parent === undefined ? {} : { parent_step_id: parent }),
      operation: kind,
      at: isoTime(at),
      result: 'recorded',
    },
  ]
}

function otherRun(pack: EvidencePack, runId: string): AosError {
  return new AosError({
    code: 'invalid_evidence',
    message: `The journal is of run ${runId}, and the evidence pack is about run ${pack.scope.run_id ?? 'unknown'}`,
    why: 'a replay case speaks of the same facts as its pack',
    fix: 'Read the journal <run id>.jsonl of the run that the pack is about.',
  })
}
