import { validateAgentAction } from '../../generated/peac-validators.ts'
import type { GroupCheck } from './group-check.ts'

/** Names that would bring content into the record (AGENT-ACT, no inline content). */
const CONTENT: ReadonlySet<string> = new Set(
  (
    'prompt message messages body input output result response completion stdout stderr env secret ' +
    'token api_key private_key credential model_output tool_input tool_output'
  ).split(' '),
)

/** How the group org.peacprotocol/agent-action is judged. */
export const AGENT_ACTION_CHECK: GroupCheck = {
  validate: validateAgentAction,
  codeOf: ({ keyword }, { field, path }) => {
    if (path === '') return code('missing_required_field')
    if (keyword === 'additionalProperties') {
      return code(CONTENT.has(field) ? 'inline_content_blocked' : 'unknown_field')
    }
    if (keyword === 'required') return code('missing_required_field')
    if (keyword === 'false schema') return code('unknown_field')
    if (field === 'event_kind') return code('event_kind_unknown')
    if (field.endsWith('_at')) return code('invalid_observed_at')
    return code(keyword === 'type' ? 'ref_must_be_string' : 'opaque_ref_grammar_violation')
  },
  tooLong: (field) => (field.endsWith('_ref') ? code('opaque_ref_grammar_violation') : undefined),
  first: new Set(
    ['inline_content_blocked', 'ref_must_be_string', 'event_kind_unknown', 'missing_required_field'].map(
      code,
    ),
  ),
}

function code(name: string): string {
  return `agent.action.${name}`
}
