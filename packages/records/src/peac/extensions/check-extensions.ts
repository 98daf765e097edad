import { isCoreGroup } from '../claims/check-claims.ts'
import { pointerPart, type RecordIssue } from '../claims/record-issue.ts'
import { groupOfType, peacName } from '../claims/registry.ts'
import type { PeacClaims } from '../../generated/peac-types.ts'
import { A2A_HANDOFF_CHECK } from './a2a-handoff-check.ts'
import { AGENT_ACTION_CHECK } from './agent-action-check.ts'
import { CLI_EXECUTION_CHECK } from './cli-execution-check.ts'
import { groupIssues, type GroupCheck } from './group-check.ts'
import { LIFECYCLE_CHECK } from './lifecycle-check.ts'

/** Which member of a group repeats the type of the record, how, and under which code it may not. */
interface Echo {
  readonly member: string
  readonly typeOf: (told: string) => string
  readonly code: string
}

const CHECKS: ReadonlyMap<string, GroupCheck & { readonly echo: Echo }> = new Map<
  string,
  GroupCheck & { readonly echo: Echo }
>([
  [
    peacName('agent-action'),
    {
      ...AGENT_ACTION_CHECK,
      echo: { member: 'event_kind', typeOf: peacName, code: 'agent.action.type_event_kind_mismatch' },
    },
  ],
  [
    peacName('lifecycle-observation'),
    {
      ...LIFECYCLE_CHECK,
      echo: { member: 'event_kind', typeOf: peacName, code: 'lifecycle.type_event_kind_mismatch' },
    },
  ],
  [
    peacName('a2a-handoff'),
    {
      ...A2A_HANDOFF_CHECK,
      echo: { member: 'type', typeOf: (type) => type, code: 'a2a.type_event_mismatch' },
    },
  ],
  [
    peacName('cli-execution'),
    {
      ...CLI_EXECUTION_CHECK,
      echo: { member: 'type', typeOf: (type) => type, code: 'cli.schema_rejection' },
    },
  ],
])

/** Judges what is in the groups that the envelope does not look into (PEAC Wire 0.2, layer 3). */
export function extensionIssues({ type, extensions = {} }: PeacClaims): readonly RecordIssue[] {
  return Object.entries(extensions).flatMap(([name, group]) => {
    const check = CHECKS.get(name)
    if (check === undefined) return []
    const path = `/extensions/${pointerPart(name)}`
    const issues = groupIssues(check, group, path)
    return groupOfType(type) === name ? [...issues, ...echoIssues(check.echo, { type, group, path })] : issues
  })
}

/** Groups that nobody has looked into: they are signed, and nothing more is known of them. */
export function uncheckedGroups({ extensions = {} }: PeacClaims): readonly string[] {
  return Object.keys(extensions).filter((name) => !CHECKS.has(name) && !isCoreGroup(name))
}

function echoIssues(
  { member, typeOf, code }: Echo,
  { type, group, path }: { readonly type: string; readonly group: unknown; readonly path: string },
): readonly RecordIssue[] {
  const told: unknown = typeof group === 'object' && group !== null ? Reflect.get(group, member) : undefined
  if (typeof told !== 'string' || typeOf(told) === type) return []
  return [{ path: `${path}/${member}`, message: `is not what the type ${type} says`, code }]
}
