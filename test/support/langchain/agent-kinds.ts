import { instrumentLangChain } from '@aos/sdk/langchain'
import type { CaseTurn, ScriptStep } from '@aos/sdk/testing'
import type { StructuredTool } from '../../compat/langchain-1.5.14/index.ts'
import type { LangChainVersion } from '../../compat/langchain-versions.ts'
import type { AiMessage } from './scripted-message.ts'
import type { ScriptedChatModel } from './scripted-model.ts'

/** An agent of any kind, as far as tests use it. */
export interface AnyAgent {
  invoke(state: object, config?: object): Promise<object>
  batch(states: object[], config?: object): Promise<object[]>
  stream(state: object, config?: object): Promise<AsyncIterable<unknown>>
  streamEvents(
    state: object,
    config: { version: 'v2' },
  ): AsyncIterable<{ readonly event: string; readonly data: unknown }>
}

/** What an agent is made of. */
export interface AgentParts {
  readonly version: LangChainVersion
  readonly model: ScriptedChatModel
  readonly tools: StructuredTool[]
}

/** A kind of agent: how one is made, what it takes and what it gives. */
export interface AgentKind {
  readonly name: string
  readonly make: (parts: AgentParts) => AnyAgent
  readonly input: (text: string) => object
  readonly textOf: (result: unknown) => string
  /** Entry points other agents have and these have not. */
  readonly lacks?: readonly string[]
  /** Cases of the contract that this kind cannot show. */
  readonly leavesOut?: readonly string[]
  /** What its model has to say for what a script means, where that is no call of a tool. */
  readonly speech?: (turn: CaseTurn) => ScriptStep
}

const conversing = {
  input: (content: string) => ({ messages: [{ role: 'user', content }] }),
  textOf: (result: unknown) => (result as { messages: AiMessage[] }).messages.at(-1)?.text ?? '',
} as const

/** Every kind of agent that calls tools, for any version. */
export const AGENT_KINDS: readonly AgentKind[] = [
  {
    ...conversing,
    name: 'createAgent',
    lacks: ['batch'],
    make: ({ version, model, tools }) =>
      version.langchain.createAgent({ model, tools }) as unknown as AnyAgent,
  },
  {
    ...conversing,
    name: 'createReactAgent',
    make: ({ version, model, tools }) =>
      version.prebuilt.createReactAgent({ llm: model, tools }) as unknown as AnyAgent,
  },
  {
    ...conversing,
    name: 'StateGraph with ToolNode',
    make: (parts) => graphOf(parts, new parts.version.prebuilt.ToolNode(parts.tools) as never),
  },
  {
    ...conversing,
    name: 'StateGraph that calls tools in a node',
    make(parts) {
      for (const tool of parts.tools) instrumentLangChain(tool)
      return graphOf(parts, async ({ messages }) => ({
        messages: await Promise.all(
          (messages.at(-1)?.tool_calls ?? []).map((call) => called(parts.tools, call)),
        ),
      }))
    },
  },
  {
    name: 'AgentExecutor',
    input: (input) => ({ input }),
    textOf: (result) => (result as { output: string }).output,
    make({ version, model, tools }) {
      const { AgentExecutor, createToolCallingAgent } = version.classic.agents
      const prompt = version.prompts.ChatPromptTemplate.fromMessages([
        ['human', '{input}'],
        ['placeholder', '{agent_scratchpad}'],
      ])
      const agent = createToolCallingAgent({ llm: model, tools, prompt })
      return new AgentExecutor({ agent, tools }) as unknown as AnyAgent
    },
  },
]

interface State {
  readonly messages: readonly AiMessage[]
}

type Call = NonNullable<AiMessage['tool_calls']>[number]

async function called(tools: readonly StructuredTool[], call: Call): Promise<unknown> {
  try {
    return await tools.find(({ name }) => name === call.name)?.invoke(call as never)
  } catch (error) {
    return { role: 'tool', content: String(error), tool_call_id: call.id }
  }
}

function graphOf({ version, model }: AgentParts, tools: (state: State) => Promise<object>): AnyAgent {
  const { MessagesAnnotation, StateGraph, START, END } = version.langgraph
  const agent = async ({ messages }: State): Promise<object> => ({
    messages: [await model.invoke([...messages])],
  })
  return new StateGraph(MessagesAnnotation)
    .addNode('agent', agent as never)
    .addNode('tools', tools as never)
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', (state) =>
      (state as unknown as State).messages.at(-1)?.tool_calls?.length ? 'tools' : END,
    )
    .addEdge('tools', 'agent')
    .compile() as unknown as AnyAgent
}
