import { AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { initializeAgentExecutorWithOptions } from '@langchain/classic/agents'
import { BufferMemory } from '@langchain/classic/memory'
import { DynamicTool } from '@langchain/core/tools'
import { expect, test } from 'vitest'
import { ScriptedModel, searchTool, type Turn } from './kit.ts'

const acting = (action: string, input: unknown): Turn => ({
  text: `secret thought\n\`\`\`\n${JSON.stringify({ action, action_input: input })}\n\`\`\``,
})
const final = (text: string): Turn => ({
  text: `\`\`\`\n${JSON.stringify({ action: 'Final Answer', action_input: text })}\n\`\`\``,
})

async function structuredChat(...turns: readonly Turn[]) {
  const { search, done } = searchTool()
  const model = new ScriptedModel(...turns)
  const executor = await initializeAgentExecutorWithOptions([search], model, {
    agentType: 'structured-chat-zero-shot-react-description',
    returnIntermediateSteps: true,
  })
  const recorder = stepRecorder()
  return { agent: new AOSInstrument(executor, { sinks: [recorder] }), done, model, recorder, executor }
}

test('an agent of initializeAgentExecutorWithOptions is gated, and its thoughts are judged as it makes sense of them', async () => {
  const { agent, done, recorder, executor } = await structuredChat(
    acting('search', { query: 'x' }),
    final('secret answer'),
  )
  agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
  agent.registerHook('message', ({ message }) =>
    message?.role === 'agent' ? modify(String(message.content).replaceAll('secret', 'clean')) : undefined,
  )
  const result = await agent.invoke({ input: 'go' })
  expect(agent).toBeInstanceOf(executor.constructor)
  expect(done).toEqual(['safe'])
  expect(result['output']).toBe('clean answer')
  expect(JSON.stringify(result)).not.toContain('secret')
  await recorder.ended(1)
  expect(recorder.steps().map(({ kind, status }) => [kind, status])).toEqual([
    ['agentTrigger', 'ok'],
    ['message', 'ok'],
    ['modelCall', 'ok'],
    ['message', 'ok'],
    ['toolCall', 'ok'],
    ['modelCall', 'ok'],
    ['message', 'ok'],
  ])
})

test.each(['stream', 'streamEvents'] as const)(
  'nothing unjudged leaves an executor that is streamed (%s)',
  async (how) => {
    const { agent } = await structuredChat(acting('search', { query: 'x' }), final('secret answer'))
    agent.registerHook('message', ({ message }) =>
      message?.role === 'agent' ? modify(String(message.content).replaceAll('secret', 'clean')) : undefined,
    )
    const chunks: AsyncIterable<unknown> =
      how === 'stream'
        ? await agent.stream({ input: 'go' })
        : agent.streamEvents({ input: 'go' }, { version: 'v2' })
    let all = ''
    for await (const chunk of chunks) all += JSON.stringify(chunk)
    expect(all).toContain('clean answer')
    expect(all).not.toContain('secret')
  },
)

test('an executor that is denied its input does nothing', async () => {
  const { agent, model } = await structuredChat(final('done'))
  agent.registerHook('message', ({ message }) => (message?.role === 'user' ? deny('rude') : undefined))
  await expect(agent.invoke({ input: 'go' })).rejects.toThrow('Denied: rude')
  expect(model.prompts).toEqual([])
})

test('what a memory keeps of a turn is what was decided', async () => {
  const { search } = searchTool()
  const memory = new BufferMemory({
    returnMessages: true,
    memoryKey: 'chat_history',
    inputKey: 'input',
    outputKey: 'output',
  })
  const executor = await initializeAgentExecutorWithOptions(
    [search as never],
    new ScriptedModel(final('secret')),
    {
      agentType: 'chat-conversational-react-description',
      memory,
    },
  )
  const agent = new AOSInstrument(executor)
  agent.registerHook('message', ({ message }) =>
    modify(`${String(message?.role)}: ${String(message?.content).replace('secret', 'clean')}`),
  )
  await agent.invoke({ input: 'go' })
  expect((await memory.chatHistory.getMessages()).map(({ text }) => text)).toEqual([
    'user: go',
    'agent: clean',
  ])
})

test('a tool that takes one text is called with what was decided', async () => {
  const done: string[] = []
  const shout = new DynamicTool({
    name: 'shout',
    description: 'shouts',
    func: async (input) => {
      done.push(input)
      return input.toUpperCase()
    },
  })
  const model = new ScriptedModel(
    { text: 'Thought\n```\n{"action": "shout", "action_input": "hello"}\n```' },
    { text: 'Final Answer: done' },
  )
  const executor = await initializeAgentExecutorWithOptions([shout as never], model, {
    agentType: 'chat-zero-shot-react-description',
  })
  const agent = new AOSInstrument(executor)
  agent.registerHook('toolCallRequest', ({ parameters }) => {
    parameters['input'] = `${String(parameters['input'])}!`
  })
  agent.registerHook('toolCallResult', ({ result }) => modify(`${String(result)}?`))
  expect(await agent.run('go')).toMatchObject({ output: 'done' })
  expect(done).toEqual(['hello!'])
  expect(model.lastPrompt).toContain('HELLO!?')
})
