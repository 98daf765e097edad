// Two agents in a graph of LangGraph: the hooks of the graph judge both, and the researcher has hooks of its own too.
import assert from 'node:assert/strict'
import type { AgentRun } from '@agent-run/types'
import { allow, AOSInstrument, deny, modify } from '@aos/sdk'
import { HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { z } from 'zod'
import { scriptedModel } from '../langchain/scripted-model.ts'

const fetched: string[] = []
const published: string[] = []

const fetchPage = tool(
  async ({ url }) => {
    fetched.push(url)
    return 'Bees dance. They like flowers.'
  },
  { name: 'fetch_page', description: 'Fetches a page', schema: z.object({ url: z.string() }) },
)
const publish = tool(
  async ({ text }) => {
    published.push(text)
    return 'published'
  },
  { name: 'publish', description: 'Publishes a text', schema: z.object({ text: z.string() }) },
)

const researcher = new AOSInstrument(
  createAgent({
    name: 'researcher',
    model: scriptedModel(
      [
        { tool: 'fetch_page', args: { url: 'http://bees.example' } },
        { tool: 'fetch_page', args: { url: 'http://intranet.corp.example/salaries' } },
      ],
      'Bees dance. Ask the beekeeper: 555-0142.',
    ),
    tools: [fetchPage],
  }),
)
const writer = createAgent({
  name: 'writer',
  model: scriptedModel(
    [{ tool: 'publish', args: { text: 'Bees dance!' } }],
    'Bees dance! Call 555-0142 to see them.',
  ),
  tools: [publish],
})

const team = new AOSInstrument(
  new StateGraph(MessagesAnnotation)
    .addNode('researcher', ({ messages }) => researcher.invoke({ messages }))
    .addNode('writer', writer.graph)
    .addEdge(START, 'researcher')
    .addEdge('researcher', 'writer')
    .addEdge('writer', END)
    .compile({ name: 'team' }),
)

researcher.registerHook('toolCallRequest', ({ parameters: { url } }) =>
  modify({ url: String(url).replace('http:', 'https:') }, 'pages are fetched safely'),
)
team.registerHook('toolCallRequest', ({ toolName, parameters: { url } }) => {
  if (toolName === 'publish') return deny('a person publishes')
  return String(url).includes('intranet') ? deny('the intranet is off limits') : allow()
})
team.registerHook('message', ({ role, content }) => {
  if (role !== 'agent') return allow()
  return modify(String(content).replaceAll(/\d{3}-\d{4}/g, '***-****'), 'phone numbers are masked')
})

const runs: AgentRun[] = []
for (const agent of [researcher, team]) agent.on('run', (run) => runs.push(run))

// tokens are held back until what they say is judged, also those of the agents inside
const said: string[] = []
const pieces = await team.stream(
  { messages: [new HumanMessage('Write about bees')] },
  { streamMode: 'messages', subgraphs: true },
)
for await (const [, [message]] of pieces) if (message.text !== '') said.push(message.text)
console.log(said.join('\n'))

assert.deepEqual(said, [
  'Denied: the intranet is off limits',
  'Bees dance. They like flowers.',
  'Bees dance. Ask the beekeeper: ***-****.',
  'Denied: a person publishes',
  'Bees dance! Call ***-**** to see them.',
])
assert.deepEqual(fetched, ['https://bees.example'], 'the hooks of both have judged what was fetched')
assert.deepEqual(published, [])

const [research, whole] = runs
assert.ok(research !== undefined && whole !== undefined && runs.length === 2)
assert.equal(research.parent_run_id, whole.id, 'the run of the researcher is a child run')
assert.deepEqual(research.provenance.lineage, [whole.provenance.run_hash])
assert.deepEqual([research.outcome, whole.outcome], ['partial', 'partial'])
