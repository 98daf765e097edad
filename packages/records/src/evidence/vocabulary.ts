/** Kinds of claims that the specification names (Agent Evidence, claim maps). */
export const CLAIM_TYPES: readonly string[] = [
  'fact',
  'recommendation',
  'decision',
  'summary',
  'generated_field',
  'artifact_section',
  'policy',
  'risk',
  'custom',
]

/** Kinds of sources that the specification names (Agent Evidence, source maps). */
export const SOURCE_KINDS: readonly string[] = [
  'document',
  'web_page',
  'knowledge_item',
  'tool_result',
  'human_input',
  'artifact',
  'trace',
  'dataset',
  'policy',
  'peer_record',
  'external_record',
]

/** Reasons for leaving a source out that the specification names (Agent Evidence, source maps). */
export const OMISSION_REASONS: readonly string[] = [
  'duplicate',
  'low_relevance',
  'stale',
  'unsafe',
  'private',
  'license_restricted',
  'contradicted',
  'unavailable',
  'out_of_scope',
]

/** Kinds of checks that the specification names (Agent Evidence, verification). */
export const CHECK_TYPES: readonly string[] = [
  'citation',
  'source_freshness',
  'schema',
  'policy',
  'artifact_diff',
  'replay',
  'safety',
  'privacy',
  'human_required',
  'custom',
]

/** Reasons for hiding something that the specification names (Agent Evidence, redaction). */
export const REDACTION_REASONS: readonly string[] = [
  'privacy',
  'secret',
  'policy',
  'license',
  'safety',
  'retention',
  'legal',
  'user_request',
]

/** What a file of an export can be (Agent Evidence, export manifests). */
export const FILE_ROLES: readonly string[] = [
  'pack',
  'claim_map',
  'source_map',
  'provenance',
  'verification',
  'review',
  'replay',
  'redaction',
  'artifact_ref',
  'schema',
  'signature',
  'readme',
]
