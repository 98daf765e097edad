import type { Issue, Validator } from '../../generated/agent-evidence-validators.ts'
import { issueOf, type EvidenceIssue } from './issue.ts'

const MAX_ISSUES = 1_000

/** What a schema says about a value; empty where it follows the schema. */
export function schemaIssues(validate: Validator, value: unknown, at = ''): readonly EvidenceIssue[] {
  try {
    if (validate(value)) return []
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if')
    const issues = errors.slice(0, MAX_ISSUES).map((error) => toIssue(error, at))
    if (errors.length <= MAX_ISSUES) return issues
    return [...issues, issueOf('schema.too_many', at, `and ${errors.length - MAX_ISSUES} more`)]
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    return [issueOf('schema.invalid', at, `cannot be read: ${reason}`)]
  }
}

function toIssue({ instancePath, keyword, params, message }: Issue, at: string): EvidenceIssue {
  const path = `${at}${instancePath}`
  const member = String(params['missingProperty'])
  if (keyword === 'required' && member === 'range_ref')
    return issueOf('schema.invalid', path, 'must have a text or a range_ref')
  if (keyword === 'required') return issueOf('schema.invalid', `${path}/${member}`, 'is missing')
  return issueOf('schema.invalid', path, describe(keyword, params) ?? message ?? 'is not valid')
}

function describe(keyword: string, params: Issue['params']): string | undefined {
  switch (keyword) {
    case 'enum':
      return `must be one of: ${list(params['allowedValues'])}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'type':
      return `must be ${String(params['type'])}`
    case 'pattern':
      return 'must be an id: letters, digits and _ . : - after a letter or digit, at most 256 characters'
    case 'format':
      return 'must be a time, such as 2026-01-31T10:30:00.000Z'
    default:
      return undefined
  }
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : ''
}
