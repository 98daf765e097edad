import type {
  CompletenessEntry,
  EvidencePack,
  MissingFact,
  RedactionRecord,
  ReplayCase,
  VerificationResult,
} from '../../generated/agent-evidence-types.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { redactedId } from '../validate/rules/redaction.ts'
import type { RedactOptions } from './redact-options.ts'

/** What was hidden so far. */
export interface Hidden {
  readonly records: readonly RedactionRecord[]
  readonly claims: ReadonlySet<string>
  readonly sources: ReadonlySet<string>
}

/** Finds the claims and sources that records are about. */
export function hiddenIn(
  records: readonly RedactionRecord[],
  known: { readonly claims: ReadonlySet<string>; readonly sources: ReadonlySet<string> },
): Hidden {
  const ids = new Set(records.flatMap((record) => redactedId(record) ?? []))
  return {
    records,
    claims: new Set([...known.claims].filter((id) => ids.has(id))),
    sources: new Set([...known.sources].filter((id) => ids.has(id))),
  }
}

/** A pack that says what can no longer be checked, covered or replayed, and how much was hidden. */
export function withEffects(
  pack: EvidencePack,
  { records, claims, sources }: Hidden,
  options: RedactOptions & { readonly keptIds: number },
): EvidencePack {
  const lower = (entry: CompletenessEntry | undefined, fact: string, count: number) =>
    count === 0 ? entry : lowered(entry, missing(options, fact, count))
  const { verification, replay, privacy } = pack.completeness
  const checks = pack.verification_results ?? []
  const completeness = {
    ...pack.completeness,
    claims: lower(pack.completeness.claims, 'texts of claims', claims.size),
    sources: lower(pack.completeness.sources, 'content of sources', sources.size),
    verification:
      verification === undefined && checks.length === 0
        ? undefined
        : lower(verification, 'what was checked', claims.size + sources.size),
    replay: replay === undefined ? undefined : lower(replay, 'inputs', usedSources(pack, sources)),
    privacy: options.keptIds === 0 ? privacy : lowered(privacy, keptFact(options)),
  }
  return {
    ...pack,
    completeness: Object.fromEntries(
      Object.entries(completeness).filter(([, entry]) => entry !== undefined),
    ) as EvidencePack['completeness'],
    ...(pack.verification_results === undefined
      ? {}
      : { verification_results: checks.map((check) => covered(check, sources)) }),
    ...(pack.replay_cases === undefined
      ? {}
      : { replay_cases: pack.replay_cases.map((replayed) => limited(replayed, sources, options)) }),
    redactions: [...records],
    redaction_summary: summaryOf(records),
  }
}

function missing({ by, at }: RedactOptions, fact: string, count: number): MissingFact {
  return { fact, reason: 'redacted', owner: by, details: `${count} redacted`, observed_at: isoTime(at) }
}

function keptFact({ by, at, keptIds }: RedactOptions & { readonly keptIds: number }): MissingFact {
  const details = `${keptIds} ids hold a text that is masked elsewhere; ids are kept`
  return { fact: 'masking of ids', reason: 'unavailable', owner: by, details, observed_at: isoTime(at) }
}

function lowered(entry: CompletenessEntry | undefined, fact: MissingFact): CompletenessEntry {
  const others = (entry?.missing_facts ?? []).filter(
    (known) => known.fact !== fact.fact || known.reason !== fact.reason,
  )
  const status = entry === undefined || entry.status === 'complete' ? 'partial' : entry.status
  return { ...entry, status, missing_facts: [...others, fact] }
}

function covered(check: VerificationResult, sources: ReadonlySet<string>): VerificationResult {
  const coverage = check.coverage ?? []
  const told = new Set(coverage.map((entry) => entry['redacted_ref']))
  const hidden = (check.evidence_refs ?? []).flatMap(({ ref_id: id }) =>
    id !== undefined && sources.has(id) && !told.has(id) ? [{ redacted_ref: id, status: 'partial' }] : [],
  )
  return hidden.length === 0 ? check : { ...check, coverage: [...coverage, ...hidden] }
}

function limited(replay: ReplayCase, sources: ReadonlySet<string>, options: RedactOptions): ReplayCase {
  const hidden = sourcesOf(replay).filter((id) => sources.has(id))
  if (hidden.length === 0) return replay
  const fact = missing(options, 'inputs', hidden.length)
  const others = (replay.missing_facts ?? []).filter(
    (known) => known.fact !== 'inputs' || known.reason !== 'redacted',
  )
  return {
    ...replay,
    determinism: replay.determinism === 'deterministic' ? 'approximate' : replay.determinism,
    missing_facts: [...others, fact],
  }
}

function usedSources({ replay_cases: replays = [] }: EvidencePack, sources: ReadonlySet<string>): number {
  return new Set(replays.flatMap(sourcesOf).filter((id) => sources.has(id))).size
}

function sourcesOf({
  input_refs: inputs = [],
  snapshot_refs: snapshots = [],
}: ReplayCase): readonly string[] {
  return [...inputs, ...snapshots].flatMap(({ ref_id: id }) => id ?? [])
}

function summaryOf(records: readonly RedactionRecord[]): Record<string, unknown> {
  return {
    total: records.length,
    by_kind: counted(records.map(({ redaction_kind: kind }) => kind)),
    by_reason: counted(records.map(({ reason }) => reason)),
  }
}

function counted(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
