import { text, type CaseTurn } from '@aos/sdk/testing'
import type { AgentKind } from './agent-kinds.ts'

type Calls = Extract<CaseTurn, { readonly calls: unknown }>['calls']

interface Round {
  readonly action: { readonly log: string }
  readonly observation: string
}

const FINAL = 'Final: '

/** An executor whose model writes what to do into a text, several actions at once. */
export const TEXT_EXECUTOR: AgentKind = {
  name: 'AgentExecutor that reads text',
  input: (input) => ({ input }),
  textOf: (result) => (result as { output: string }).output,
  // the text of the model stays in its history as the model wrote it
  leavesOut: ['the history the model sees next holds the modified arguments only'],
  speech: (turn) => text('text' in turn ? FINAL + turn.text : JSON.stringify(turn.calls)),
  make({ version, model, tools }) {
    const { RunnableLambda, RunnableSequence } = version.runnables
    const { AIMessage, HumanMessage } = version.messages
    const messages = RunnableLambda.from(({ input, steps }: { input: string; steps: readonly Round[] }) => [
      new HumanMessage(input),
      ...steps.flatMap(({ action, observation }) => [
        new AIMessage(action.log),
        new HumanMessage(observation),
      ]),
    ])
    const actions = RunnableLambda.from((answer: { readonly text: string }) => actionsIn(answer.text))
    const agent = RunnableSequence.from([messages, model, actions as never])
    return new version.classic.agents.AgentExecutor({ agent: agent as never, tools }) as never
  },
}

function actionsIn(log: string): object {
  if (log.startsWith(FINAL)) return { returnValues: { output: log.slice(FINAL.length) }, log }
  return (JSON.parse(log) as Calls).map(({ tool, args }) => ({ tool, toolInput: args, log }))
}
