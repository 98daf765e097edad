// Without an agent object: the functions of the `ai` module, gated; calls look as they always did.
import assert from 'node:assert/strict'
import { deny, isDenied } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { instrumentAI } from '@aos/sdk/vercel-ai'
import * as ai from 'ai'
import { z } from 'zod'

const gated = instrumentAI(ai, { agent: { name: 'report-writer' } })
gated.registerHook('message', ({ role, content }) =>
  role === 'user' && String(content).includes('password') ? deny('no passwords in prompts') : undefined,
)
gated.registerHook('toolCallRequest', () => deny('nothing is deleted here'), { match: 'delete_*' })

const model = scriptedModel({
  steps: [toolCall('delete_file', { path: '/etc/hosts' }), 'I may not delete files.'],
})
let deleted = 0
const { generateText, stepCountIs, tool } = gated
const tools = {
  delete_file: tool({
    inputSchema: z.object({ path: z.string() }),
    execute: async () => {
      deleted += 1
      return 'deleted'
    },
  }),
}

const { text } = await generateText({
  model,
  tools,
  prompt: 'Delete the hosts file',
  stopWhen: stepCountIs(3),
})
console.log(text)
const refusal = await generateText({ model, prompt: 'My password is hunter2' }).catch(
  (error: unknown) => error,
)
console.log(String(refusal))

assert.equal(text, 'I may not delete files.')
assert.equal(deleted, 0)
assert.ok(isDenied(refusal))
assert.equal(model.calls.length, 2, 'the refused prompt never reached the model')
