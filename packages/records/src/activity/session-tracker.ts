import type { AosEvent, RunEnd, RunRecord } from '@aos/sdk'
import type { OutboxClock } from '@aos/sdk/outbox'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { ActivityOrigin } from './envelope.ts'
import { sessionFinished, type SessionSummary } from './session-events.ts'
import { toActivityEvents, type FileChangeOf } from './to-activity-events.ts'

/** What a {@link SessionTracker} is made from. */
export interface SessionTrackerOptions {
  readonly origin: ActivityOrigin
  readonly fileChanges?: Readonly<Record<string, FileChangeOf>> | undefined
  readonly idleMs: number
  readonly clock: OutboxClock
  /** Whether somebody tells of a session by hand, who opens and closes it too. */
  readonly isTold: (sessionId: string) => boolean
  readonly emit: (event: AgentActivityEvent) => void
  readonly report: (reason: string) => void
}

interface OpenSession {
  run: RunRecord
  end: RunEnd | undefined
  lastAt: number
  /** By the clock, to tell when it is idle. */
  seenMs: number
  readonly open: Set<string>
  runs: number
  toolCalls: number
  denials: number
  inputTokens: number | undefined
  outputTokens: number | undefined
  costUsd: number | undefined
}

const MAX_RUNS = 10_000
const MAX_SESSIONS = 10_000

/** Makes events of what agents do, and opens and closes the sessions that their runs belong to. */
export class SessionTracker {
  readonly #options: SessionTrackerOptions
  /** Runs are known for a while after their end, as what is judged in the shadow is told late. */
  readonly #runs = new Map<string, RunRecord>()
  readonly #sessions = new Map<string, OpenSession>()
  readonly #fileChanges: Readonly<Record<string, FileChangeOf>>
  #cancelSweep: (() => void) | undefined

  constructor(options: SessionTrackerOptions) {
    this.#options = options
    this.#fileChanges = contained(options)
  }

  accept(event: AosEvent): void {
    const { origin, emit, report } = this.#options
    const fileChanges = this.#fileChanges
    if ('run' in event) this.#know(event.run)
    const run = this.#runs.get(event.runId)
    if (run === undefined && event.type !== 'component.change')
      return report('dropped: an event of a run whose start was not seen')
    const startsSession = event.type === 'run.start' && this.#begin(event.run)
    const endsSession = event.type === 'run.end' ? this.#end(event.run, event.end) : undefined
    for (const made of toActivityEvents(event, { ...origin, run, startsSession, endsSession, fileChanges }))
      emit(made)
  }

  /** Finishes every session that is open. */
  finishAll(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
    for (const id of this.#sessions.keys()) this.#finish(id)
  }

  #know(run: RunRecord): void {
    this.#runs.delete(run.id)
    this.#runs.set(run.id, run)
    if (this.#runs.size <= MAX_RUNS) return
    const [oldest] = this.#runs.keys()
    if (oldest !== undefined) this.#runs.delete(oldest)
  }

  /** Whether the session of a run begins with it. */
  #begin(run: RunRecord): boolean {
    if (this.#options.isTold(run.sessionId)) return false
    const known = this.#sessions.get(run.sessionId)
    const session = known ?? newSession(run)
    session.open.add(run.id)
    session.runs += 1
    this.#touch(session, run.startedAt)
    if (known !== undefined) return false
    this.#sessions.set(run.sessionId, session)
    if (this.#sessions.size > MAX_SESSIONS) {
      const [oldest] = this.#sessions.keys()
      if (oldest !== undefined) this.#finish(oldest)
    }
    return true
  }

  /** What a session came to, where it ends with a run: nobody can continue one whose name was generated. */
  #end(run: RunRecord, end: RunEnd): SessionSummary | undefined {
    const session = this.#sessions.get(run.sessionId)
    if (session === undefined) return undefined
    session.open.delete(run.id)
    add(session, run, end)
    this.#touch(session, end.endedAt)
    if (session.open.size > 0) return undefined
    if (!run.sessionGenerated) {
      this.#sweepIn(this.#options.idleMs)
      return undefined
    }
    this.#sessions.delete(run.sessionId)
    return summaryOf(session)
  }

  #touch(session: OpenSession, at: number): void {
    session.lastAt = Math.max(session.lastAt, at)
    session.seenMs = this.#options.clock.now()
  }

  #finish(id: string): void {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    if (session !== undefined) this.#options.emit(sessionFinished(this.#options.origin, summaryOf(session)))
  }

  #sweepIn(delayMs: number): void {
    this.#cancelSweep ??= this.#options.clock.schedule(() => this.#sweep(), delayMs, false)
  }

  /** Finishes the sessions that nothing happens in any more. */
  #sweep(): void {
    this.#cancelSweep = undefined
    const { clock, idleMs } = this.#options
    const nowMs = clock.now()
    let next = Infinity
    for (const [id, { open, seenMs }] of this.#sessions) {
      if (open.size > 0) continue
      const left = seenMs + idleMs - nowMs
      if (left <= 0) this.#finish(id)
      else next = Math.min(next, left)
    }
    if (next < Infinity) this.#sweepIn(next)
  }
}

/** Functions of the application that tell nothing where they throw, so that the other events are made. */
function contained({ fileChanges = {}, report }: SessionTrackerOptions): Record<string, FileChangeOf> {
  const contain =
    (name: string, changeOf: FileChangeOf): FileChangeOf =>
    (step) => {
      try {
        return changeOf(step)
      } catch {
        report(`fileChanges[${JSON.stringify(name)}] threw`)
        return undefined
      }
    }
  return Object.fromEntries(
    Object.entries(fileChanges).map(([name, changeOf]) => [name, contain(name, changeOf)]),
  )
}

function newSession(run: RunRecord): OpenSession {
  return {
    run,
    end: undefined,
    lastAt: run.startedAt,
    seenMs: 0,
    open: new Set(),
    runs: 0,
    toolCalls: 0,
    denials: 0,
    inputTokens: undefined,
    outputTokens: undefined,
    costUsd: 0,
  }
}

function add(session: OpenSession, run: RunRecord, end: RunEnd): void {
  session.run = run
  session.end = end
  session.toolCalls += end.toolCalls
  session.denials += end.denials
  session.inputTokens = sum(session.inputTokens, end.usage.inputTokens)
  session.outputTokens = sum(session.outputTokens, end.usage.outputTokens)
  // what is not known of one run is not known of the whole; a run without a model costs nothing
  if (end.modelCalls === 0) return
  session.costUsd =
    session.costUsd === undefined || end.costUsd === undefined ? undefined : session.costUsd + end.costUsd
}

function sum(total: number | undefined, more: number | undefined): number | undefined {
  return more === undefined ? total : (total ?? 0) + more
}

function summaryOf({ open, end, costUsd, seenMs: _seen, ...session }: OpenSession): SessionSummary {
  const isKnown = session.inputTokens !== undefined || session.outputTokens !== undefined
  return { ...session, end: open.size > 0 ? undefined : end, ...(isKnown ? { costUsd } : {}) }
}
