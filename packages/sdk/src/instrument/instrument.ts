import { AosError } from '../errors.ts'
import { processState } from '../process-state.ts'
import type { GuardedRun } from '../run/guarded-run.ts'
import { adapterFor, type Adapter } from './adapter.ts'
import { agentProxy } from './agent-proxy.ts'
import { builtInAdapters } from './built-in-adapters.ts'
import { InstrumentCore, type RunCall, type View } from './core.ts'
import { fromConfig, fromManifest, type InstrumentConfig } from './from-config.ts'
import { handleOf } from './handle-of.ts'
import { Handle, type AOSHandle, type AOSInstrument as Instrumented } from './handle.ts'
import { givenOptions, resolveOptions, withoutUndefined, type AOSOptions } from './options.ts'

/** An instrumented agent: same type, with every entry point gated and the AOS members added. */
export type AOSInstrument<A extends object> = Instrumented<A>

/** A configuration that was read, ready to instrument an agent with. */
export interface ConfiguredInstrument extends InstrumentConfig {
  /** Instruments an agent as configured, further options winning; throws `invalid_config` when `enabled` is false. */
  instrument<A extends object>(agent: A, options?: AOSOptions): AOSInstrument<A>
}

/** An instrumented function agent: called with its input alone, since the instrument brings `aos`. */
export type InstrumentedFunction<I, O> = AOSInstrument<(input: I) => Promise<Awaited<O>>>

interface AOSInstrumentConstructor {
  new <I = unknown, O = unknown>(
    agent: (input: I, aos: GuardedRun) => O,
    options?: AOSOptions,
  ): InstrumentedFunction<I, O>
  new <A extends object>(agent: A, options?: AOSOptions): AOSInstrument<A>
  readonly prototype: AOSHandle<object>
  /** Reads what an `agent/create` message of the AOS landing page asks for; throws `invalid_config` or `unknown_hook`. */
  fromConfig(config: unknown): ConfiguredInstrument
  /** Reads what an A2A agent manifest with an `observability.aos` section asks for; throws `invalid_config` or `unknown_hook`. */
  fromManifest(manifest: unknown): ConfiguredInstrument
  [Symbol.hasInstance](value: unknown): boolean
}

class Instrument {
  constructor(agent: object, options?: AOSOptions) {
    return instrument(agent, options)
  }

  static fromConfig(config: unknown): ConfiguredInstrument {
    return configured(fromConfig(config))
  }

  static fromManifest(manifest: unknown): ConfiguredInstrument {
    return configured(fromManifest(manifest))
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return handleOf(value) !== undefined
  }
}

/**
 * Wraps an agent so that hooks judge, spans record and records prove what it does: `new AOSInstrument(agent)`.
 * Gives a proxy of the same type; the original stays untouched. Throws `unsupported_agent`, `unsupported_version`,
 * `invalid_options`, or `already_instrumented` when a wrapped agent is wrapped again with options.
 */
export const AOSInstrument: AOSInstrumentConstructor = Instrument as unknown as AOSInstrumentConstructor

/** The same as `new AOSInstrument(agent, options)`. */
export function instrument<A extends object>(agent: A, options?: AOSOptions): AOSInstrument<A> {
  if ((typeof agent !== 'object' && typeof agent !== 'function') || agent === null) {
    throw new AosError({
      code: 'unsupported_agent',
      message: `new AOSInstrument(agent) got ${agent === null ? 'null' : typeof agent}`,
      fix: 'Pass the agent itself, for example a ToolLoopAgent, or a function (input, aos) => …',
    })
  }
  if (handleOf(agent) !== undefined) {
    if (options === undefined) return agent as AOSInstrument<A>
    throw new AosError({
      code: 'already_instrumented',
      message: 'This agent is instrumented already',
      why: 'Options given now would not reach the instrument it has.',
      fix: 'Give the options to the first new AOSInstrument(agent, options), or wrap agent.unwrap() anew.',
    })
  }
  return instrumentBy(agent, undefined, options)
}

/** Wraps an agent by a given adapter, or the one that recognises it. */
export function instrumentBy<A extends object>(
  agent: A,
  given: Adapter | undefined,
  options: AOSOptions | undefined,
): AOSInstrument<A> {
  const resolved = resolveOptions(options === undefined ? {} : options)
  const adapter = given ?? adapterFor(agent, builtInAdapters())
  const core = new InstrumentCore(resolved, adapter.describe(agent))
  for (const [name, handlers] of Object.entries(resolved.hooks ?? {})) {
    for (const handler of [handlers].flat()) core.hooks.add(name, handler)
  }
  return makeView({ agent, adapter, core }, {})
}

function configured(config: InstrumentConfig): ConfiguredInstrument {
  const instrumentAsConfigured = <A extends object>(agent: A, options: AOSOptions = {}): AOSInstrument<A> => {
    // an option that was left undefined takes nothing of the configuration away
    const given = withoutUndefined(givenOptions(options))
    if (config.enabled) return instrument(agent, { ...config.options, ...given })
    throw new AosError({
      code: 'invalid_config',
      message: 'This configuration switches instrumentation off',
      why: 'An instrument that does nothing would look like one that guards.',
      fix: 'Look at config.enabled first, and leave the agent as it is when it is false.',
    })
  }
  return { ...config, instrument: instrumentAsConfigured }
}

interface Parts<A extends object> {
  readonly agent: A
  readonly adapter: Adapter
  readonly core: InstrumentCore
}

function makeView<A extends object>(parts: Parts<A>, view: View): AOSInstrument<A> {
  const { agent, adapter, core } = parts
  const bound = adapter.bind(agent, { core, startRun: (call?: RunCall) => core.startRun(view, call) })
  const handle = new Handle<A>({
    core,
    view,
    agent,
    adapter,
    bound,
    makeView: (next) => makeView(parts, next),
  })
  const proxy = agentProxy(agent, handle, bound) as AOSInstrument<A>
  processState.handles.set(proxy, handle)
  return proxy
}

/** A view of an instrumented agent that shares its hooks and runs; throws `not_instrumented` for anything else. */
export function viewOf<A extends object>(agent: A, view: View): A {
  const handle = handleOf(agent)
  if (handle === undefined) {
    throw new AosError({
      code: 'not_instrumented',
      message: 'This agent is not instrumented',
      why: 'Only an instrumented agent has runs to look at.',
      fix: 'Wrap it first: new AOSInstrument(agent).',
    })
  }
  return handle.withView(view) as A
}
