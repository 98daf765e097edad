// An agent written by hand: what it does through `aos` is judged, traced and recorded; no framework is needed.
import assert from 'node:assert/strict'
import type { AgentRun } from '@agent-run/types'
import { AOSInstrument, deny, isDenied, modify, type GuardedRun } from '@aos/sdk'

const memory: string[] = []
const documents = [
  { id: 'handbook', content: 'Vacations are booked a month ahead.' },
  { id: 'salaries', content: 'CONFIDENTIAL: everybody earns the same.' },
]

async function assistant(question: string, aos: GuardedRun): Promise<string> {
  const found = await aos.knowledge({ query: question }, () =>
    documents.filter(({ id }) => question.includes(id)),
  )
  await aos.memoryStore([`asked about ${question}`, 'phone 555-0142'], (items) => memory.push(...items))
  const today = await aos.toolCall({ toolName: 'calendar', parameters: { day: 'today' } }, () => 'Monday')
  return `${today}: ${found.map(({ content }) => content).join(' ')}`
}

const agent = new AOSInstrument(assistant, { agent: { name: 'handbook-assistant' } })
agent.registerHook('knowledgeRetrieval', ({ results }) =>
  JSON.stringify(results).includes('CONFIDENTIAL') ? deny('confidential documents stay out') : undefined,
)
agent.registerHook('memoryStore', (context) => {
  const items = (context.memory as readonly string[]).filter((item) => !/\d{3}-\d{4}/.test(item))
  return modify(items, 'phone numbers are not remembered')
})
const runs: AgentRun[] = []
agent.on('run', (run) => runs.push(run))

const answer = await agent.run('the handbook')
const refusal = await agent.run('the salaries').catch((error: unknown) => error)
console.log(answer)
console.log(isDenied(refusal) ? refusal.message : refusal)

assert.equal(answer, 'Monday: Vacations are booked a month ahead.')
assert.ok(isDenied(refusal) && refusal.hook === 'knowledgeRetrieval')
assert.deepEqual(memory, ['asked about the handbook'])
assert.deepEqual(
  runs.map(({ status, outcome }) => [status, outcome]),
  [
    ['completed', 'success'],
    ['failed', 'failed'],
  ],
)
