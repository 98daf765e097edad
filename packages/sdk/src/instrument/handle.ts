import type { AgentRun } from '@agent-run/types'
import { buildAgentRun } from '../agent-run/build-agent-run.ts'
import { AosError } from '../errors.ts'
import type { AosEvent, Component } from '../events/event.ts'
import type { Sink, SinkStats } from '../events/sink.ts'
import type { AgentInfo, UserInfo } from '../hooks/hook-context.ts'
import {
  describeHooks,
  type HookDescription,
  type HookName,
  type HookNameInput,
} from '../hooks/hook-names.ts'
import type { HookHandler, HookOptions, UnhandledHook } from '../hooks/registry.ts'
import type { AdmissionGuard } from '../run/admission-guard.ts'
import type { ToolKind } from '../run/operation.ts'
import type { Adapter, BoundAgent, Coverage } from './adapter.ts'
import type { ComponentChange, ComponentListener } from './components.ts'
import type { InstrumentCore, RunCall, View } from './core.ts'

/** What one `run` call may say beside its input; further members go to the framework. */
export interface RunOptions extends RunCall {
  readonly signal?: AbortSignal | undefined
  readonly [option: string]: unknown
}

/** What an instrument knows of its agent and of how far it reaches. */
export interface InstrumentDescription {
  readonly agent: AgentInfo
  readonly adapter: string
  readonly runtime: string
  readonly components: readonly (Component & { readonly disabled: boolean })[]
  /** Uses of components that found no room among `components`, which holds 1000 beside those the agent declares. */
  readonly droppedComponents: number
  /** Ids that are disabled and that the agent has neither declared nor used: not yet there, or misspelt. */
  readonly disabledUnseen: readonly string[]
  readonly coverage: readonly Coverage[]
  readonly hooks: readonly {
    readonly hook: string
    readonly name: string
    readonly required: boolean
    readonly shadow: boolean
    readonly failOpen: string | undefined
  }[]
  /** Expected and required hooks that no handler judges; at a required one everything is denied `hook_unhandled`. */
  readonly unhandled: readonly UnhandledHook[]
  /** Handlers whose `match` fits no tool the agent has; those of hooks that no tool comes to are not among them. */
  readonly unmatched: readonly string[]
  readonly sinks: readonly SinkStats[]
  /** How often each handler answered or wrote after its deadline. */
  readonly late: Readonly<Record<string, number>>
}

/** The framework's own result of an agent's turn. */
export type RunResult<A> = A extends { generate(...args: never[]): infer R }
  ? Awaited<R>
  : A extends { invoke(...args: never[]): infer R }
    ? Awaited<R>
    : A extends (...args: never[]) => infer R
      ? Awaited<R>
      : unknown

/** What the instrument adds to an agent. */
export interface AOSHandle<A extends object> {
  /** Runs one turn and gives the framework's own result; rejects with the very error a hook threw. */
  run(input: unknown, options?: RunOptions): Promise<RunResult<A>>
  /** Registers a handler and returns the function that removes it; throws `unknown_hook` for a name that does not exist. */
  registerHook(hook: HookNameInput, handler: HookHandler, options?: HookOptions): () => void
  hook(hook: HookNameInput, handler: HookHandler, options?: HookOptions): () => void
  /** Decorator form: `aosAgent.hook('toolCallRequest')(handler)` registers and returns the handler. */
  hook(hook: HookNameInput): <H extends HookHandler>(handler: H) => H
  describeHooks(profile?: 'landing' | 'all'): Readonly<Record<string, HookDescription>>
  /**
   * Calls back with each finished run (`run`), each event (`event`), each component before it is first used or used again
   * after it has changed (`component`, awaited, and its failure is a deny), or each change of a component (`change`).
   */
  on(event: 'run', listener: (run: AgentRun) => void): () => void
  on(event: 'event', listener: (event: AosEvent) => void): () => void
  on(event: 'component', listener: ComponentListener): () => void
  on(event: 'change', listener: (change: ComponentChange) => void): () => void
  attachSink(sink: Sink): () => void
  attachLogger(logger: Sink): () => void
  /** Lets a guard judge every operation, model calls included, before it starts; returns the function that removes it. */
  addAdmissionGuard(guard: AdmissionGuard): () => void
  /** A view of the same agent whose runs belong to a session. */
  withSession(session: string | { readonly id: string; readonly user?: UserInfo }): AOSInstrument<A>
  /**
   * Makes a component a deny `component_disabled`: by its full id (`tool:<name>`), also before its first use, or by the
   * name of one that is known; rejects with `unknown_component` for any other name.
   */
  disableComponent(id: string): Promise<void>
  enableComponent(id: string): Promise<void>
  /** Stops the agent: every operation is denied `kill_switch` until `resume()`. */
  stop(reason?: string): void
  resume(): void
  describe(): InstrumentDescription
  /** Hands every event over to the sinks; false where the deadline (milliseconds) passed first. */
  flush(deadlineMs?: number): Promise<boolean>
  close(deadlineMs?: number): Promise<boolean>
  /** The agent as it was. */
  unwrap(): A
}

