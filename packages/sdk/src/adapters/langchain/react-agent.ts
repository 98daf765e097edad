import type { AdapterHost } from '../../instrument/adapter.ts'
import type { InstrumentCore } from '../../instrument/core.ts'
import { gateGraph } from './graph-gate.ts'
import { gateFor, modelMiddleware, type ModelFinder } from './middleware.ts'
import { gatedModel } from './model-gate.ts'
import { inScope } from './run-scope.ts'
import { isBag, type ReactAgentOptions, type ReactAgentShape } from './shapes.ts'

type ReactAgentClass = new (options: ReactAgentOptions, config?: unknown) => ReactAgentShape

const BUILT = new WeakMap<InstrumentCore, ReactAgentShape>()

/** The agent built anew from its own public options with its model gated: of its class, and the original untouched. */
export function gatedAgent(agent: ReactAgentShape, host: AdapterHost): ReactAgentShape {
  const known = BUILT.get(host.core)
  if (known !== undefined) return known
  const built = build(agent, host)
  BUILT.set(host.core, built)
  return built
}

function build(agent: ReactAgentShape, host: AdapterHost): ReactAgentShape {
  const { options, graph } = agent
  const AgentClass = agent.constructor as ReactAgentClass
  const built = new AgentClass(gatedOptions(options, host.core), graph.config)
  // from here on it reads them to find the user's middleware only
  built.options = options
  gateGraph(built.graph, host)
  const withConfig: unknown = Reflect.get(agent, 'withConfig')
  if (typeof withConfig === 'function') {
    Object.defineProperty(built, 'withConfig', {
      value: (config: unknown) => build(Reflect.apply(withConfig, agent, [config]) as ReactAgentShape, host),
      configurable: true,
    })
  }
  return built
}

// the model itself is gated where it is the only one; where a middleware may put another in its place, a middleware of
// ours gates each request, which costs the graph a channel that it then has anyway
function gatedOptions(options: ReactAgentOptions, core: InstrumentCore): ReactAgentOptions {
  const finder: ModelFinder = {
    find: (config, work) => inScope(core, config, work),
    withoutProviderTools: core.options.providerTools === 'remove',
  }
  const middleware = options.middleware ?? []
  const isFixed =
    typeof options.model !== 'string' &&
    !middleware.some((one) => isBag(one) && one['wrapModelCall'] !== undefined)
  if (!isFixed) return { ...options, middleware: [...middleware, modelMiddleware(finder)] }
  const gate = gateFor(toolsOf(options), options['responseFormat'] !== undefined, finder)
  return { ...options, model: gatedModel(options.model, gate) }
}

/** The tools an agent was given, also by its middleware. */
export function toolsOf(options: ReactAgentOptions): readonly unknown[] {
  const added = (options.middleware ?? []).flatMap((middleware) => {
    const tools = isBag(middleware) ? middleware['tools'] : undefined
    return Array.isArray(tools) ? (tools as readonly unknown[]) : []
  })
  return [...(options.tools ?? []), ...added]
}

/** Takes up what was set on the agent since it was built. */
export function synchronize(built: ReactAgentShape, agent: ReactAgentShape): void {
  const { checkpointer, store } = agent.graph
  if (built.graph.checkpointer !== checkpointer) built.graph.checkpointer = checkpointer
  if (built.graph.store !== store) built.graph.store = store
}
