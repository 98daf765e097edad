import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import {
  validateClaimMap,
  validateEvidencePack as validatePack,
  validateProvenanceChain,
  validateReplayCase,
  validateSourceMap,
  validateVerificationRecord,
  type Validator,
} from '../../generated/agent-evidence-validators.ts'
import { issueOf, reportOf, type EvidenceIssue, type EvidenceReport } from './issue.ts'
import { viewOfPack, type EvidenceMaps, type PackView } from './pack-view.ts'
import { claimIssues } from './rules/claims.ts'
import { completenessIssues } from './rules/completeness.ts'
import { denialIssues } from './rules/denial.ts'
import { provenanceIssues } from './rules/provenance.ts'
import { redactionIssues } from './rules/redaction.ts'
import { referenceIssues } from './rules/references.ts'
import { replayIssues } from './rules/replay.ts'
import { reviewIssues } from './rules/reviews.ts'
import { futureIssues, statusIssues } from './rules/status.ts'
import { timelineIssues } from './rules/timeline.ts'
import { vocabularyIssues } from './rules/vocabulary.ts'
import { schemaIssues } from './schema-issues.ts'

/** How evidence is validated. */
export interface ValidateOptions {
  /** Documents that the pack refers to with `claim_map_ref`, `source_map_ref` or `provenance_ref`. */
  readonly maps?: EvidenceMaps | undefined
  /** The time, in milliseconds since the epoch; without it nothing is too late or too early. */
  readonly now?: number | undefined
}

const RULES: readonly ((view: PackView) => readonly EvidenceIssue[])[] = [
  referenceIssues,
  claimIssues,
  completenessIssues,
  reviewIssues,
  provenanceIssues,
  redactionIssues,
  replayIssues,
  denialIssues,
  timelineIssues,
  statusIssues,
  vocabularyIssues,
]

/**
 * Says whether a value is a valid evidence pack: by the schema, and by the rules between its facts that no schema can
 * hold (Agent Evidence, Validation). Never throws.
 */
export function validateEvidencePack(value: unknown, options: ValidateOptions = {}): EvidenceReport {
  const { maps = {}, now } = options
  const malformed = [...schemaIssues(validatePack, value), ...mapSchemaIssues(maps)]
  if (malformed.length > 0) return reportOf(malformed)
  try {
    const view = viewOfPack(value as EvidencePack, maps)
    const issues = RULES.flatMap((rule) => rule(view))
    return reportOf(now === undefined ? issues : [...issues, ...futureIssues(view, now)])
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    return reportOf([issueOf('schema.invalid', '', `cannot be read: ${reason}`)])
  }
}

const MAPS: { readonly [Name in keyof EvidenceMaps]-?: Validator } = {
  claimMaps: validateClaimMap,
  sourceMaps: validateSourceMap,
  provenance: validateProvenanceChain,
  verifications: validateVerificationRecord,
  replayCases: validateReplayCase,
}

function mapSchemaIssues(maps: EvidenceMaps): readonly EvidenceIssue[] {
  return Object.entries(MAPS).flatMap(([name, validate]) => {
    const documents: unknown = Reflect.get(maps, name)
    if (documents === undefined) return []
    if (!Array.isArray(documents)) return [issueOf('schema.invalid', `/maps/${name}`, 'must be array')]
    return documents.flatMap((document, index) => schemaIssues(validate, document, `/maps/${name}/${index}`))
  })
}
