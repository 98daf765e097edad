// A hook on what the agent says: streamed text is held back until it is judged, so a denied word never leaves.
import assert from 'node:assert/strict'
import { AOSInstrument, deny, modify } from '@aos/sdk'
import { scriptedModel } from '@aos/sdk/testing'
import { ToolLoopAgent } from 'ai'

const model = scriptedModel({
  steps: ['The launch code is 0000.', 'Call me at extension 4711.', 'The weather is fine.'],
})
const agent = new AOSInstrument(new ToolLoopAgent({ model }), { notice: '[withheld: {reason}]' })

agent.registerHook('message', (context) => {
  if (context.role !== 'agent') return undefined
  const text = String(context.content)
  if (text.includes('launch code')) return deny('launch codes stay inside')
  if (/\d{4}/.test(text)) return modify(text.replaceAll(/\d{4}/g, '****'), 'numbers are masked')
  return undefined
})

async function ask(prompt: string): Promise<string> {
  const { textStream } = await agent.stream({ prompt })
  let seen = ''
  for await (const chunk of textStream) seen += chunk
  console.log(`${prompt.padEnd(28)} ${seen}`)
  return seen
}

assert.equal(await ask('What is the launch code?'), '[withheld: launch codes stay inside]')
assert.equal(await ask('How can I reach you?'), 'Call me at extension ****.')
assert.equal(await ask('How is the weather?'), 'The weather is fine.')
