/** Which group of rules an issue breaks; all but the first and the last go beyond the schemas. */
export type EvidenceRule =
  | 'schema'
  | 'references'
  | 'claims'
  | 'completeness'
  | 'reviews'
  | 'provenance'
  | 'redaction'
  | 'replay'
  | 'export'
  | 'denial'
  | 'timeline'
  | 'status'
  | 'update'
  | 'vocabulary'

/** Every code of an {@link EvidenceIssue}. */
export type EvidenceIssueCode =
  | 'schema.invalid'
  | 'schema.too_many'
  | 'schema.version_unknown'
  | 'id.duplicate'
  | 'id.shared'
  | 'id.conflict'
  | 'ref.unresolved'
  | 'ref.unchecked'
  | 'edge.no_target'
  | 'edge.claim_mismatch'
  | 'edge.target_unfit'
  | 'edge.relationship_unfit'
  | 'claim.status_unfounded'
  | 'claim.status_understated'
  | 'claim.unexplained'
  | 'source.unlocated'
  | 'source.omitted_but_used'
  | 'completeness.overstated'
  | 'completeness.unexplained'
  | 'telemetry.silent'
  | 'facts.overwritten'
  | 'review.failure_not_waived'
  | 'review.checks_unnamed'
  | 'provenance.direction'
  | 'provenance.cycle'
  | 'provenance.relationship_unfit'
  | 'redaction.target_lost'
  | 'redaction.undisclosed'
  | 'redaction.not_applied'
  | 'redaction.coverage_overstated'
  | 'replay.silent'
  | 'replay.overstated'
  | 'export.hash_missing'
  | 'export.hash_form'
  | 'export.path_unsafe'
  | 'export.path_duplicate'
  | 'export.pack_missing'
  | 'export.completeness_missing'
  | 'export.scope_missing'
  | 'export.schema_missing'
  | 'export.redaction_undisclosed'
  | 'export.file_missing'
  | 'denial.executed'
  | 'timeline.other_pack'
  | 'timeline.detached'
  | 'timeline.scope_mismatch'
  | 'telemetry.fabricated'
  | 'status.unfounded'
  | 'time.order'
  | 'time.future'
  | 'update.fact_lost'
  | 'update.fact_changed'
  | 'update.other_pack'
  | 'update.time_order'
  | 'event.id_missing'
  | 'vocabulary.unlisted'

/** What is wrong with evidence, and where. */
export interface EvidenceIssue {
  /** Names the kind of mistake for good. */
  readonly code: EvidenceIssueCode
  readonly rule: EvidenceRule
  /** With an error the evidence is not valid; a warning is something to look at. */
  readonly severity: 'error' | 'warning'
  /** JSON Pointer into the value; into a map that came with it below `/maps`. */
  readonly path: string
  readonly message: string
  readonly fix?: string
}

/** Whether evidence is valid, with everything that is to be said about it. */
export interface EvidenceReport {
  /** Whether no issue is an error. */
  readonly valid: boolean
  readonly issues: readonly EvidenceIssue[]
}

interface Kind {
  readonly rule: EvidenceRule
  readonly severity: 'error' | 'warning'
  readonly fix?: string
}

const error = (rule: EvidenceRule, fix?: string): Kind => ({
  rule,
  severity: 'error',
  ...(fix === undefined ? {} : { fix }),
})

const warning = (rule: EvidenceRule, fix?: string): Kind => ({ ...error(rule, fix), severity: 'warning' })

