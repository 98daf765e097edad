import { AosError, type AosEvent, type Sink } from '@aos/sdk'
import { installExitHandlers, type OutboxClock } from '@aos/sdk/outbox'
import { randomUUID } from 'node:crypto'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { derivedUuid } from '../steps/derived-id.ts'
import type {
  ActivityCallOptions,
  ActivityInput,
  ActivityInputWith,
  ActivityReceipt,
  FinishSessionInput,
} from './activity-input.ts'
import {
  assertConnectorOptions,
  originOf,
  receiverOf,
  type AgentActivityConnectorOptions,
} from './connector-options.ts'
import { inputEvent, type InputEvent } from './input-event.ts'
import { ActivityPipeline, type ActivityStats } from './pipeline.ts'
import { openOutput } from './outputs/open-output.ts'
import { SessionTracker } from './session-tracker.ts'

/** Tells of what agents do as agent_activity.v1 events: by hand, or as a sink of an instrumented agent. */
export interface AgentActivityConnector extends AsyncDisposable {
  /** Opens a session, of this id or a new one; the calls that follow belong to it unless they name another. */
  startSession(input?: ActivityInput, options?: ActivityCallOptions): Promise<ActivityReceipt>
  toolStarted(input: ActivityInputWith<'tool'>, options?: ActivityCallOptions): Promise<ActivityReceipt>
  toolFinished(input: ActivityInputWith<'tool'>, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** The same as `toolFinished`. */
  emitToolFinished(input: ActivityInputWith<'tool'>, options?: ActivityCallOptions): Promise<ActivityReceipt>
  modelCompleted(input: ActivityInputWith<'model'>, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** Rejects with `export_failed` where the event is not safe, whatever `failOpen` says. */
  approvalRequested(input?: ActivityInput, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** For a decision that was enforced. Rejects with `export_failed` where the event is not safe, whatever `failOpen` says. */
  hookBlocked(input?: ActivityInput, options?: ActivityCallOptions): Promise<ActivityReceipt>
  sourceSnapshot(
    input: ActivityInputWith<'source_snapshot'>,
    options?: ActivityCallOptions,
  ): Promise<ActivityReceipt>
  fileChange(input: ActivityInputWith<'file_change'>, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** Closes a session. */
  finishSession(input: FinishSessionInput, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** Tells of something for which there is no method, as `family.name`. */
  record(eventType: string, input: ActivityInput, options?: ActivityCallOptions): Promise<ActivityReceipt>
  /** Tells the same from the steps of agents that it is attached to; closing it finishes their sessions. */
  sink(): Sink
  /** What a dry run has collected. */
  readonly events: readonly AgentActivityEvent[]
  /** Delivers what there is, at most until the deadline in milliseconds; never rejects. */
  flush(deadlineMs?: number): Promise<void>
  /** Finishes the sessions of the sink, flushes, saves what is left and takes no more; never rejects. */
  close(deadlineMs?: number): Promise<void>
  stats(): ActivityStats
}

const MEBIBYTE = 1024 * 1024
const CLOSE_DEADLINE_MS = 5_000
const EXIT_DEADLINE_MS = 2_000
const IDLE_MS = 30 * 60_000
const MAX_TOLD_SESSIONS = 10_000

/** Calls that somebody relies on: a human decides by them, or an enforcement is proven by them. */
const GUARDING: ReadonlySet<string> = new Set(['approval.requested', 'hook.blocked'])

/** Creates a connector; throws `invalid_options` for options that name no receiver, or cannot work. */
export function createAgentActivityConnector(options: AgentActivityConnectorOptions): AgentActivityConnector {
  return new Connector(options)
}

/**
 * Creates a sink that tells what agents do as agent_activity.v1 events; attach it with `agent.attachSink(sink)`.
 * Closing it closes its connector.
 */
export function agentActivitySink(options: AgentActivityConnectorOptions): Sink {
  const connector = createAgentActivityConnector(options)
  return { ...connector.sink(), close: () => connector.close() }
}

class Connector implements AgentActivityConnector {
  readonly #pipeline: ActivityPipeline
  readonly #tracker: SessionTracker
  readonly #failOpen: boolean
  readonly #clock: OutboxClock
  readonly #newId: (nowMs: number) => string
  readonly #origin: ReturnType<typeof originOf>
  readonly #removeExitHandlers: () => void
  /** Sessions that were opened by hand, the latest last. */
  readonly #told = new Set<string>()

  constructor(options: AgentActivityConnectorOptions) {
    assertConnectorOptions(options)
    const { clock = systemClock, sessionIdleMs: idleMs = IDLE_MS, fileChanges } = options
    this.#clock = clock
    this.#newId = options.newId ?? newUuid
    this.#failOpen = options.failOpen ?? true
    this.#origin = originOf(options)
    const receiver = receiverOf(options)
    this.#pipeline = new ActivityPipeline({
      policy: options.secrets ?? 'scrub',
      redactor: options.redactor,
      onReport: options.onReport,
      open: (report) =>
        openOutput(receiver, {
          headers: options.headers ?? {},
          team: this.#origin.team,
          spool: options.spool,
          maxQueueBytes: options.maxQueueBytes ?? 16 * MEBIBYTE,
          timeoutMs: options.requestTimeoutMs ?? 10_000,
          clock,
          fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
          report,
        }),
    })
    if (receiver.kind === 'http' && isInTheOpen(receiver.url))
      this.#pipeline.report('events travel over http, where others can read them')
    this.#tracker = new SessionTracker({
      origin: this.#origin,
      fileChanges,
      idleMs,
      clock,
      isTold: (id) => this.#told.has(id),
      emit: (event) => void this.#pipeline.take(event),
      report: (reason) => this.#pipeline.report(reason),
    })
    this.#removeExitHandlers = installExitHandlers({
      flushers: [this.#pipeline],
      deadlineMs: options.exitDeadlineMs ?? EXIT_DEADLINE_MS,
    })
  }

