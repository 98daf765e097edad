import { AgentExecutor } from '@langchain/classic/agents'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import type { DynamicStructuredTool } from '@langchain/core/tools'
import type { AgentKind, AnyAgent } from './agent-kinds.ts'
import type { ScriptedModel, Turn } from './kit.ts'

interface Step {
  readonly action: { readonly log: string }
  readonly observation: string
}

/** An executor that reads what to do out of a text, several actions at once. */
export const textExecutor: AgentKind = {
  name: 'AgentExecutor that reads text',
  input: (input) => ({ input }),
  textOf: (result) => (result as { output: string }).output,
  make: (model, tools) => executorOf(model, tools) as unknown as AnyAgent,
  // the text of the model stays in its history as the model wrote it
  leavesOut: ['the history the model sees next holds the modified arguments only'],
  speech: (turn) => ({
    text: turn.calls === undefined ? `Final: ${turn.text ?? ''}` : JSON.stringify(turn.calls),
  }),
}

function executorOf(model: ScriptedModel, tools: DynamicStructuredTool[]): AgentExecutor {
  const messages = RunnableLambda.from(({ input, steps }: { input: string; steps: readonly Step[] }) => [
    new HumanMessage(input),
    ...steps.flatMap(({ action, observation }) => [new AIMessage(action.log), new HumanMessage(observation)]),
  ])
  const actions = RunnableLambda.from((answer: AIMessage) => {
    const { text } = answer
    if (text.startsWith('Final: '))
      return { returnValues: { output: text.slice('Final: '.length) }, log: text }
    const calls = JSON.parse(text) as NonNullable<Turn['calls']>
    return calls.map(({ tool, args }) => ({ tool, toolInput: args, log: text }))
  })
  const agent = RunnableSequence.from([messages, model, actions])
  return new AgentExecutor({ agent: agent as never, tools })
}
