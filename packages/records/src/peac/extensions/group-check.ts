import type { Issue, Validator } from '../../generated/peac-validators.ts'
import { schemaIssues, toRecordIssue, type RecordIssue } from '../claims/record-issue.ts'

/** How the content of a group is judged, and in which codes. */
export interface GroupCheck {
  readonly validate: Validator
  /** Code of what the schema found; `field` is the name of the last member of the path, `path` the whole of it. */
  readonly codeOf: (issue: Issue, at: { readonly field: string; readonly path: string }) => string
  /** Code of a text that has too many bytes, for the members that are bounded in bytes. */
  readonly tooLong: (field: string) => string | undefined
  /** Codes that hide all others: what they tell must be put right first. */
  readonly first?: ReadonlySet<string>
  /** What the schema cannot say; asked only where it finds nothing. */
  readonly rules?: (value: Readonly<Record<string, unknown>>) => readonly RecordIssue[]
}

const MAX_BYTES = 256

/** Judges the content of one group. */
export function groupIssues(check: GroupCheck, value: unknown, above: string): readonly RecordIssue[] {
  const found = schemaIssues(check.validate, value).map((issue): RecordIssue => {
    const told = toRecordIssue(issue)
    const field = told.path.slice(told.path.lastIndexOf('/') + 1)
    return { ...told, code: check.codeOf(issue, { field, path: told.path }) }
  })
  const issues = [...found, ...longTexts(check, value)]
  const first = issues.filter(({ code }) => code !== undefined && check.first?.has(code) === true)
  const told = first.length > 0 ? first : issues
  const rest = told.length === 0 && isObject(value) ? (check.rules?.(value) ?? []) : told
  return distinct(rest).map((issue) => ({ ...issue, path: above + issue.path }))
}

function longTexts({ tooLong }: GroupCheck, value: unknown): readonly RecordIssue[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([field, text]): readonly RecordIssue[] => {
    const code = typeof text === 'string' && Buffer.byteLength(text) > MAX_BYTES ? tooLong(field) : undefined
    return code === undefined
      ? []
      : [{ path: `/${field}`, message: `is longer than ${MAX_BYTES} bytes`, code }]
  })
}

function distinct(issues: readonly RecordIssue[]): readonly RecordIssue[] {
  const seen = new Set<string>()
  return issues.filter(({ path, code }) => {
    const key = `${code} ${path}`
    return seen.has(key) ? false : Boolean(seen.add(key))
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
