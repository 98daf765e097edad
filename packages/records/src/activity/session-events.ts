import type { RunEnd, RunRecord } from '@aos/sdk'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { derivedEventId, toEvent, type ActivityOrigin } from './envelope.ts'
import { runMembers } from './run-members.ts'
import { costOf } from './step-facts.ts'

/** What the runs of a session came to. */
export interface SessionSummary {
  /** The last of its runs. */
  readonly run: RunRecord
  /** How that one ended; absent where it is still under way. */
  readonly end?: RunEnd | undefined
  /** When it was last heard of, in milliseconds since the epoch. */
  readonly lastAt: number
  readonly runs: number
  readonly toolCalls: number
  readonly denials: number
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  /** US dollars, where they are known of every run. */
  readonly costUsd?: number | undefined
}

const STATUSES: Readonly<Record<RunEnd['status'], string>> = {
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  timeout: 'timed_out',
}

/** The event that opens the session of a run. */
export function sessionStarted(origin: ActivityOrigin, run: RunRecord): AgentActivityEvent {
  return toEvent(origin, {
    type: 'session.started',
    id: derivedEventId(run.id, 'session.started'),
    at: run.startedAt,
    sessionId: run.sessionId,
    members: { ...runMembers(origin, run), ...(origin.repo === undefined ? {} : { repo: origin.repo }) },
  })
}

/** The event that closes a session, with what its runs came to. */
export function sessionFinished(origin: ActivityOrigin, summary: SessionSummary): AgentActivityEvent {
  const { run, end, lastAt, inputTokens, outputTokens, costUsd } = summary
  const status = end === undefined ? 'cancelled' : STATUSES[end.status]
  return toEvent(origin, {
    type: 'session.finished',
    id: derivedEventId(run.id, 'session.finished'),
    at: lastAt,
    sessionId: run.sessionId,
    sessionStatus: status,
    members: {
      ...runMembers(origin, run),
      outcome: { status, summary: summaryText(summary) },
      ...costOf({ inputTokens, outputTokens }, costUsd),
    },
  })
}

function summaryText({ end, runs, toolCalls, denials }: SessionSummary): string {
  const counts = `${plural(runs, 'run')}, ${plural(toolCalls, 'tool call')}, ${denials} denied`
  return end === undefined ? `${counts}; a run was still under way` : counts
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
