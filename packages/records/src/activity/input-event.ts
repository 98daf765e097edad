import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { ActivityInput } from './activity-input.ts'
import { defined, toEvent, type ActivityOrigin } from './envelope.ts'

/** One call, with what the connector knows. */
export interface ActivityCall {
  readonly eventType: string
  readonly input: ActivityInput
  readonly nowMs: number
  readonly sessionId: string | undefined
  readonly newId: () => string
}

/** The event of a call, or why there is none. */
export type InputEvent = { readonly event: AgentActivityEvent } | { readonly refusal: string }

const ENDS_SESSION = 'session.finished'
/** What a header takes. */
const EVENT_ID = /^[\x21-\x7e]{1,255}$/

/** Makes the event of a call by hand. */
export function inputEvent(origin: ActivityOrigin, call: ActivityCall): InputEvent {
  const { eventType, input, nowMs, sessionId, newId } = call
  if (sessionId === undefined) return { refusal: 'no session: call startSession() first, or pass session_id' }
  if (input.event_id !== undefined && !EVENT_ID.test(input.event_id))
    return { refusal: 'event_id is not 1 to 255 visible ASCII characters' }
  if (eventType === 'hook.blocked' && input.decision?.enforced === false)
    return { refusal: "hook.blocked is for enforced decisions: use record('hook.observed', …)" }
  const { session_id: _session, event_id: id, provenance, additional, repo, ...members } = input
  const isFirst = eventType === 'session.started'
  const event = toEvent(origin, {
    type: eventType,
    id: id ?? `evt-${newId()}`,
    at: nowMs,
    sessionId,
    sessionStatus: eventType === ENDS_SESSION ? input.outcome?.status : undefined,
    members: defined({
      ...withoutEnvelope(additional),
      ...defined(members),
      repo: repo ?? (isFirst ? origin.repo : undefined),
      provenance: provenance === undefined ? origin.provenance : { ...origin.provenance, ...provenance },
    }),
  })
  return { event }
}

const ENVELOPE: ReadonlySet<string> = new Set([
  'schema_version',
  'event_id',
  'event_type',
  'event_family',
  'session_id',
  'session',
  'team_id',
  'source',
])

/** What is added may not stand in for what every event has. */
function withoutEnvelope(additional: ActivityInput['additional'] = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(additional).filter(([name]) => !ENVELOPE.has(name)))
}
