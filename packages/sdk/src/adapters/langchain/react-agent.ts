import type { AdapterHost } from '../../instrument/adapter.ts'
import type { InstrumentCore } from '../../instrument/core.ts'
import { gateGraph } from './graph-gate.ts'
import { modelMiddleware } from './middleware.ts'
import { inScope } from './run-scope.ts'
import type { ReactAgentOptions, ReactAgentShape } from './shapes.ts'

type ReactAgentClass = new (options: ReactAgentOptions, config?: unknown) => ReactAgentShape

const BUILT = new WeakMap<InstrumentCore, ReactAgentShape>()

/** The agent built anew from its own public options with our middleware last: of its class, and the original untouched. */
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
  const middleware = [
    ...(options.middleware ?? []),
    modelMiddleware((config, work) => inScope(host.core, config, work)),
  ]
  const built = new AgentClass({ ...options, middleware }, graph.config)
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

/** Takes up what was set on the agent since it was built. */
export function synchronize(built: ReactAgentShape, agent: ReactAgentShape): void {
  const { checkpointer, store } = agent.graph
  if (built.graph.checkpointer !== checkpointer) built.graph.checkpointer = checkpointer
  if (built.graph.store !== store) built.graph.store = store
}
