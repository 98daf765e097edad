import { AOSInstrument } from '@aos/sdk'
import {
  describeAdapter,
  text,
  toolCall,
  type AdapterSubject,
  type CaseOutcome,
  type CaseTurn,
  type ScriptStep,
  type TestFunctions,
} from '@aos/sdk/testing'
import { describe, test } from 'vitest'
import { z } from 'zod'
import { AGENT_KINDS, type AgentKind, type AnyAgent } from '../support/langchain/agent-kinds.ts'
import { scriptedChatModel } from '../support/langchain/scripted-model.ts'
import { TEXT_EXECUTOR } from '../support/langchain/text-executor.ts'
import type { StructuredTool } from './langchain-1.5.14/index.ts'
import { LANGCHAIN_VERSIONS, type LangChainVersion } from './langchain-versions.ts'

// the contract every adapter keeps, for each kind of agent of each version

const ENTRIES = ['invoke', 'batch', 'stream', 'streamEvents', 'run']
const STREAM_MODES = ['values', 'messages', 'updates'] as const

function subjectOf(version: LangChainVersion, kind: AgentKind): AdapterSubject {
  return {
    name: `${kind.name} of langchain ${version.name}`,
    modes: ENTRIES.filter((entry) => kind.lacks?.includes(entry) !== true),
    hasModel: true,
    create({ tools, turns, options }) {
      const model = scriptedChatModel(version, {
        steps: turns.map((turn) => kind.speech?.(turn) ?? stepOf(turn)),
      })
      const made = Object.entries(tools).map(
        ([name, execute]) =>
          version.langchain.tool(async (args: { query: string }) => execute(args), {
            name,
            description: name,
            schema: z.object({ query: z.string() }),
          }) as unknown as StructuredTool,
      )
      const instrumented = new AOSInstrument(kind.make({ version, model, tools: made }), options)
      return {
        instrumented,
        run: (mode, input) => runIn(mode, { kind, agent: instrumented, input }),
        modelCalls: () => model.calls.length,
        lastPrompt: () => model.lastPrompt(),
      }
    },
  }
}

function stepOf(turn: CaseTurn): ScriptStep {
  return 'text' in turn ? text(turn.text) : turn.calls.map(({ tool, args }) => toolCall(tool, args as never))
}

interface Use {
  readonly kind: AgentKind
  readonly agent: AOSInstrument<AnyAgent>
  readonly input: string
}

async function runIn(mode: string, { kind, agent, input }: Use): Promise<CaseOutcome> {
  const state = kind.input(input)
  if (mode === 'stream') return readModes(kind, await agent.stream(state, { streamMode: STREAM_MODES }))
  if (mode === 'streamEvents') return readEvents(kind, agent.streamEvents(state, { version: 'v2' }))
  if (mode === 'run') return whole(kind, await agent.run(input))
  return whole(kind, mode === 'batch' ? (await agent.batch([state]))[0] : await agent.invoke(state))
}

function whole(kind: AgentKind, result: unknown): CaseOutcome {
  return { text: kind.textOf(result), leaked: JSON.stringify(result) }
}

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

function casesFor({ leavesOut = [] }: AgentKind): TestFunctions {
  return { describe, test: (name, body) => (leavesOut.includes(name) ? undefined : declare(name, body)) }
}

const declare: TestFunctions['test'] = test

for (const version of LANGCHAIN_VERSIONS)
  for (const kind of [...AGENT_KINDS, TEXT_EXECUTOR])
    describeAdapter(subjectOf(version, kind), casesFor(kind))
