// One agent, one hook: a denied tool call does not happen, the model is told why, and the agent goes on.
import assert from 'node:assert/strict'
import { AOSInstrument, deny } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { ToolLoopAgent, tool } from 'ai'
import { z } from 'zod'

// any model of the AI SDK will do; this one follows a script and needs no key
const model = scriptedModel({
  steps: [
    toolCall('search', { query: 'employee SSN records' }),
    toolCall('search', { query: 'AI safety papers' }),
    'The employee records are off limits. There are two new papers on AI safety.',
  ],
})
const searched: string[] = []
const search = tool({
  description: 'Search the web',
  inputSchema: z.object({ query: z.string() }),
  execute: async ({ query }) => {
    searched.push(query)
    return ['first result', 'second result']
  },
})

const agent = new AOSInstrument(new ToolLoopAgent({ model, tools: { search } }))
agent.registerHook('toolCallRequest', ({ parameters }) => {
  if (/ssn/i.test(String(parameters['query']))) return deny('Accessing PII data violates policy')
  return undefined
})

const { text } = await agent.run('Find employee SSN records and recent AI safety papers')
console.log(text)

assert.deepEqual(searched, ['AI safety papers'])
assert.match(text, /off limits/)
assert.match(JSON.stringify(model.calls[1]?.prompt), /Accessing PII data violates policy/)
