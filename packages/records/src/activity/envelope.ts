import { derivedUuid } from '../steps/derived-id.ts'
import { isoTime } from '../steps/iso-time.ts'
import type {
  ActivityAgent,
  ActivityDeveloper,
  ActivityProvenance,
  ActivityRepo,
  ActivitySource,
  AgentActivityEvent,
} from '../generated/agent-activity-types.ts'
import { familyOf } from './parse-agent-activity.ts'

/** What is the same for every event of a connector. */
export interface ActivityOrigin {
  /** The connector that the events come from. */
  readonly source: ActivitySource
  readonly provenance?: ActivityProvenance | undefined
  /** `team_id` of every event, a UUID. */
  readonly team?: string | undefined
  readonly agent?: ActivityAgent | undefined
  readonly developer?: ActivityDeveloper | undefined
  readonly repo?: ActivityRepo | undefined
  /** Where sessions run, such as `local` or `ci`. */
  readonly environment?: string | undefined
}

/** One fact before it is an event. */
export interface ActivityFact {
  readonly type: string
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly sessionId: string
  /** `session.status`. */
  readonly sessionStatus?: string | undefined
  /** Members of the event beside those that every event has. */
  readonly members: Readonly<Record<string, unknown>>
}

/** Makes the event of a fact: the members that every event has, and its own. */
export function toEvent(origin: ActivityOrigin, fact: ActivityFact): AgentActivityEvent {
  const { source, provenance, team, agent, developer, environment } = origin
  return defined({
    schema_version: 'agent_activity.v1' as const,
    event_id: fact.id,
    event_type: fact.type,
    event_family: familyOf(fact.type),
    occurred_at: isoTime(fact.at),
    team_id: team,
    session_id: fact.sessionId,
    source,
    agent,
    developer,
    session: defined({ id: fact.sessionId, environment, status: fact.sessionStatus ?? 'running' }),
    provenance,
    ...fact.members,
  }) as AgentActivityEvent
}

/** The id of the event of a certain role that follows from a run or step: the same each time it is made. */
export function derivedEventId(source: string, role: string): string {
  return `evt-${derivedUuid(source, role)}`
}

/** A copy without the members that are undefined. */
export function defined<Value extends object>(value: Value): Value {
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const member: unknown = Reflect.get(value, name)
    // no event has a member of this name, which would be none
    if (member !== undefined && name !== '__proto__') copy[name] = member
  }
  return copy as Value
}

/** A number that a receiver can add up, or nothing; providers report all sorts of things. */
export function amount(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined
}
