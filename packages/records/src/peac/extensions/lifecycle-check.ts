import { validateLifecycleObservation } from '../../generated/peac-validators.ts'
import type { GroupCheck } from './group-check.ts'

/** How the group org.peacprotocol/lifecycle-observation is judged: it tells what was seen, never a verdict. */
export const LIFECYCLE_CHECK: GroupCheck = {
  validate: validateLifecycleObservation,
  codeOf: ({ keyword }, { field, path }) => {
    if (path === '') return code('missing_required_field')
    if (keyword === 'additionalProperties' || keyword === 'false schema') return code('inline_value_blocked')
    if (keyword === 'required') return code('missing_required_field')
    if (field === 'event_kind') return code('event_kind_unknown')
    if (field === 'observed_at') return code('invalid_observed_at')
    if (field === 'observed_mode') return code('invalid_observed_mode')
    if (field.endsWith('_state')) return code('invalid_state')
    if (keyword === 'type') return code('ref_must_be_string')
    return code(field === 'approver_ref' ? 'approver_ref_pii_blocked' : 'opaque_ref_grammar_violation')
  },
  tooLong: (field) => {
    if (field.endsWith('_state')) return code('invalid_state')
    return field.endsWith('_ref') ? code('opaque_ref_grammar_violation') : undefined
  },
  first: new Set(['inline_value_blocked', 'missing_required_field', 'event_kind_unknown'].map(code)),
}

function code(name: string): string {
  return `lifecycle.${name}`
}
