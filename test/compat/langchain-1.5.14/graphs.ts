import type { AIMessage, BaseMessage, ToolMessage } from '@langchain/core/messages'
import type { DynamicStructuredTool } from '@langchain/core/tools'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { instrumentLangChain } from '@aos/sdk/langchain'
import type { ScriptedModel } from './kit.ts'

/** A graph of one's own, as far as tests use it. */
export interface AnyGraph {
  invoke(state: object, config?: object): Promise<{ messages: BaseMessage[] }>
}

/** A graph whose tools are executed by a tool node. */
export function graphWithToolNode(model: ScriptedModel, tools: DynamicStructuredTool[]): AnyGraph {
  return graphOf(model, new ToolNode(tools) as never)
}

/** A graph whose nodes call the tools themselves. */
export function graphWithClosures(model: ScriptedModel, tools: DynamicStructuredTool[]): AnyGraph {
  instrumentLangChain(...tools)
  return graphOf(model, async ({ messages }) => {
    const { tool_calls: made = [] } = messages.at(-1) as AIMessage
    const results = made.map(
      async (call) => (await tools.find(({ name }) => name === call.name)?.invoke(call)) as ToolMessage,
    )
    return { messages: await Promise.all(results) }
  })
}

function graphOf(
  model: ScriptedModel,
  tools: (state: typeof MessagesAnnotation.State) => Promise<object>,
): AnyGraph {
  return new StateGraph(MessagesAnnotation)
    .addNode('agent', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', tools)
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', ({ messages }) =>
      (messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END,
    )
    .addEdge('tools', 'agent')
    .compile() as unknown as AnyGraph
}
