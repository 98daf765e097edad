import type { Protectable } from '@aos/guardian'
import { AOSInstrument, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { scriptedModel, stepRecorder, toolCall, type StepRecorder } from '@aos/sdk/testing'
import { tool, ToolLoopAgent } from 'ai'
import { z } from 'zod'
import { modules } from '../../compat/langchain-1.5.14/index.ts'
import { outcomeOf } from '../guarded-agent.ts'
import { scriptedChatModel } from '../langchain/scripted-model.ts'

/** An agent that calls the tool `pay` once per run, and what the tool has done. */
export interface PayingAgent {
  readonly agent: Protectable
  readonly effects: readonly unknown[]
  readonly recorder: StepRecorder
  /** Runs the agent to its end, whichever that is. */
  readonly run: () => Promise<void>
}

/** Makes one of the agents that pay. */
export type MakePayingAgent = (options?: AOSOptions) => PayingAgent

const ARGUMENTS = { to: 'acme', amount: 5 }
const SCHEMA = z.object({ to: z.string(), amount: z.number() })

interface Paying {
  readonly effects: unknown[]
  readonly pay: (payment: unknown) => string
  readonly recorder: StepRecorder
}

function paying(): Paying {
  const effects: unknown[] = []
  const pay = (payment: unknown): string => {
    effects.push(payment)
    return 'paid'
  }
  return { effects, pay, recorder: stepRecorder() }
}

const functionAgent: MakePayingAgent = (options = {}) => {
  const { effects, pay, recorder } = paying()
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => aos.toolCall({ toolName: 'pay', parameters: ARGUMENTS }, pay),
    { ...options, sinks: [recorder] },
  )
  return { agent, effects, recorder, run: async () => void (await outcomeOf(agent.run('go'))) }
}

const vercelAgent: MakePayingAgent = (options = {}) => {
  const { effects, pay, recorder } = paying()
  const agent = new AOSInstrument(
    new ToolLoopAgent({
      model: scriptedModel({ steps: [toolCall('pay', ARGUMENTS), 'Done.'] }),
      tools: { pay: tool({ description: 'Pays', inputSchema: SCHEMA, execute: pay }) },
    }),
    { ...options, sinks: [recorder] },
  )
  return { agent, effects, recorder, run: async () => void (await outcomeOf(agent.run('go'))) }
}

const langchainAgent: MakePayingAgent = (options = {}) => {
  const { effects, pay, recorder } = paying()
  const payTool = modules.langchain.tool(async (payment: z.infer<typeof SCHEMA>) => pay(payment), {
    name: 'pay',
    description: 'Pays',
    schema: SCHEMA,
  })
  const agent = new AOSInstrument(
    modules.langchain.createAgent({
      model: scriptedChatModel(modules, { steps: [[toolCall('pay', ARGUMENTS)], 'Done.'] }),
      tools: [payTool],
    }),
    { ...options, sinks: [recorder] },
  )
  return { agent, effects, recorder, run: async () => void (await outcomeOf(agent.run('go'))) }
}

/** A function, an agent of the AI SDK and one of LangChain, which all pay. */
export const PAYING_AGENTS: readonly (readonly [string, MakePayingAgent])[] = [
  ['function', functionAgent],
  ['AI SDK', vercelAgent],
  ['LangChain', langchainAgent],
]

/** Reason codes of every denial that was recorded. */
export function denialCodes(recorder: StepRecorder): readonly string[] {
  return recorder
    .decisions()
    .flatMap(({ verdict, reasonCodes }) => (verdict === 'deny' ? [...(reasonCodes ?? [])] : []))
}
