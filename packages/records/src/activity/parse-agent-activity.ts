import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { validateAgentActivityEvent, type Issue } from '../generated/agent-activity-validators.ts'

/** One thing that is wrong with an event: where, and what. */
export interface ActivityIssue {
  /** JSON Pointer into the event; empty for the event itself. */
  readonly path: string
  readonly message: string
}

/** A checked event, or everything that is wrong with it. */
export type ActivityResult =
  | { readonly ok: true; readonly value: AgentActivityEvent }
  | { readonly ok: false; readonly issues: readonly ActivityIssue[] }

/**
 * Checks an agent_activity.v1 event. Payloads of older connectors pass: `event_id`, `event_family`, `occurred_at` and
 * `provenance` may be absent, the session may stand in `session_id`, in `session.id` or, equal, in both; members that
 * are not known are kept. The version alone does not tell the format, as others use the same name.
 */
export function parseAgentActivity(value: unknown): ActivityResult {
  try {
    if (!validateAgentActivityEvent(value))
      return { ok: false, issues: (validateAgentActivityEvent.errors ?? []).map(toIssue) }
    const event = value as AgentActivityEvent
    const issues = sessionIssues(event)
    return issues.length === 0 ? { ok: true, value: event } : { ok: false, issues }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    return { ok: false, issues: [{ path: '', message: `cannot be read: ${reason}` }] }
  }
}

/** The session of an event, wherever it stands. */
export function sessionIdOf({ session_id: id, session }: AgentActivityEvent): string | undefined {
  return id ?? session?.id
}

function sessionIssues({ session_id: id, session }: AgentActivityEvent): readonly ActivityIssue[] {
  if (id === undefined || session === undefined || session.id === id) return []
  return [{ path: '/session/id', message: 'must be equal to session_id: one event has one session' }]
}

/** The family of an event type. */
export function familyOf(eventType: string): string {
  return eventType.split('.', 1)[0] ?? eventType
}

function toIssue({ instancePath, keyword, params, message = 'is not valid' }: Issue): ActivityIssue {
  switch (keyword) {
    case 'required':
      return { path: `${instancePath}/${String(params['missingProperty'])}`, message: 'is missing' }
    case 'not':
      return { path: '/session_id', message: 'is missing, and session.id as well' }
    case 'const':
      return { path: instancePath, message: `must be ${JSON.stringify(params['allowedValue'])}` }
    case 'type':
      return { path: instancePath, message: `must be ${String(params['type'])}` }
    case 'format':
      return { path: instancePath, message: `must be a ${String(params['format'])}` }
    default:
      return { path: instancePath, message }
  }
}
