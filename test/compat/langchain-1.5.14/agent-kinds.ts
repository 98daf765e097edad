import type { AIMessage } from '@langchain/core/messages'
import { type BaseMessage, type ToolMessage } from '@langchain/core/messages'
import type { DynamicStructuredTool } from '@langchain/core/tools'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { createReactAgent, ToolNode } from '@langchain/langgraph/prebuilt'
import { instrumentLangChain } from '@aos/sdk/langchain'
import { ask, lastText, type ScriptedModel, type Turn } from './kit.ts'

/** An agent of any kind, as far as tests use it. */
export interface AnyAgent {
  invoke(state: object, config?: object): Promise<object>
  stream(state: object, config?: object): Promise<AsyncIterable<unknown>>
  streamEvents(
    state: object,
    config: { version: 'v2' },
  ): AsyncIterable<{ readonly event: string; readonly data: unknown }>
}

/** A kind of agent: how one is made of a model and tools. */
export interface AgentKind {
  readonly name: string
  readonly make: (model: ScriptedModel, tools: DynamicStructuredTool[]) => AnyAgent
  /** What `invoke` takes, and the text of what it gives. */
  readonly input: (text: string) => object
  readonly textOf: (result: unknown) => string
  /** What its model has to say for what a script means. */
  readonly speech?: (turn: Turn) => Turn
  /** Cases of the contract that this kind cannot show. */
  readonly leavesOut?: readonly string[]
}

const conversing = {
  input: ask,
  textOf: (result: unknown) => lastText(result as { messages: BaseMessage[] }),
} as const

/** An agent of `createReactAgent`. */
export const prebuiltAgent: AgentKind = {
  ...conversing,
  name: 'createReactAgent',
  make: (model, tools) => createReactAgent({ llm: model, tools }) as unknown as AnyAgent,
}

/** A graph of one's own whose tools are executed by a tool node. */
export const graphWithToolNode: AgentKind = {
  ...conversing,
  name: 'StateGraph with ToolNode',
  make: (model, tools) => graphOf(model, new ToolNode(tools) as never),
}

/** A graph of one's own whose nodes call the tools themselves. */
export const graphWithClosures: AgentKind = {
  ...conversing,
  name: 'StateGraph that calls tools in a node',
  make(model, tools) {
    for (const one of tools) instrumentLangChain(one)
    return graphOf(model, async ({ messages }: typeof MessagesAnnotation.State) => {
      const last = messages.at(-1) as AIMessage
      const results = (last.tool_calls ?? []).map(async (call) => {
        const one = tools.find(({ name }) => name === call.name)
        try {
          return (await one?.invoke(call)) as ToolMessage
        } catch (error) {
          return { role: 'tool', content: String(error), tool_call_id: call.id } as unknown as ToolMessage
        }
      })
      return { messages: await Promise.all(results) }
    })
  },
}

function graphOf(
  model: ScriptedModel,
  tools: (state: typeof MessagesAnnotation.State) => Promise<object>,
): AnyAgent {
  return new StateGraph(MessagesAnnotation)
    .addNode('agent', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', tools)
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', ({ messages }) =>
      (messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END,
    )
    .addEdge('tools', 'agent')
    .compile() as unknown as AnyAgent
}
