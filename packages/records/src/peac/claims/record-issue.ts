import type { Issue, Validator } from '../../generated/peac-validators.ts'

/** One thing that is wrong with a record: where, and what. */
export interface RecordIssue {
  /** JSON Pointer into the claims; empty for the claims themselves. */
  readonly path: string
  readonly message: string
  /** Code of the group that it is in, such as `agent.action.unknown_field`. */
  readonly code?: string
}

/** Everything that a schema finds wrong with a value, as the validator tells it. */
export function schemaIssues(validate: Validator, value: unknown): readonly Issue[] {
  // what a branch leads to is told by itself
  return validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if')
}

/** Says what a schema found in words. */
export function toRecordIssue(
  { instancePath, keyword, params, message = 'is not valid' }: Issue,
  above = '',
): RecordIssue {
  const path = above + instancePath
  switch (keyword) {
    case 'required':
      return { path: `${path}/${pointerPart(String(params['missingProperty']))}`, message: 'is missing' }
    case 'additionalProperties':
      return {
        path: `${path}/${pointerPart(String(params['additionalProperty']))}`,
        message: 'is not known here',
      }
    case 'false schema':
      return { path, message: 'does not belong here' }
    case 'enum':
      return { path, message: `must be one of: ${listOf(params['allowedValues'])}` }
    case 'pattern':
      return { path, message: 'is not written as it must be' }
    default:
      return { path, message }
  }
}

/** A name as a part of a JSON Pointer (RFC 6901). */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : ''
}
