import type { DecisionRecord, StepRecord } from '../events/event.ts'
import { settleWithin } from '../hooks/deadline.ts'
import type { Run } from './run.ts'

/** One decision as an audit trail keeps it: redacted like every event, values as keyed digests. */
export interface AuditEntry {
  readonly runId: string
  readonly sessionId: string
  readonly agentId: string
  readonly agentName: string
  readonly userId?: string | undefined
  readonly step: StepRecord
  readonly decision: DecisionRecord
}

/**
 * Keeps every decision before it takes effect: an operation starts only once `append` has resolved, and is denied
 * `audit_unavailable` where it rejects or stays silent beyond `admissionTimeoutMs`.
 */
export interface AuditTrail {
  append(entry: AuditEntry): PromiseLike<void>
}

/** The trails a run's decisions go to: its own and those of the runs it runs inside of. */
export function auditTrailsOf(run: Run): readonly AuditTrail[] {
  const own = run.core.options.audit
  const inherited = run.parent?.auditTrails ?? []
  return own === undefined || inherited.includes(own) ? inherited : [...inherited, own]
}

/** Appends a decision to a run's trails; gives whether all of them have it, or nothing where there is none. */
export function appendDecision(
  run: Run,
  step: StepRecord,
  decision: DecisionRecord,
): Promise<boolean> | undefined {
  if (run.auditTrails.length === 0) return undefined
  const { content, agent } = run.core
  const entry: AuditEntry = {
    runId: run.id,
    sessionId: run.recordedSession,
    agentId: content.name(agent.id),
    agentName: content.name(agent.name),
    userId: run.user === undefined ? undefined : content.name(run.user.id),
    step,
    decision,
  }
  return allAppended(run, entry)
}

async function allAppended(run: Run, entry: AuditEntry): Promise<boolean> {
  const appended = run.auditTrails.map(async (trail) => {
    const kept = await settleWithin(trail.append(entry), run.core.options.admissionTimeoutMs, () =>
      run.core.noteLate('audit trail'),
    )
    return !kept.timedOut
  })
  const settled = await Promise.allSettled(appended)
  return settled.every((one) => one.status === 'fulfilled' && one.value)
}
