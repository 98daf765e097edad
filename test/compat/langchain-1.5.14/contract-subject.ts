import { AOSInstrument } from '@aos/sdk'
import type { AdapterSubject, CaseOutcome } from '@aos/sdk/testing'
import type { BaseMessage } from '@langchain/core/messages'
import type { AgentKind, AnyAgent } from './agent-kinds.ts'
import { ask, lastText, ScriptedModel, searchTool } from './kit.ts'

/** Agents of one kind, in every mode in which they run, as the adapter contract takes them. */
export function subjectOf(kind: AgentKind): AdapterSubject {
  return {
    name: `LangChain ${kind.name}`,
    modes: ['invoke', 'stream', 'streamEvents', 'run'],
    hasModel: true,
    create({ tools, turns, options }) {
      const model = new ScriptedModel(...turns)
      const made = Object.entries(tools).map(
        ([name, execute]) => searchTool(name, (query) => execute({ query })).search,
      )
      const instrumented = new AOSInstrument(kind.make(model, made), options)
      return {
        instrumented,
        run: (mode, input) => runIn(mode, instrumented, input),
        modelCalls: () => model.prompts.length,
        lastPrompt: () => model.lastPrompt,
      }
    },
  }
}

async function runIn(mode: string, agent: AOSInstrument<AnyAgent>, input: string): Promise<CaseOutcome> {
  const state = ask(input)
  if (mode === 'stream')
    return readModes(await agent.stream(state, { streamMode: ['values', 'messages', 'updates'] }))
  if (mode === 'streamEvents') return readEvents(agent.streamEvents(state, { version: 'v2' }))
  const result = await (mode === 'run' ? agent.run(input) : agent.invoke(state))
  return { text: lastText(result), leaked: JSON.stringify(result.messages) }
}

async function readModes(stream: AsyncIterable<unknown>): Promise<CaseOutcome> {
  let leaked = ''
  let text = ''
  for await (const chunk of stream) {
    leaked += JSON.stringify(chunk)
    const [kind, value] = chunk as [string, { messages: BaseMessage[] }]
    if (kind === 'values') text = lastText(value)
  }
  return { text, leaked }
}

async function readEvents(
  events: AsyncIterable<{ readonly event: string; readonly data: unknown }>,
): Promise<CaseOutcome> {
  let leaked = ''
  let last: unknown
  for await (const { event, data } of events) {
    leaked += JSON.stringify(data)
    if (event === 'on_chain_end') last = data
  }
  const { output } = last as { readonly output: { readonly messages: BaseMessage[] } }
  return { text: lastText(output), leaked }
}