/** An instrumented agent: the agent itself, with every entry point gated, and the members of {@link AOSHandle}, which win. */
export type AOSInstrument<A extends object> = AOSHandle<A> & A

const FLUSH_MS = 5000

const KIND_OF_HOOK: { readonly [Name in HookName]?: ToolKind } = {
  knowledgeRetrieval: 'knowledge',
  memoryStore: 'memoryStore',
  memoryContextRetrieval: 'memoryContext',
}

// a handler on a hook that no tool comes to cannot have missed one
function unmatched(core: InstrumentCore, components: readonly Component[]): readonly string[] {
  const tools = components.filter(({ type }) => type === 'tool')
  const kinds = Object.values(core.options.toolKinds)
  return core.hooks
    .all()
    .filter(({ hook, matches }) => {
      if (matches === undefined) return false
      if (hook === 'toolCallRequest' || hook === 'toolCallResult')
        return !tools.some(({ name }) => matches(name))
      const kind = KIND_OF_HOOK[hook]
      // what is no tool has a name too: a store, or a retriever
      return kind !== undefined && kinds.includes(kind) && !components.some(({ name }) => matches(name))
    })
    .map(({ name }) => name)
}

/** The AOS members of one instrumented agent as one view shows them. */
export class Handle<A extends object> implements AOSHandle<A> {
  readonly core: InstrumentCore
  readonly view: View
  readonly #agent: A
  readonly #adapter: Adapter
  readonly #bound: BoundAgent
  readonly #makeView: (view: View) => AOSInstrument<A>

  constructor(parts: {
    readonly core: InstrumentCore
    readonly view: View
    readonly agent: A
    readonly adapter: Adapter
    readonly bound: BoundAgent
    readonly makeView: (view: View) => AOSInstrument<A>
  }) {
    this.core = parts.core
    this.view = parts.view
    this.#agent = parts.agent
    this.#adapter = parts.adapter
    this.#bound = parts.bound
    this.#makeView = parts.makeView
  }

