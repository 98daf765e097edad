import type { Component } from '../events/event.ts'
import type { ComponentSource } from '../inventory/component-source.ts'
import { AosError } from '../errors.ts'
import type { Run } from '../run/run.ts'
import type { InstrumentCore, RunCall } from './core.ts'

/**
 * How far an instrument reaches for one component: `bound` to the object itself, `ambient` where it finds its run
 * through the async context, `observed` where nothing can be stopped.
 */
export interface Coverage {
  readonly component: string
  readonly enforcement: 'bound' | 'ambient' | 'observed'
  readonly note?: string | undefined
}

/** What an adapter reads off an agent without running it. */
export interface AgentDescription {
  readonly framework: string
  readonly frameworkVersion?: string | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly components: readonly Component[]
  readonly coverage: readonly Coverage[]
  /** What components are read from when somebody asks what the agent is made of. */
  readonly sources?: readonly ComponentSource[] | undefined
}

/** What an adapter gets to bind an agent with. */
export interface AdapterHost {
  readonly core: InstrumentCore
  /** Starts the run of one call, with the session and tracer of the view the caller used. */
  startRun(call?: RunCall): Run
}

/** An agent's gated form. */
export interface BoundAgent {
  /** Entry points that take the place of the agent's own members; a getter is asked each time. */
  readonly members: Readonly<Record<string, unknown>>
  /**
   * Runs a method of the agent for which the members above must take the place of its own also where it reaches the
   * agent itself and not the proxy; without it, further members of the agent are left as they are.
   */
  readonly inside?: (<T>(work: () => T) => T) | undefined
  /** Runs one turn and gives the framework's own result. */
  run(
    input: unknown,
    options: RunCall & { readonly signal?: AbortSignal | undefined } & Readonly<Record<string, unknown>>,
  ): Promise<unknown>
  /** Gated call of an agent that is itself a function. */
  readonly call?: ((...args: readonly unknown[]) => unknown) | undefined
}

/** Translates one framework into guarded operations; knows nothing of hooks, spans or records. */
export interface Adapter {
  readonly name: string
  /** Recognises an agent by its shape; must not run any of it. */
  recognises(agent: object): boolean
  describe(agent: object): AgentDescription
  bind(agent: object, host: AdapterHost): BoundAgent
}

const registered: Adapter[] = []

/** Types an adapter and registers it ahead of the built-in ones and those registered before; returns it. */
export function defineAdapter<A extends Adapter>(adapter: A): A {
  registered.unshift(adapter)
  return adapter
}

/** Finds the adapter that recognises an agent; throws `unsupported_agent` with what is supported. */
export function adapterFor(agent: object, builtIn: readonly Adapter[]): Adapter {
  const candidates = [...registered, ...builtIn]
  const found = candidates.find((adapter) => recognises(adapter, agent))
  if (found !== undefined) return found
  throw new AosError({
    code: 'unsupported_agent',
    message: 'new AOSInstrument(agent) does not recognise this agent',
    why: `It has none of the shapes of: ${candidates.map(({ name }) => name).join(', ')}.`,
    fix: 'Pass an AI SDK 6 or 7 agent (ToolLoopAgent or anything with generate and stream), an agent or graph of LangChain 1, an MCP server, a request handler of A2A, or a function (input, aos) => …; clients of MCP and A2A are guarded with instrumentMcpClient and instrumentA2AClient.',
  })
}

function recognises(adapter: Adapter, agent: object): boolean {
  try {
    return adapter.recognises(agent)
  } catch (error) {
    // an adapter that explains why it refuses is heard; any other failure means the shape is foreign
    if (error instanceof AosError) throw error
    return false
  }
}
