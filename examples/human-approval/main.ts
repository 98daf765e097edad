// A person decides: `ask` waits for an answer that is bound to the exact arguments; no answer is a deny.
import assert from 'node:assert/strict'
import { AOSInstrument, ask, type ApprovalRequest } from '@aos/sdk'
import { scriptedModel, stepRecorder, toolCall } from '@aos/sdk/testing'
import { ToolLoopAgent, tool } from 'ai'
import { z } from 'zod'

const model = scriptedModel({
  steps: [
    toolCall('transfer', { to: 'Alice', euros: 40 }),
    toolCall('transfer', { to: 'Mallory', euros: 9000 }),
    'Alice has her 40 euros. The transfer to Mallory was not approved.',
  ],
})
const transferred: string[] = []
const transfer = tool({
  description: 'Transfer money',
  inputSchema: z.object({ to: z.string(), euros: z.number() }),
  execute: async ({ to, euros }) => {
    transferred.push(`${euros} to ${to}`)
    return 'done'
  },
})

// in an application: a chat message, a ticket, a button; it may take minutes and is no part of a handler's deadline
const questions: string[] = []
async function onApproval({
  toolName,
  value,
  reason,
}: ApprovalRequest): Promise<{ approved: boolean; by: string }> {
  questions.push(`${toolName}(${JSON.stringify(value)}): ${reason}`)
  // the name of an account; an e-mail address would be redacted in what is recorded
  return { approved: questions.length === 1, by: 'carol' }
}

const recorder = stepRecorder()
const agent = new AOSInstrument(new ToolLoopAgent({ model, tools: { transfer } }), {
  onApproval,
  approvalTimeoutMs: 60_000,
  sinks: [recorder],
})
agent.registerHook('toolCallRequest', () => ask('money leaves the account'), { match: 'transfer' })

const { text } = await agent.run('Send Alice 40 euros and Mallory 9000')
console.log([...questions, text].join('\n'))

assert.deepEqual(transferred, ['40 to Alice'])
assert.deepEqual(
  recorder.decisions().map(({ phase, verdict, by }) => [phase, verdict, by]),
  [
    ['request', 'ask', 'toolCallRequest handler'],
    ['approval', 'allow', 'carol'],
    ['request', 'ask', 'toolCallRequest handler'],
    ['approval', 'deny', 'carol'],
  ],
)