const KINDS: Readonly<Record<EvidenceIssueCode, Kind>> = {
  'schema.invalid': error('schema'),
  'schema.too_many': error('schema', 'Mend what is named first.'),
  'schema.version_unknown': warning('schema', 'Update this package to read all of the document.'),

  'id.duplicate': error('references', 'Give each of them an id of its own.'),
  'id.shared': error('references', 'One id names one thing: put its kind in front of it.'),
  'id.conflict': error(
    'references',
    'Take the map from which the pack was made, or give the other an id of its own.',
  ),
  'ref.unresolved': error('references', 'Add what is referred to, or take the reference out.'),
  'ref.unchecked': warning('references', 'Pass the map as well, with the option maps.'),
  'edge.no_target': error('references', 'Name a source, check, review, artifact or node of the provenance.'),
  'edge.claim_mismatch': error('references', 'List an edge with the claim that it names.'),
  'edge.target_unfit': error('references', 'verified_by needs a verification_id, reviewed_by a review_id.'),
  'edge.relationship_unfit': warning('references', 'Say supports, contradicts, qualifies or background.'),

  'claim.status_unfounded': error('claims', 'Add the edge that the status rests on, or lower the status.'),
  'claim.status_understated': warning(
    'claims',
    'Raise the status, or say with an edge what speaks against it.',
  ),
  'claim.unexplained': warning('claims', 'Say in the completeness of claims or sources what is missing.'),
  'source.unlocated': warning('claims', 'Say with uri or ref where the source is.'),
  'source.omitted_but_used': error('claims', 'Take the omission out, or the edge.'),

  'completeness.overstated': error('completeness', 'Say partial or missing; missing is never passed.'),
  'completeness.unexplained': warning('completeness', 'List the missing facts, each with its reason.'),
  'telemetry.silent': error('completeness', 'Say not_collected, or missing with the reason unavailable.'),

  'facts.overwritten': error('reviews', 'Keep checks and reviews apart, each with its own words.'),
  'review.failure_not_waived': error('reviews', 'Add a review with the verdict waived that names the check.'),
  'review.checks_unnamed': warning('reviews', 'List in verification_refs the checks that were considered.'),

  'provenance.direction': error(
    'provenance',
    'Links lead from what came about to what it came from (W3C PROV).',
  ),
  'provenance.cycle': error('provenance', 'Nothing comes from itself: take one of the links out.'),
  'provenance.relationship_unfit': warning(
    'provenance',
    'Say generated_by, used, derived_from, associated_with or attributed_to.',
  ),

  'redaction.target_lost': error('redaction', 'Keep what was redacted under its id, without its content.'),
  'redaction.undisclosed': error('redaction', 'Add a redaction record with its kind and reason.'),
  'redaction.not_applied': error('redaction', 'Take out what the record says is gone.'),
  'redaction.coverage_overstated': error('redaction', 'Say partial for verification.'),

  'replay.silent': error('replay', 'List in missing_facts what cannot be replayed.'),
  'replay.overstated': error('replay', 'Say approximate, non_deterministic or unavailable.'),

  'export.hash_missing': error('export', 'Give each file its hash.'),
  'export.hash_form': error('export', 'Write a hash as sha256: and 64 lowercase hexadecimal digits.'),
  'export.path_unsafe': error('export', 'Name files by paths below the folder of the manifest.'),
  'export.path_duplicate': error('export', 'List each file once.'),
  'export.pack_missing': error('export', 'List the file of the pack, with the role pack.'),
  'export.completeness_missing': error('export', 'Repeat the completeness of the pack.'),
  'export.scope_missing': warning('export', 'Repeat the scope of the pack.'),
  'export.schema_missing': warning('export', 'List the schemas that the files follow.'),
  'export.redaction_undisclosed': error('export', 'Repeat the redactions of the pack.'),
  'export.file_missing': error('export', 'List a file for each kind of fact of the pack.'),

  'denial.executed': error('denial', 'Take out the result: what was denied was not executed.'),

  'timeline.other_pack': error('timeline', 'Point at this pack.'),
  'timeline.detached': error('timeline', 'Point at the pack, or at sources of it.'),
  'timeline.scope_mismatch': error('timeline', 'Take over the ids of the pack.'),
  'telemetry.fabricated': error('timeline', 'Take it out, and say what is missing in the completeness.'),

  'status.unfounded': error('status', 'Take the status that derivePackStatus() gives.'),
  'time.order': error('status', 'updated_at is never before created_at.'),
  'time.future': warning('status', 'Check the clock of the producer.'),

  'update.fact_lost': error('update', 'Keep every fact; what no longer holds gets another one beside it.'),
  'update.fact_changed': error('update', 'Add a new fact instead of changing one, or a redaction record.'),
  'update.other_pack': error('update', 'Compare two states of one pack.'),
  'update.time_order': error('update', 'A later state has a later updated_at.'),

  'event.id_missing': error('references', 'Name what the event is about by its id.'),

  'vocabulary.unlisted': warning(
    'vocabulary',
    'Use a word of the specification, or custom where it has that.',
  ),
}

/** Makes an issue of a code: rule, severity and fix follow from it. */
export function issueOf(code: EvidenceIssueCode, path: string, message: string): EvidenceIssue {
  const { rule, severity, fix } = KINDS[code]
  return { code, rule, severity, path, message, ...(fix === undefined ? {} : { fix }) }
}

/** Puts issues into a report. */
export function reportOf(issues: readonly EvidenceIssue[]): EvidenceReport {
  return { valid: issues.every(({ severity }) => severity !== 'error'), issues }
}
