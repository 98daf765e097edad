import { AOSInstrument } from '@aos/sdk'
import type { AdapterSubject, CaseOutcome, TestFunctions } from '@aos/sdk/testing'
import type { AgentKind, AnyAgent } from './agent-kinds.ts'
import { ScriptedModel, searchTool } from './kit.ts'

/** Agents of one kind, in every mode in which they run, as the adapter contract takes them. */
export function subjectOf(kind: AgentKind): AdapterSubject {
  return {
    name: `LangChain ${kind.name}`,
    modes: ['invoke', 'stream', 'streamEvents', 'run'],
    hasModel: true,
    create({ tools, turns, options }) {
      const model = new ScriptedModel(...turns.map((turn) => kind.speech?.(turn) ?? turn))
      const made = Object.entries(tools).map(
        ([name, execute]) => searchTool(name, (query) => execute({ query })).search,
      )
      const instrumented = new AOSInstrument(kind.make(model, made), options)
      return {
        instrumented,
        run: (mode, input) => runIn(mode, { kind, agent: instrumented, input }),
        modelCalls: () => model.prompts.length,
        lastPrompt: () => model.lastPrompt,
      }
    },
  }
}

/** The functions that tests are declared with, for all cases but some. */
export function without(leftOut: readonly string[] = [], functions: TestFunctions): TestFunctions {
  return {
    ...functions,
    test: (name, body) => (leftOut.includes(name) ? undefined : functions.test(name, body)),
  }
}

interface Use {
  readonly kind: AgentKind
  readonly agent: AOSInstrument<AnyAgent>
  readonly input: string
}

async function runIn(mode: string, { kind, agent, input }: Use): Promise<CaseOutcome> {
  const state = kind.input(input)
  if (mode === 'stream') return readModes(kind, await agent.stream(state, { streamMode: MODES }))
  if (mode === 'streamEvents') return readEvents(kind, agent.streamEvents(state, { version: 'v2' }))
  const result = await (mode === 'run' ? agent.run(input) : agent.invoke(state))
  return { text: kind.textOf(result), leaked: JSON.stringify(result) }
}

const MODES = ['values', 'messages', 'updates'] as const

async function readModes(kind: AgentKind, stream: AsyncIterable<unknown>): Promise<CaseOutcome> {
  let leaked = ''
  let last: unknown
  for await (const chunk of stream) {
    leaked += JSON.stringify(chunk)
    if (!Array.isArray(chunk)) last = chunk
    else if (chunk[0] === 'values') last = chunk[1]
  }
  return { text: kind.textOf(last), leaked }
}

async function readEvents(
  kind: AgentKind,
  events: AsyncIterable<{ readonly event: string; readonly data: unknown }>,
): Promise<CaseOutcome> {
  let leaked = ''
  let last: unknown
  for await (const { event, data } of events) {
    leaked += JSON.stringify(data)
    if (event === 'on_chain_end') last = data
  }
  const { output } = last as { readonly output: unknown }
  return { text: typeof output === 'string' ? output : kind.textOf(output), leaked }
}