  get events(): readonly AgentActivityEvent[] {
    return this.#pipeline.collected
  }

  startSession(input: ActivityInput = {}, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    const id = input.session_id ?? this.#newId(this.#clock.now())
    // told again, it is the latest
    this.#told.delete(id)
    this.#told.add(id)
    const [oldest] = this.#told
    if (this.#told.size > MAX_TOLD_SESSIONS && oldest !== undefined) this.#told.delete(oldest)
    return this.record('session.started', { ...input, session_id: id }, options)
  }

  toolStarted(input: ActivityInputWith<'tool'>, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    return this.record('tool.started', input, options)
  }

  toolFinished(input: ActivityInputWith<'tool'>, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    return this.record('tool.finished', input, options)
  }

  emitToolFinished(
    input: ActivityInputWith<'tool'>,
    options?: ActivityCallOptions,
  ): Promise<ActivityReceipt> {
    return this.toolFinished(input, options)
  }

  modelCompleted(input: ActivityInputWith<'model'>, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    return this.record('model.completed', input, options)
  }

  approvalRequested(input: ActivityInput = {}, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    const approval = { status: 'requested', ...input.approval }
    return this.record('approval.requested', { ...input, approval }, options)
  }

  hookBlocked(input: ActivityInput = {}, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    const decision = { action: 'deny', enforced: true, ...input.decision }
    const outcome = { status: 'blocked', ...input.outcome }
    return this.record('hook.blocked', { ...input, decision, outcome }, options)
  }

  sourceSnapshot(
    input: ActivityInputWith<'source_snapshot'>,
    options?: ActivityCallOptions,
  ): Promise<ActivityReceipt> {
    return this.record('agent_run_audit.source_snapshot', input, options)
  }

  fileChange(
    input: ActivityInputWith<'file_change'>,
    options?: ActivityCallOptions,
  ): Promise<ActivityReceipt> {
    return this.record('agent_run_audit.file_change', input, options)
  }

  async finishSession(input: FinishSessionInput, options?: ActivityCallOptions): Promise<ActivityReceipt> {
    const { status, summary, ...rest } = input
    const id = input.session_id ?? this.#current
    const outcome = { status, ...(summary === undefined ? {} : { summary }), ...input.outcome }
    const receipt = this.record('session.finished', { ...rest, session_id: id, outcome }, options)
    if (id !== undefined) this.#told.delete(id)
    return receipt
  }

  async record(
    eventType: string,
    input: ActivityInput,
    { guards }: ActivityCallOptions = {},
  ): Promise<ActivityReceipt> {
    const isStrict = guards !== undefined || GUARDING.has(eventType) || !this.#failOpen
    const receipt = await this.#record(eventType, input, isStrict)
    if (receipt.state !== 'lost' || !isStrict) return receipt
    throw new AosError({
      code: 'export_failed',
      message: `agent_activity.v1: ${eventType} was not recorded`,
      why: receipt.reason,
      fix: 'Do not do what depends on this record. Look at stats().reasons, then call again with the same event_id.',
    })
  }

  sink(): Sink {
    return {
      name: 'agent-activity',
      accept: (event: AosEvent) => this.#tracker.accept(event),
      flush: (deadlineMs) => this.flush(deadlineMs),
      close: () => {
        this.#tracker.finishAll()
        return this.flush()
      },
    }
  }

  flush(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> {
    return this.#pipeline.flush(deadlineMs)
  }

  async close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> {
    this.#tracker.finishAll()
    await this.#pipeline.close(deadlineMs)
    this.#removeExitHandlers()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  stats(): ActivityStats {
    return this.#pipeline.stats()
  }

  get #current(): string | undefined {
    return [...this.#told].at(-1)
  }

  async #record(eventType: string, input: ActivityInput, isStrict: boolean): Promise<ActivityReceipt> {
    const made = this.#eventOf(eventType, input)
    if ('refusal' in made) return this.#pipeline.refuse(made.refusal)
    return isStrict ? this.#pipeline.keep(made.event) : this.#pipeline.take(made.event)
  }

  #eventOf(eventType: string, input: ActivityInput): InputEvent {
    const nowMs = this.#clock.now()
    return inputEvent(this.#origin, {
      eventType,
      input,
      nowMs,
      sessionId: input.session_id ?? this.#current,
      newId: () => this.#newId(nowMs),
    })
  }
}

/** Whether whoever is on the way can read what is posted. */
function isInTheOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** A UUID of version 7 with this time. */
function newUuid(nowMs: number): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0').slice(-12)
  return derivedUuid(`${time.slice(0, 8)}-${time.slice(8)}-7000-`, randomUUID())
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

const systemClock: OutboxClock = {
  now: () => Date.now(),
  schedule(callback, delayMs, keepAlive) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS))
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
}
