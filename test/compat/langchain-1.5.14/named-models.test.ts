import { AOSInstrument, deny, modify } from '@aos/sdk'
import { aosMiddleware } from '@aos/sdk/langchain'
import { stepRecorder } from '@aos/sdk/testing'
import { createAgent } from 'langchain'
import { afterEach, expect, test, vi } from 'vitest'
import { ask, lastText, readAll, searchTool } from './kit.ts'
import { scriptedOpenAI, type Said, type ScriptedOpenAI } from './scripted-openai.ts'

// a model that is given by its name is made by LangChain, in the call that needs it: a real client, and a real server

const NAME = 'openai:gpt-4.1-mini'

let server: ScriptedOpenAI | undefined

afterEach(async () => {
  vi.unstubAllEnvs()
  await server?.close()
})

async function serving(...script: readonly Said[]): Promise<ScriptedOpenAI> {
  server = await scriptedOpenAI(...script)
  vi.stubEnv('OPENAI_BASE_URL', server.baseURL)
  vi.stubEnv('OPENAI_API_KEY', 'none')
  return server
}

async function agentOf(...script: readonly Said[]) {
  const { asked } = await serving(...script)
  const { search, done } = searchTool()
  const recorder = stepRecorder()
  const agent = new AOSInstrument(createAgent({ model: NAME, tools: [search] }), { sinks: [recorder] })
  return { agent, asked, done, recorder }
}

test('an agent whose model is a name is guarded, and its calls are recorded with their usage', async () => {
  const { agent, asked, done, recorder } = await agentOf(
    { query: 'evil' },
    { query: 'bees' },
    { text: 'a secret' },
  )
  agent.registerHook('toolCallRequest', ({ parameters }) =>
    parameters['query'] === 'evil' ? deny('not that') : undefined,
  )
  agent.registerHook('message', ({ message }) =>
    modify(String(message?.content).replace('secret', 'clean').replace('4711', '[gone]')),
  )
  expect(lastText(await agent.invoke(ask('my card 4711')))).toBe('a clean')
  expect(done).toEqual(['bees'])
  expect(asked.join()).toContain('my card [gone]')
  expect(asked.join()).not.toContain('4711')
  expect(asked[1]).toContain('Denied: not that')
  await recorder.ended(1)
  expect(recorder.runs()).toMatchObject([
    { modelCalls: 3, toolCalls: 1, usage: { inputTokens: 30, outputTokens: 15 } },
  ])
  expect(recorder.steps('modelCall')[0]).toMatchObject({
    model: { provider: 'openai', requested: 'gpt-4.1-mini', actual: 'gpt-4.1-mini-dated' },
    usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, reasoningTokens: 2 },
  })
})

test.each(['messages', 'values', 'v2', 'v3'] as const)(
  'nothing unjudged of a model that is a name leaves a stream (%s)',
  async (how) => {
    const { agent, recorder } = await agentOf({ query: 'original' }, { text: 'one secret, and another' })
    agent.registerHook('message', ({ message }) =>
      message?.role === 'agent' ? modify(String(message.content).replace('secret', 'clean')) : undefined,
    )
    agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
    const events: unknown =
      how === 'v2' || how === 'v3'
        ? agent.streamEvents(ask(), { version: how as 'v2' })
        : agent.stream(ask(), { streamMode: how })
    const all = await readAll((await events) as AsyncIterable<unknown>)
    expect(all).toContain('one clean, and another')
    expect(all).not.toContain('secr')
    expect(all).not.toContain('original')
    await recorder.ended(1)
    expect(recorder.runs()).toMatchObject([{ modelCalls: 2, toolCalls: 1, usage: { inputTokens: 20 } }])
  },
)

test('a model that is a name is disabled under the id it is described with', async () => {
  const { agent, asked } = await agentOf({ text: 'done' })
  const { components } = agent.describe()
  expect(components.map(({ id }) => id)).toEqual(['tool:search', 'model:gpt-4.1-mini'])
  await agent.disableComponent('model:gpt-4.1-mini')
  await expect(agent.invoke(ask())).rejects.toThrow('model:gpt-4.1-mini is disabled')
  expect(asked).toEqual([])
})

test('a middleware guards an agent whose model is a name', async () => {
  const { asked } = await serving({ query: 'evil' }, { text: 'a secret' })
  const { search, done } = searchTool()
  const aos = aosMiddleware()
  aos.registerHook('toolCallRequest', () => deny('not that'))
  aos.registerHook('message', ({ message }) => (message?.role === 'agent' ? modify('clean') : undefined))
  const agent = createAgent({ model: NAME, tools: [search], middleware: [aos] })
  expect(lastText(await agent.invoke(ask()))).toBe('clean')
  expect(done).toEqual([])
  expect(asked[1]).toContain('Denied: not that')
})
