import type { Adapter, AgentDescription } from '../../instrument/adapter.ts'
import { bindMiddleware, describeMiddleware, isMiddleware } from './middleware-target.ts'
import { bindAgent, bindExecutor, bindGraph } from './bind.ts'
import { describeAgent, describeExecutor, describeGraph, toolsOfGraph } from './describe.ts'
import { chatModelOf } from './model-facts.ts'
import { isBag, isExecutor, isGraph, isReactAgent, type GraphShape } from './shapes.ts'
import { tellUnenforced } from './unenforced.ts'
import { learn } from './waists.ts'

/** Instruments LangChain: agents of `createAgent` and `createReactAgent`, any compiled graph, and classic executors. */
export const langchainAdapter: Adapter = {
  name: 'LangChain',
  recognises: (agent) => isReactAgent(agent) || isGraph(agent) || isExecutor(agent) || isMiddleware(agent),
  describe(agent) {
    const description = describeKind(agent)
    tellUnenforced(agent, description)
    return description
  },
  bind(agent, host) {
    if (isMiddleware(agent)) return bindMiddleware(agent, host)
    if (isReactAgent(agent)) return bindAgent(agent, host)
    return isExecutor(agent) ? bindExecutor(agent, host) : bindGraph(agent as GraphShape, host)
  },
}

function describeKind(agent: object): AgentDescription {
  if (isMiddleware(agent)) return describeMiddleware()
  learnFrom(agent)
  if (isReactAgent(agent)) return describeAgent(agent)
  return isExecutor(agent) ? describeExecutor(agent) : describeGraph(agent as GraphShape)
}

// what sits in closures is reached through what the parts that do show inherit
function learnFrom(agent: object): void {
  learn(agent)
  if (isExecutor(agent)) {
    const { runnable, llmChain } = agent.agent
    for (const part of [...agent.tools, chatModelOf(runnable), chatModelOf(llmOf(llmChain))]) learn(part)
    return
  }
  const graph = isReactAgent(agent) ? agent.graph : (agent as GraphShape)
  learn(graph)
  for (const tool of toolsOfGraph(graph)) learn(tool)
  if (isReactAgent(agent)) learn(agent.options.model)
}

function llmOf(chain: unknown): unknown {
  return isBag(chain) ? chain['llm'] : undefined
}
