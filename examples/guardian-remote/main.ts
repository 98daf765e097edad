// One guardian server judges two agents, of the AI SDK and of LangChain, over signed JSON-RPC; without it nothing happens.
import assert from 'node:assert/strict'
import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
  GuardianAgent,
} from '@aos/guardian'
import { createGuardianServer } from '@aos/guardian/server'
import { AOSInstrument } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { ToolLoopAgent, tool } from 'ai'
import { createAgent, tool as langchainTool } from 'langchain'
import { z } from 'zod'
import { scriptedModel as langchainModel } from '../langchain/scripted-model.ts'
import { policies } from './policies.ts'

const key = 'a key that both sides share, 32 bytes or more'
const signature = createMessageSigner({ keyId: 'assistants', key })

// in an application: `npx aos-guardian --policy policies.yaml`, on a machine of its own
const server = createGuardianServer({
  policies,
  signature: {
    verifier: createRequestVerifier({ keys: { assistants: { algorithm: 'hmac-sha256', key } } }),
    signer: createResponseSigner({ keyId: 'assistants', key }),
  },
})
const endpoint = await server.listen()

const queries: string[] = []
const schema = z.object({ query: z.string() })
const description = 'Query the company database'
const run = ({ query }: { query: string }): string => {
  queries.push(query)
  return 'two rows'
}
const asked = [
  { query: 'SELECT name FROM customers' },
  { query: 'SELECT ssn FROM employees' },
  { query: 'SELECT * FROM customers' },
]

const researcher = new AOSInstrument(
  new ToolLoopAgent({
    model: scriptedModel({ steps: [...asked.map((input) => toolCall('database', input)), 'Done.'] }),
    tools: { database: tool({ description, inputSchema: schema, execute: run }) },
  }),
)
const analyst = new AOSInstrument(
  createAgent({
    model: langchainModel(...asked.map((args) => [{ tool: 'database', args }]), 'Done.'),
    tools: [langchainTool(run, { name: 'database', description, schema })],
  }),
)

const guardian = new GuardianAgent({ endpoint, signature })
guardian.protect(researcher)
guardian.protect(analyst)

for (const agent of [researcher, analyst]) {
  await agent.run('How many customers do we have, and what do we pay?')
  console.log(queries.join('\n'))
  assert.deepEqual(queries.splice(0), [
    'SELECT name FROM customers',
    'SELECT id, name FROM customers LIMIT 100',
  ])
}
console.log(guardian.stats().decisions)
assert.equal(guardian.stats().decisions.deny, 2)
assert.equal(guardian.stats().client?.failedOpen, 0)

// a guardian that is gone allows nothing
await server.close()
await assert.rejects(researcher.run('Once more'), { name: 'AOSDeniedError' })
assert.deepEqual(queries, [])
await guardian.close()