  async run(input: unknown, options: RunOptions = {}): Promise<RunResult<A>> {
    return (await this.#bound.run(input, options)) as RunResult<A>
  }

  registerHook(hook: HookNameInput, handler: HookHandler, options?: HookOptions): () => void {
    return this.core.hooks.add(hook, handler, options)
  }

  hook(hook: HookNameInput, handler: HookHandler, options?: HookOptions): () => void
  hook(hook: HookNameInput): <H extends HookHandler>(handler: H) => H
  hook(hook: HookNameInput, handler?: HookHandler, options?: HookOptions): unknown {
    if (handler !== undefined) return this.registerHook(hook, handler, options)
    return (decorated: HookHandler) => {
      this.registerHook(hook, decorated)
      return decorated
    }
  }

  describeHooks(profile?: 'landing' | 'all'): Readonly<Record<string, HookDescription>> {
    return describeHooks(profile)
  }

  on(event: 'run' | 'event' | 'component' | 'change', listener: (payload: never) => void): () => void {
    const call = listener as (payload: unknown) => void
    if (event === 'run') return this.core.onRun((finished) => call(buildAgentRun(this.core, finished)))
    if (event === 'event') return this.core.onEvent(call)
    if (event === 'component') return this.core.components.listen(call)
    if (event === 'change') return this.core.onChange(call)
    throw new AosError({
      code: 'invalid_options',
      message: `on(${JSON.stringify(event)}) is no event of an instrumented agent`,
      fix: "Use 'run', 'event', 'component' or 'change'.",
    })
  }

  attachSink(sink: Sink): () => void {
    return this.core.attach(sink)
  }

  attachLogger(logger: Sink): () => void {
    return this.core.attach(logger)
  }

  addAdmissionGuard(guard: AdmissionGuard): () => void {
    const has = (method: string): boolean => typeof Reflect.get(guard, method) === 'function'
    if (typeof guard.name !== 'string' || (!has('admit') && !has('spent'))) {
      throw new AosError({
        code: 'invalid_options',
        message: 'An admission guard needs a name, and admit or spent',
        why: 'A guard that cannot be called would guard nothing.',
        fix: "Pass { name: 'budget', admit: (request) => … }.",
      })
    }
    return this.core.addGuard(guard)
  }

  withSession(session: string | { readonly id: string; readonly user?: UserInfo }): AOSInstrument<A> {
    const { id, user } = typeof session === 'string' ? { id: session, user: undefined } : session
    if (typeof id !== 'string' || id === '') {
      throw new AosError({
        code: 'invalid_options',
        message: 'withSession needs a session id',
        fix: "Pass withSession('sess_123').",
      })
    }
    return this.withView({ session: id, user })
  }

  /** A view that adds what is given to what this one has. */
  withView({ session, user, tracerProvider }: View): AOSInstrument<A> {
    const { view } = this
    return this.#makeView({
      session: session ?? view.session,
      user: user ?? view.user,
      tracerProvider: tracerProvider ?? view.tracerProvider,
    })
  }

  async disableComponent(id: string): Promise<void> {
    this.core.components.disable(id)
  }

  async enableComponent(id: string): Promise<void> {
    this.core.components.enable(id)
  }

  stop(reason: string = 'no reason was given'): void {
    this.core.kill(reason)
  }

  resume(): void {
    this.core.resume()
  }

  describe(): InstrumentDescription {
    const { core } = this
    const components = core.components.known()
    const registrations = core.hooks.all()
    return {
      agent: core.agent,
      adapter: this.#adapter.name,
      runtime: core.runtime,
      components: components.map((component) => ({
        ...component,
        disabled: core.components.isDisabled(component.id),
      })),
      droppedComponents: core.components.dropped,
      disabledUnseen: core.components.disabledUnseen(),
      coverage: [...this.#adapter.describe(this.#agent).coverage, ...core.reached.values()],
      hooks: registrations.map(({ hook, name, required, shadow, failOpen }) => ({
        hook,
        name,
        required,
        shadow,
        failOpen,
      })),
      unhandled: core.hooks.unhandled(),
      unmatched: unmatched(core, components),
      sinks: core.sinkStats(),
      late: Object.fromEntries(core.lateCounts()),
    }
  }

  flush(deadlineMs: number = FLUSH_MS): Promise<boolean> {
    return this.core.flush(deadlineMs)
  }

  close(deadlineMs: number = FLUSH_MS): Promise<boolean> {
    return this.core.close(deadlineMs)
  }

  unwrap(): A {
    return this.#agent
  }
}

/** Names of the members an instrumented agent has from its handle. */
export const HANDLE_MEMBERS: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Handle.prototype).filter(
    (name) => name !== 'constructor' && name !== 'withView',
  ),
)
