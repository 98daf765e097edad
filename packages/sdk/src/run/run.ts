import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import type {
  AosEvent,
  Component,
  DecisionRecord,
  RunEnd,
  RunRecord,
  RunStatus,
  StepRecord,
} from '../events/event.ts'
import type { SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { HookRegistry, Registration } from '../hooks/registry.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import { Conversation } from '../messages/conversation.ts'
import { processState } from '../process-state.ts'
import { remoteContext } from '../propagation/remote-context.ts'
import {
  activeContext,
  contextOf,
  noSpan,
  safely,
  spanOf,
  traceIdOf,
  tracerOf,
  withContext,
} from '../spans/span-port.ts'
import { identityAttributes, RunSpan, type SessionTotals } from '../spans/run-span.ts'
import { tellSpending } from './admission-guard.ts'
import { auditTrailsOf, type AuditTrail } from './audit-trail.ts'
import type { Operation } from './operation.ts'
import { frozenUser, type RunStart } from './run-start.ts'
import type { RunJournal, RunTap } from './run-tap.ts'
import { RunTotals } from './run-totals.ts'
import { Step } from './step.ts'

/** Where a run stands: aborting starts no effect and no model call; after closed, operations belong to an implicit run. */
export type RunState = 'open' | 'aborting' | 'closed'

/** One turn of an agent, from its input to its answer: the scope in which every operation is judged and recorded. */
export class Run {
  readonly core: InstrumentCore
  readonly id: string
  readonly parent: Run | undefined
  readonly parentStep: Step | undefined
  readonly session: SessionInfo
  readonly user: UserInfo | undefined
  readonly turnId: string
  readonly startedAt: number
  readonly info: RunStart
  readonly tracer: Tracer
  /** Whether spans of this run go anywhere. */
  readonly recording: boolean
  /** Whether anybody sees what is recorded. */
  readonly observed: boolean
  /** Where its decisions are kept before they take effect. */
  readonly auditTrails: readonly AuditTrail[]
  readonly totals: RunTotals
  /** Listens in for a decision journal, where one is kept. */
  readonly tap: RunTap | undefined
  readonly #runSpan: RunSpan | undefined
  readonly #openSteps = new Set<Step>()
  readonly #records: StepRecord[] | undefined
  readonly #onEnd: (() => void)[] = []
  readonly #onAbort = new Set<() => void>()
  #controller: AbortController | undefined
  #fatal: { readonly error: unknown } | undefined
  #state: RunState = 'open'
  #seq = 0
  #context: Context
  #identity: Attributes | undefined
  #conversation: Conversation | undefined

  constructor(core: InstrumentCore, info: RunStart) {
    this.core = core
    this.info = info
    this.parent = info.parent
    this.parentStep = info.parentStep
    this.totals = new RunTotals(info.parent?.totals)
    this.startedAt = core.now()
    this.id = core.newId(this.startedAt)
    this.turnId = core.newId(this.startedAt)
    this.session = Object.freeze(info.session)
    this.user = userOf(info)
    this.tracer = tracerOf(info.tracerProvider, core.version)
    this.#context = this.#callerContext()
    this.#runSpan = RunSpan.open(this, this.#context, info.adoptedSpan)
    this.recording = this.#runSpan?.recording ?? false
    this.auditTrails = auditTrailsOf(this)
    this.tap = this.journal?.open(this)
    this.observed = this.#isObserved()
    this.#records = core.wantsRuns ? [] : undefined
    if (this.#runSpan !== undefined) this.#context = contextOf(this.#runSpan.span, this.#context)
    this.#endWithParent()
    this.parent?.tap?.nested(this)
    this.emit((at) => ({ type: 'run.start', ...at, run: this.record() }))
  }

  /** The decision journal of this run, or of the nearest run around it that has one. */
  get journal(): RunJournal | undefined {
    return this.core.options.journal ?? this.parent?.journal
  }

  #isObserved(): boolean {
    if (this.#runSpan?.observed === true || this.core.observers > 0) return true
    return this.auditTrails.length > 0 || this.tap !== undefined
  }

  get state(): RunState {
    return this.#state
  }

  /** The span of the run; one that records nowhere when telemetry is off. */
  get span(): Span {
    return this.#runSpan?.span ?? noSpan()
  }

  /** The run this one is inside of, here or in the process that called. */
  get parentRunId(): string | undefined {
    return this.parent?.id ?? this.info.remote?.runId
  }

  /** The session's id as it is recorded. */
  get recordedSession(): string {
    const { id, generated } = this.session
    return generated ? id : this.core.content.name(id)
  }

  /** What was said so far, as it is recorded. */
  get conversation(): Conversation {
    return (this.#conversation ??= new Conversation(this.core.content))
  }

  get context(): Context {
    return this.#context
  }

  /** Steps that have ended, where somebody takes the record of the run. */
  get endedSteps(): readonly StepRecord[] {
    return this.#records ?? []
  }

  /** Attributes that say of a span whose it is: run, session, agent and user. */
  get identity(): Attributes {
    return (this.#identity ??= Object.freeze(identityAttributes(this)))
  }

  /** Aborted with the error that ended the run. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#fatal !== undefined && !this.#controller.signal.aborted)
      this.#controller.abort(this.#fatal.error)
    return this.#controller.signal
  }

  /** The error that ended this run or one it runs inside of, boxed because anything can be thrown. */
  get fatal(): { readonly error: unknown } | undefined {
    return this.#fatal ?? this.parent?.fatal
  }

  /** Counts up whenever a decision made before may no longer stand, here or in a run this one runs inside of. */
  get epoch(): number {
    return this.core.epoch + (this.parent?.epoch ?? 0)
  }

  /** Whether nothing judges, limits or records this run, so that operations pass straight through. */
  get quiet(): boolean {
    if (this.observed || this.#state !== 'open' || this.#fatal !== undefined) return false
    return this.core.unarmed && (this.parent?.quiet ?? true)
  }

  /** Whether nobody sees, limits or admits operations here, so that one that no hook judges needs no step. */
  get unwatched(): boolean {
    if (this.observed || this.#state !== 'open' || this.#fatal !== undefined) return false
    return this.core.unlimited && (this.parent?.unwatched ?? true)
  }

  /** The handlers of a hook: the ancestors' first, outermost first, then the run's own. */
  registrations(hook: HookName): readonly Registration[] {
    const own = this.core.hooks.for(hook)
    if (this.parent === undefined) return own
    const inherited = this.parent.registrations(hook)
    if (inherited.length === 0) return own
    return own.length === 0 || inherited.some(({ owner }) => owner === this.core.hooks)
      ? inherited
      : [...inherited, ...own]
  }

  /** Whether a handler that can change what happens listens on a hook; shadow handlers do not. */
  guards(hook: HookName): boolean {
    return this.core.hooks.guards(hook) || (this.parent?.guards(hook) ?? false)
  }

  /** Whether any handler listens on a hook. */
  hears(hook: HookName): boolean {
    return this.core.hooks.for(hook).length > 0 || (this.parent?.hears(hook) ?? false)
  }

  /** Throws the error that ended this run, if one did. */
  throwIfFatal(): void {
    const { fatal } = this
    if (fatal !== undefined) throw fatal.error
  }

  /** Ends the run with an error: nothing further starts, and the boundary rejects with this very object. */
  abort(error: unknown): void {
    if (this.#state === 'closed' || this.tap?.outlives?.(error) === true) return
    this.#fatal ??= { error }
    this.#state = 'aborting'
    if (this.#controller !== undefined && !this.#controller.signal.aborted)
      this.#controller.abort(this.#fatal.error)
    for (const listener of Array.from(this.#onAbort)) listener()
    this.#onAbort.clear()
  }

  /** Calls back once when this run is aborted; returns the function that takes the listener away. */
  onAbort(listener: () => void): () => void {
    if (this.#fatal === undefined) this.#onAbort.add(listener)
    else listener()
    return () => this.#onAbort.delete(listener)
  }

  /** Ends the run of the instrument a handler belongs to, and with it all runs below. */
  abortOwner(owner: HookRegistry, error: unknown): void {
    if (this.core.hooks !== owner) this.parent?.abortOwner(owner, error)
    this.abort(error)
  }

  openStep(operation: Operation): Step {
    const ambient = processState.ambient.getStore()?.step
    const enclosing = ambient instanceof Step && ambient.run === this && !ambient.ended ? ambient : undefined
    const step = new Step(this, operation, enclosing)
    this.#openSteps.add(step)
    return step
  }

  stepEnded(step: Step): void {
    this.#openSteps.delete(step)
    const spent = this.totals.stepEnded(step, this.core)
    if (spent !== undefined) tellSpending(this, spent)
    this.tap?.closed(step, spent?.costUsd)
    this.#records?.push(step.record())
  }

  decided(enforced: DecisionRecord['enforced']): void {
    this.totals.decided(enforced)
  }

  /** Notes a reasoning step, as the specification's trace shows it. */
  reasoned(thought: string, action: string, tool?: string): void {
    this.totals.reasoningSteps++
    if (this.#runSpan === undefined && this.core.observers === 0) return
    const { content } = this.core
    const said = {
      thought: content.text(thought)?.text,
      action: content.name(action),
      tool: tool === undefined ? undefined : content.name(tool),
    }
    this.#runSpan?.reasoned(said, this.core.now())
    this.emit((at) => ({ type: 'reasoning', ...at, ...said }))
  }

  /** Notes on the run's span that a part of the agent has changed. */
  componentChanged(change: string, component: Component): void {
    this.#runSpan?.changed(change, component, this.core.now())
  }

  /** Context under which a new span of this run opens. */
  parentContext(enclosing: Step | undefined): Context {
    const base = enclosing?.context ?? this.#context
    const active = activeContext()
    const traceId = traceIdOf(active)
    // a span the user opened inside the enclosing operation is the nearer parent
    return traceId !== undefined && traceId === traceIdOf(base) ? active : base
  }

  /** Runs work inside this run: its operations, helpers and spans find it. */
  enter<T>(work: () => T, step?: Step): T {
    const scope = { run: this, step }
    if (this.#runSpan === undefined) return processState.ambient.run(scope, work)
    return processState.ambient.run(scope, () => withContext(step?.context ?? this.#context, work))
  }

  emit(build: (at: { readonly runId: string; readonly seq: number; readonly at: number }) => AosEvent): void {
    if (this.core.observers === 0) return
    this.core.dispatch(build({ runId: this.id, seq: ++this.#seq, at: this.core.now() }))
  }

  onEnd(listener: () => void): void {
    if (this.#state === 'closed') listener()
    else this.#onEnd.push(listener)
  }

  /** Closes the run once; open steps that were never executed are recorded as such. */
  end(status: RunStatus, error?: unknown): void {
    if (this.#state === 'closed') return
    for (const step of Array.from(this.#openSteps)) step.end(step.executing ? 'cancelled' : 'not_executed')
    this.#state = 'closed'
    this.tap?.ended(status, error)
    const end = this.#endOf(status, error)
    this.#runSpan?.end(end, this.#sessionTotals())
    this.emit((at) => ({ type: 'run.end', ...at, run: this.record(), end }))
    if (this.#records !== undefined) this.core.runEnded(this, end, this.#records)
    for (const listener of this.#onEnd.splice(0)) safely(listener, undefined)
  }

  record(): RunRecord {
    const { info, user } = this
    const { content } = this.core
    return {
      id: this.id,
      parentRunId: this.parentRunId,
      agent: this.core.agent,
      sessionId: this.recordedSession,
      sessionGenerated: this.session.generated,
      turnId: this.turnId,
      userId: user === undefined ? undefined : content.name(user.id),
      trigger: info.trigger ?? (this.parentRunId === undefined ? 'manual' : 'agent'),
      // run_hash joins its inputs with "|" and does not escape it
      model: info.model === undefined ? undefined : content.name(info.model).replaceAll('|', '_'),
      provider: info.provider === undefined ? undefined : content.name(info.provider),
      tools: (info.tools ?? []).map((tool) => content.name(tool)),
      runtime: this.core.runtime,
      startedAt: this.startedAt,
      trace: this.#runSpan?.ids,
    }
  }

  #sessionTotals(): SessionTotals {
    const { reasoningSteps, toolsCalled } = this.totals
    return { reasoningSteps, toolsCalled: toolsCalled.map((tool) => this.core.content.name(tool)) }
  }

  #endWithParent(): void {
    // an ended run passes nothing on any more, so those around it are listened to as well
    for (let outer = this.parent; outer !== undefined; outer = outer.parent) {
      const { parent } = this
      this.onEnd(outer.onAbort(() => this.abort(parent?.fatal?.error)))
      if (outer.state !== 'closed') return
    }
  }

  #endOf(status: RunStatus, error: unknown): RunEnd {
    const { totals } = this
    const settled = status === 'completed' && totals.denials > 0 ? 'partial' : 'success'
    return {
      endedAt: this.core.now(),
      status,
      outcome: status === 'completed' ? settled : status === 'failed' ? 'failed' : 'abandoned',
      error: error === undefined ? undefined : this.core.describeError(error),
      ...totals.summary(),
    }
  }

  #callerContext(): Context {
    const active = activeContext()
    const base = spanOf(active) === undefined ? (this.parentStep?.context ?? this.parent?.context) : undefined
    return remoteContext(this.info.remote, base ?? active)
  }
}

// the parent's is a copy already
function userOf({ user, parent }: RunStart): UserInfo | undefined {
  return user === undefined || user === parent?.user ? user : frozenUser(user)
}
