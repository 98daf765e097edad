import { validateA2AHandoff } from '../../generated/peac-validators.ts'
import type { RecordIssue } from '../claims/record-issue.ts'
import { isWebUrl } from '../claims/text-rules.ts'
import { a2aTypeOf } from './a2a-events.ts'
import type { GroupCheck } from './group-check.ts'

/** Names that would make a verdict of what was seen. */
const VERDICTS: ReadonlySet<string> = new Set(
  (
    'decision verdict score result passed failed policy_result approval_result outcome judgment ' +
    'rating grade pass fail allow deny authorized denied granted rejected_reason'
  ).split(' '),
)

/** How the group org.peacprotocol/a2a-handoff is judged. */
export const A2A_HANDOFF_CHECK: GroupCheck = {
  validate: validateA2AHandoff,
  codeOf: ({ keyword }, { field, path }) => {
    if (keyword === 'additionalProperties') {
      if (path === `/${field}` && VERDICTS.has(field)) return code('observation_decision_blocked')
      return code(path === '/signature' ? 'legacy_signature_shape_blocked' : 'unknown_field')
    }
    if (field === 'card_ref') return code('card_ref_digest_invalid')
    if (field.endsWith('task_id') || field.endsWith('_ref')) return code('opaque_ref_grammar_violation')
    return code(field.endsWith('ed_at') ? 'timestamp_invalid' : 'schema_rejection')
  },
  tooLong: (field) =>
    field.endsWith('task_id') || field.endsWith('_ref') ? code('opaque_ref_grammar_violation') : undefined,
  first: new Set(['observation_decision_blocked', 'legacy_signature_shape_blocked'].map(code)),
  rules: (value) => [...mismatch(value), ...interfaces(value)],
}

function mismatch({ type, event }: Readonly<Record<string, unknown>>): readonly RecordIssue[] {
  if (event === undefined || type === a2aTypeOf(event)) return []
  return [{ path: '/event', message: 'does not belong to the type', code: code('type_event_mismatch') }]
}

function interfaces(value: Readonly<Record<string, unknown>>): readonly RecordIssue[] {
  const holders = [
    ['', value] as const,
    ...['from_agent', 'to_agent'].map((name) => [`/${name}`, value[name]] as const),
  ]
  return holders.flatMap(([path, holder]) => {
    const url: unknown =
      typeof holder === 'object' && holder !== null
        ? Reflect.get(holder, 'selected_interface_url')
        : undefined
    if (typeof url !== 'string' || isWebUrl(url)) return []
    const at = `${path}/selected_interface_url`
    return [{ path: at, message: 'must be an http or https URL', code: code('schema_rejection') }]
  })
}

function code(name: string): string {
  return `a2a.${name}`
}
