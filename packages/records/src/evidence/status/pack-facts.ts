import type { EvidencePack, VerificationResult } from '../../generated/agent-evidence-types.ts'

/** What the status of a pack follows from. */
export interface PackFacts {
  /** It contradicts itself or authoritative facts. */
  readonly invalid?: boolean | undefined
  /** Retention took away what it needs. */
  readonly expired?: boolean | undefined
  /** Content was taken out of it after it was made. */
  readonly redacted?: boolean | undefined
  /** A manifest of its export was made. */
  readonly exported?: boolean | undefined
  /** Somebody or something gave a verdict. */
  readonly reviewed?: boolean | undefined
  /** All required checks have passed or do not apply. */
  readonly verified?: boolean | undefined
  /** It is usable, and known facts are missing. */
  readonly partial?: boolean | undefined
  /** It is complete enough to be looked at. */
  readonly ready?: boolean | undefined
  /** Facts are still arriving. */
  readonly collecting?: boolean | undefined
}

/** Reads out of a pack what its status follows from; `known` says what a pack cannot tell of itself. */
export function packFacts(pack: EvidencePack, known: PackFacts = {}): PackFacts {
  const entries = Object.values(pack.completeness)
  return {
    expired: (pack.redactions ?? []).some(({ redaction_kind: kind }) => kind === 'expire'),
    redacted: pack.status === 'redacted',
    exported: pack.export_manifest_ref !== undefined,
    reviewed: (pack.reviews ?? []).length > 0,
    verified: areChecksPassed(pack, pack.verification_results ?? []),
    partial: entries.some((entry) => entry !== undefined && LACKING.has(entry.status)),
    ready: known.collecting !== true,
    ...known,
  }
}

const LACKING: ReadonlySet<string> = new Set(['partial', 'missing', 'unknown'])

/** Whether something in a pack is gone because its time was over. */
export function hasExpired({ completeness, redactions = [] }: EvidencePack): boolean {
  const entries = Object.values(completeness)
  return (
    redactions.some(({ redaction_kind: kind }) => kind === 'expire') ||
    entries.some((entry) => (entry?.missing_facts ?? []).some(({ reason }) => reason === 'expired'))
  )
}

/** Whether each required check was made and passed or does not apply; all are required where none is named. */
export function areChecksPassed(
  { x_required_checks: required }: EvidencePack,
  checks: readonly VerificationResult[],
): boolean {
  const isFine = ({ status }: VerificationResult): boolean =>
    status === 'passed' || status === 'not_applicable'
  if (required === undefined) return checks.length > 0 && checks.every(isFine)
  return (
    required.length > 0 &&
    required.every((name) => {
      const meant = checks.filter(({ verification_id: id, check_type: type }) => id === name || type === name)
      return meant.length > 0 && meant.every(isFine)
    })
  )
}
