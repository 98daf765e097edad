import type { TracerProvider } from '@opentelemetry/api'
import { diag } from '@opentelemetry/api'
import { AosError } from '../errors.ts'
import { randomBytes } from 'node:crypto'
import type {
  AosEvent,
  RecordReference,
  RunEnd,
  RunTrigger,
  StepRecord,
  TokenUsage,
} from '../events/event.ts'
import { freezeEvent } from '../events/freeze-event.ts'
import { defineSink, SinkQueue, type Sink, type SinkStats } from '../events/sink.ts'
import type { AgentInfo, SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import { parseHookName } from '../hooks/hook-names.ts'
import { HookRegistry } from '../hooks/registry.ts'
import { createRedactor } from '../privacy/redact.ts'
import type { AdmissionGuard } from '../run/admission-guard.ts'
import { BackgroundWork } from '../run/background-work.ts'
import { ContentCapture, type ErrorDescription } from '../run/content.ts'
import { enclosingRun } from '../run/enclosing-run.ts'
import { uuidV7 } from '../run/ids.ts'
import { Run } from '../run/run.ts'
import type { RemoteCaller } from '../propagation/remote-caller.ts'
import type { RunStart } from '../run/run-start.ts'
import { activeSpan, sessionOfSpan } from '../spans/run-span.ts'
import { VERSION } from '../version.ts'
import type { AgentDescription, Coverage } from './adapter.ts'
import { ComponentTable, type ComponentChange } from './components.ts'
import { OpenRuns } from './open-runs.ts'
import type { ResolvedOptions } from './options.ts'
import { priceOf } from './price.ts'
import { JudgedMessages } from './sessions.ts'

/** What a view of an instrumented agent adds to it; views share hooks and runs. */
export interface View {
  readonly session?: string | undefined
  readonly user?: UserInfo | undefined
  readonly tracerProvider?: TracerProvider | undefined
}

/** What one call says about its run. */
export interface RunCall {
  readonly session?: string | undefined
  readonly user?: UserInfo | undefined
  readonly trigger?: RunTrigger | undefined
  /** The framework's own name of the conversation, used where nothing nearer names one. */
  readonly threadId?: string | undefined
  /** The run of another process that this call serves; what {@link remoteCaller} has read of its message. */
  readonly remote?: RemoteCaller | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly tools?: readonly string[] | undefined
  /** The agent's configuration, read only when a record of the run is made. */
  readonly config?: (() => unknown) | undefined
}

/** A finished run with its steps, as the AgentRun builder takes it. */
export interface FinishedRun {
  readonly run: Run
  readonly end: RunEnd
  readonly steps: readonly StepRecord[]
}

const processClock = (): number => performance.timeOrigin + performance.now()

/** Everything one instrumented agent shares: hooks, components, sinks and settings. Its views and runs hold it. */
export class InstrumentCore {
  readonly options: ResolvedOptions
  readonly hooks: HookRegistry
  readonly components: ComponentTable
  /** How far it reaches for what is instrumented on its own, by component. */
  readonly reached: Map<string, Coverage> = new Map()
  readonly content: ContentCapture
  readonly sessions: JudgedMessages
  readonly shadows: BackgroundWork = new BackgroundWork()
  readonly agent: AgentInfo
  readonly runtime: string
  readonly version: string = VERSION
  readonly now: () => number
  readonly #newId: (nowMs: number) => string
  readonly #sinks = new Map<Sink, SinkQueue>()
  readonly #eventListeners = new Set<(event: AosEvent) => void>()
  readonly #changeListeners = new Set<(change: ComponentChange) => void>()
  readonly #startListeners = new Set<(run: Run) => void>()
  readonly #runListeners = new Set<(finished: FinishedRun) => void>()
  readonly #failedGuards = new WeakSet<AdmissionGuard>()
  readonly #openRuns = new OpenRuns()
  readonly #late = new Map<string, number>()
  #guards: readonly AdmissionGuard[] = []
  #seq = 0
  #epoch = 0
  #attesting = false
  #killed: string | undefined

  constructor(options: ResolvedOptions, description: AgentDescription) {
    this.options = options
    this.now = options.clock ?? processClock
    this.#newId = options.newId ?? uuidV7
    const digestKey = options.digestKey ?? randomBytes(32)
    this.content = new ContentCapture(options.capture, options.redactor ?? createRedactor(), digestKey)
    this.sessions = new JudgedMessages(digestKey)
    this.hooks = new HookRegistry(options.handlerTimeoutMs, () => this.#epoch++)
    for (const name of options.expectedHooks ?? []) this.hooks.expect(parseHookName(name), false)
    for (const name of options.requiredHooks ?? []) this.hooks.expect(parseHookName(name), true)
    this.components = new ComponentTable(options.admissionTimeoutMs, (change, run) =>
      this.#componentChanged(change, run),
    )
    this.components.declare(description.components)
    for (const source of description.sources ?? []) this.components.define(source)
    this.agent = agentInfo(options, description, this.content)
    this.runtime = `${description.framework}@${description.frameworkVersion ?? 'unknown'}`
    for (const sink of options.sinks ?? []) this.attach(sink)
  }

  /** Counts up whenever a decision made before may no longer stand. */
  get epoch(): number {
    return this.#epoch
  }

  get killed(): string | undefined {
    return this.#killed
  }

  /** How many want events: sinks, listeners, and those who take finished runs. */
  get observers(): number {
    return this.#sinks.size + this.#eventListeners.size + this.#runListeners.size
  }

  get wantsRuns(): boolean {
    return this.#runListeners.size > 0
  }

  /** Whether nothing here judges or limits operations. */
  get unarmed(): boolean {
    return this.hooks.empty && this.unlimited
  }

  /** Whether admission lets everything through. */
  get unlimited(): boolean {
    return (
      this.components.idle &&
      this.#killed === undefined &&
      this.options.limits === undefined &&
      this.#guards.length === 0
    )
  }

  newId(nowMs: number): string {
    return this.#newId(nowMs)
  }

  /** Starts the run of one call: inside the run the caller stands in, or the one whose work it is, if there is one. */
  startRun(view: View, call: RunCall = {}): Run {
    checkCall(call)
    const { parent, parentStep } = enclosingRun(this)
    const { remote } = call
    const adopted = parent === undefined ? sessionOfSpan(activeSpan()) : undefined
    return this.#open({
      ...call,
      // whatever the other process claims to be called is recorded
      remote: remote?.runId === undefined ? remote : { ...remote, runId: this.content.name(remote.runId) },
      parent,
      parentStep,
      session: this.#session(
        call.session ?? view.session ?? this.options.session ?? adopted?.sessionId ?? call.threadId,
        parent,
      ),
      user: call.user ?? view.user ?? this.options.user ?? parent?.user,
      trigger: call.trigger ?? this.options.trigger,
      tracerProvider: view.tracerProvider ?? this.options.tracerProvider ?? parent?.info.tracerProvider,
      adoptedSpan: adopted?.adopted,
    })
  }

  /** Starts the run of an operation that comes after its own run has closed: its child, judged by the same handlers. */
  startImplicitRun(closed: Run): Run {
    const { session, user, info } = closed
    return this.#open({
      parent: closed,
      session,
      user,
      trigger: info.trigger,
      tracerProvider: info.tracerProvider,
    })
  }

  #open(start: RunStart): Run {
    const run = new Run(this, start)
    run.onEnd(this.#openRuns.add(run.startedAt))
    for (const listener of this.#startListeners) this.#tell(() => listener(run))
    return run
  }

  /** Stops the agent: every operation of every run is denied `kill_switch` until {@link resume}. */
  kill(reason: string): void {
    this.#killed = reason
    this.#epoch++
  }

  resume(): void {
    this.#killed = undefined
    this.#epoch++
  }

  get guards(): readonly AdmissionGuard[] {
    return this.#guards
  }

  /** Lets a guard judge every operation from now on; the same guard counts once. */
  addGuard(guard: AdmissionGuard): () => void {
    if (!this.#guards.includes(guard)) this.#setGuards([...this.#guards, guard])
    return () => {
      if (this.#guards.includes(guard)) this.#setGuards(this.#guards.filter((other) => other !== guard))
    }
  }

  guardFailed(guard: AdmissionGuard): void {
    this.#failedGuards.add(guard)
  }

  hasFailed(guard: AdmissionGuard): boolean {
    return this.#failedGuards.has(guard)
  }

  #setGuards(guards: readonly AdmissionGuard[]): void {
    this.#guards = guards
    this.#epoch++
  }

  attach(sink: Sink): () => void {
    if (!this.#sinks.has(defineSink(sink))) this.#sinks.set(sink, new SinkQueue(sink))
    this.#attesting ||= sink.attest !== undefined
    return () => this.#sinks.delete(sink)
  }

  /** What sinks have recorded of a step that ends; nothing where none does so. */
  attest(run: Run, ending: { record(): StepRecord }): readonly RecordReference[] | undefined {
    if (!this.#attesting) return undefined
    const [step, record] = [ending.record(), run.record()]
    freezeEvent(step)
    freezeEvent(record)
    const made = [...this.#sinks.values()].flatMap((queue) => queue.attest(step, record))
    return made.length === 0 ? undefined : made
  }

  onEvent(listener: (event: AosEvent) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  /** Calls back with each run that starts. */
  onRunStart(listener: (run: Run) => void): () => void {
    this.#startListeners.add(listener)
    return () => this.#startListeners.delete(listener)
  }

  onChange(listener: (change: ComponentChange) => void): () => void {
    this.#changeListeners.add(listener)
    return () => this.#changeListeners.delete(listener)
  }

  onRun(listener: (finished: FinishedRun) => void): () => void {
    this.#runListeners.add(listener)
    return () => this.#runListeners.delete(listener)
  }

  dispatch(event: AosEvent): void {
    freezeEvent(event)
    for (const queue of this.#sinks.values()) queue.offer(event)
    for (const listener of this.#eventListeners) this.#tell(() => listener(event))
  }

  runEnded(run: Run, end: RunEnd, steps: readonly StepRecord[]): void {
    for (const listener of this.#runListeners) this.#tell(() => listener({ run, end, steps }))
  }

  sinkStats(): readonly SinkStats[] {
    return [...this.#sinks.values()].map((queue) => queue.stats())
  }

  async flush(deadlineMs: number): Promise<boolean> {
    const judged = await this.shadows.settle(deadlineMs)
    const flushed = await Promise.all([...this.#sinks.values()].map((queue) => queue.flush(deadlineMs)))
    return judged && flushed.every(Boolean)
  }

  async close(deadlineMs: number): Promise<boolean> {
    const closed = await Promise.all([...this.#sinks.values()].map((queue) => queue.close(deadlineMs)))
    this.#sinks.clear()
    return closed.every(Boolean)
  }

  priceOf(provider: string | undefined, model: string, usage: TokenUsage): number | undefined {
    return priceOf(this.options.price, { provider, model, usage })
  }

  /** A type and a redacted message for anything that was thrown. */
  describeError(error: unknown): ErrorDescription {
    return this.content.error(error)
  }

  /** Counts what a handler did after its say had ended; reported once for each handler. */
  noteLate(handler: string): void {
    const count = (this.#late.get(handler) ?? 0) + 1
    this.#late.set(handler, count)
    if (count === 1)
      diag.warn(`aos: ${handler} answered or wrote after its deadline; nothing of it was applied`)
  }

  lateCounts(): ReadonlyMap<string, number> {
    return this.#late
  }

  #componentChanged({ change, component }: ComponentChange, run: Run | undefined): void {
    if (change !== 'ADDED') this.#epoch++
    for (const listener of this.#changeListeners) this.#tell(() => listener({ change, component }))
    if (this.observers === 0 && run?.recording !== true) return
    const recorded = this.content.component(component)
    run?.componentChanged(change, recorded)
    if (this.observers === 0) return
    const changed = {
      type: 'component.change',
      change,
      component: recorded,
      agent: this.agent,
      sessionId: run?.recordedSession,
    } as const
    if (run !== undefined) run.emit((at) => ({ ...at, ...changed }))
    else this.dispatch({ runId: '', seq: ++this.#seq, at: this.now(), ...changed })
  }

  #session(named: string | undefined, parent: Run | undefined): SessionInfo {
    if (named !== undefined) return { id: named, generated: false }
    return parent?.session ?? { id: this.newId(this.now()), generated: true }
  }

  #tell(listener: () => unknown): void {
    const report = (): void => diag.warn('aos: a listener failed')
    try {
      // an asynchronous listener fails later, and that must not end the process
      Promise.resolve(listener()).catch(report)
    } catch {
      report()
    }
  }

  /** Runs that have not ended, and of those the ones older than an hour, for reports. */
  activeRuns(): { readonly open: number; readonly old: number } {
    return this.#openRuns.counts(this.now())
  }
}

const TRIGGERS: readonly unknown[] = ['manual', 'cron', 'webhook', 'agent', 'pipeline', 'queue', undefined]

function checkCall({ session, user, trigger, threadId, remote }: RunCall): void {
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
  if (session !== undefined && !isText(session)) throw invalidCall('session', 'a text that is not empty')
  if (threadId !== undefined && !isText(threadId)) throw invalidCall('threadId', 'a text that is not empty')
  if (user !== undefined && !isText(Reflect.get(Object(user) as object, 'id')))
    throw invalidCall('user', 'an object with an id')
  if (remote !== undefined && typeof remote !== 'object')
    throw invalidCall('remote', 'what remoteCaller() has read of a message')
  if (!TRIGGERS.includes(trigger))
    throw invalidCall('trigger', 'one of manual, cron, webhook, agent, pipeline, queue')
}

function invalidCall(option: string, expected: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `Option ${option} of a run must be ${expected}`,
    why: "A run under a name that means nothing would be recorded and judged as somebody else's.",
    fix: `Pass ${option} as ${expected}, or leave it out.`,
  })
}

// it is on everything that leaves the process, also where no run is under way
function agentInfo(
  { agent }: ResolvedOptions,
  description: AgentDescription,
  content: ContentCapture,
): AgentInfo {
  const redacted = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : content.name(text)
  const name = content.name(agent?.name ?? description.name ?? agent?.id ?? description.id ?? 'agent')
  return {
    id: redacted(agent?.id) ?? (redacted(description.id) ?? name).replaceAll('|', '_'),
    name,
    version: redacted(agent?.version ?? description.version),
    provider: redacted(agent?.provider),
  }
}
