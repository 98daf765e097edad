// The classic agent of LangChain, which writes what to do into a text: wrapped, and guarded by a policy on costs.
import assert from 'node:assert/strict'
import type { AgentRun } from '@agent-run/types'
import { AOSInstrument } from '@aos/sdk'
import { initializeAgentExecutorWithOptions } from '@langchain/classic/agents'
import { DynamicTool, type ToolInterface } from '@langchain/core/tools'
import { scriptedModel } from '../langchain/scripted-model.ts'
import { evaluate } from './guardian.ts'

const done: string[] = []
function toolThat(name: string, description: string, result: string): ToolInterface {
  const func = async (input: string): Promise<string> => {
    done.push(`${name}: ${input}`)
    return result
  }
  // the declarations of the classic agents were not made with exactOptionalPropertyTypes
  return new DynamicTool({ name, description, func }) as unknown as ToolInterface
}
const tools = [
  toolThat('Search', 'Search the web for information', 'Concrete problems in AI safety'),
  toolThat('Calculator', 'Perform mathematical calculations', '42'),
  toolThat('Database', 'Run a SQL query', 'Grace Hopper'),
  toolThat('DALL-E', 'Generate so many images', 'made'),
]

const llm = scriptedModel(
  'I look for papers.\nAction: Search\nAction Input: recent AI safety papers',
  'Now the numbers.\nAction: Calculator\nAction Input: 6 * 7',
  'I know.\nFinal Answer: One paper, and 42.',
  'I ask the database.\nAction: Database\nAction Input: SELECT * FROM customers',
  'I know.\nFinal Answer: There is Grace Hopper.',
  'I make them.\nAction: DALL-E\nAction Input: 1000',
  'I know.\nFinal Answer: Here are your images.',
)

const agent = await initializeAgentExecutorWithOptions(tools, llm, {
  agentType: 'zero-shot-react-description',
})
const aosAgent = new AOSInstrument(agent)

const denials: Error[] = []
aosAgent.registerHook('toolCallRequest', async (context) => {
  const response = await evaluate({
    hook: 'toolCallRequest',
    tool: context.toolName,
    parameters: context.parameters,
    session: context.sessionId,
  })
  switch (response.action) {
    case 'DENY': {
      const denial = new Error(`Denied: ${response.reason}`)
      denials.push(denial)
      throw denial
    }
    case 'MODIFY':
      context.parameters = response.modifications
      break
    case 'ALLOW':
      break
  }
  return response
})
const runs: AgentRun[] = []
aosAgent.on('run', (run) => runs.push(run))

const papers = await aosAgent.run('Find recent AI safety papers, and how much is 6 * 7?')
const customers = await aosAgent.run('Who are our customers?')
const refusal = await aosAgent.run('Generate 1000 images using DALL-E').catch((error: unknown) => error)
for (const { output } of [papers, customers]) console.log(output)
console.log(String(refusal))

assert.deepEqual(done, [
  'Search: recent AI safety papers',
  'Calculator: 6 * 7',
  'Database: SELECT id, name FROM customers LIMIT 100',
])
assert.equal(String(refusal), 'Error: Denied: Request exceeds cost threshold ($50 limit)')
assert.ok(
  denials.length === 1 && refusal === denials[0],
  'run() rejects with the very error the handler threw',
)
assert.equal(llm.prompts.length, 6, 'and the model is not asked again')
assert.deepEqual(
  runs.map(({ status }) => status),
  ['completed', 'completed', 'failed'],
)
