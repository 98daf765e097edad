import type { Adapter } from '../../instrument/adapter.ts'
import { bindAgent, bindGraph } from './bind.ts'
import { describeAgent, describeGraph, toolsOfGraph } from './describe.ts'
import { isGraph, isReactAgent, type GraphShape, type ReactAgentShape } from './shapes.ts'
import { learn } from './waists.ts'

/** Instruments LangChain: agents of `createAgent` and `createReactAgent`, and any compiled graph. */
export const langchainAdapter: Adapter = {
  name: 'LangChain',
  recognises: (agent) => isReactAgent(agent) || isGraph(agent),
  describe(agent) {
    learnFrom(agent)
    return isReactAgent(agent) ? describeAgent(agent) : describeGraph(agent as GraphShape)
  },
  bind: (agent, host) =>
    isReactAgent(agent) ? bindAgent(agent as ReactAgentShape, host) : bindGraph(agent as GraphShape, host),
}

// what sits in closures is reached through what the parts that do show inherit
function learnFrom(agent: object): void {
  const graph = isReactAgent(agent) ? agent.graph : (agent as GraphShape)
  learn(graph)
  for (const tool of toolsOfGraph(graph)) learn(tool)
  if (isReactAgent(agent)) learn(agent.options.model)
}
