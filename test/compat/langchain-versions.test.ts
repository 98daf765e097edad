import { breakOff, hang, json, reasoning, reject, source, text, toolCall, toolResult } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  scriptedChatModel,
  structured,
  type ScriptedChatModel,
  type ScriptedChatOptions,
} from '../support/langchain/scripted-model.ts'
import type { StructuredTool } from './langchain-1.5.14/index.ts'
import { LANGCHAIN_VERSIONS, type LangChainVersion } from './langchain-versions.ts'

// what the tests of the adapter build on holds in every version: agents run, and models follow their script

const ASKED = { messages: [{ role: 'user' as const, content: 'go' }] }
const SEARCH = [text('Let me look.'), toolCall('search', { query: 'bees' }, { id: 'c1' })]

function searchTool({ langchain }: LangChainVersion): StructuredTool {
  const search = langchain.tool(async ({ query }: { query: string }) => `found ${query}`, {
    name: 'search',
    description: 'searches',
    schema: z.object({ query: z.string() }),
  })
  return search as unknown as StructuredTool
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing',
    (error: unknown) => error,
  )
}

async function textsOf(stream: AsyncIterable<unknown>): Promise<string[]> {
  const texts: string[] = []
  for await (const chunk of stream) texts.push(JSON.stringify(chunk))
  return texts
}

test('the versions are different installations', () => {
  const count = LANGCHAIN_VERSIONS.length
  expect(count).toBeGreaterThan(0)
  expect(new Set(LANGCHAIN_VERSIONS.map(({ chatModels }) => chatModels.BaseChatModel)).size).toBe(count)
  expect(new Set(LANGCHAIN_VERSIONS.map(({ tools }) => tools.StructuredTool)).size).toBe(count)
})

for (const version of LANGCHAIN_VERSIONS) {
  const model = (
    steps: ScriptedChatOptions['steps'],
    options?: Partial<ScriptedChatOptions>,
  ): ScriptedChatModel => scriptedChatModel(version, { steps, ...options })

  describe(`langchain ${version.name}`, () => {
    test('two models of one graph say messages of their own', async () => {
      const { MessagesAnnotation, StateGraph, START, END } = version.langgraph
      const [first, second] = [model(['One.']), model(['Two.'])]
      const graph = new StateGraph(MessagesAnnotation)
        .addNode('first', async ({ messages }) => ({ messages: [await first.invoke(messages)] }))
        .addNode('second', async ({ messages }) => ({ messages: [await second.invoke(messages)] }))
        .addEdge(START, 'first')
        .addEdge('first', 'second')
        .addEdge('second', END)
        .compile()
      const { messages } = await graph.invoke(ASKED)
      expect(messages.map((message) => message.text)).toEqual(['go', 'One.', 'Two.'])
    })

    test('createAgent and createReactAgent run their tools', async () => {
      const tools = [searchTool(version)]
      const scripts = [model([SEARCH, 'Bees it is.']), model([SEARCH, 'Bees it is.'])] as const
      const agents = [
        version.langchain.createAgent({ model: scripts[0], tools }),
        version.prebuilt.createReactAgent({ llm: scripts[1], tools }),
      ]
      for (const [index, agent] of agents.entries()) {
        const { messages } = (await agent.invoke(ASKED)) as { messages: { text: string }[] }
        expect(messages.map((message) => message.text)).toEqual([
          'go',
          'Let me look.',
          'found bees',
          'Bees it is.',
        ])
        expect(scripts[index]?.calls.map(({ tools: bound, mode, state }) => [bound, mode, state])).toEqual([
          [['search'], 'invoke', 'finished'],
          [['search'], 'invoke', 'finished'],
        ])
        expect(scripts[index]?.lastPrompt()).toContain('found bees')
      }
    })

    test('an agent streams in pieces', async () => {
      const script = model([SEARCH, 'Bees it is, and no wasps.'])
      const agent = version.langchain.createAgent({ model: script, tools: [searchTool(version)] })
      const chunks = await textsOf(await agent.stream(ASKED, { streamMode: 'messages' }))
      expect(script.calls.map(({ mode, state }) => [mode, state])).toEqual([
        ['stream', 'finished'],
        ['stream', 'finished'],
      ])
      expect(chunks.length).toBeGreaterThan(6)
      expect(chunks.some((chunk) => chunk.includes('Bees it is, and'))).toBe(false)
      expect(chunks.join('')).toContain('found bees')
    })

    test('streamEvents v2 tells of tools and tokens', async () => {
      const agent = version.langchain.createAgent({
        model: model([SEARCH, 'Bees it is.']),
        tools: [searchTool(version)],
      })
      const kinds: string[] = []
      for await (const { event } of agent.streamEvents(ASKED, { version: 'v2' })) kinds.push(event)
      expect(kinds).toContain('on_tool_end')
      expect(kinds.filter((kind) => kind === 'on_chat_model_stream').length).toBeGreaterThan(6)
    })

    test('a message streamed is the message invoked', async () => {
      const steps = [
        {
          items: [...SEARCH, toolCall('search', '{oops', { id: 'c2' })],
          usage: { input: 9, output: 4, cacheRead: 3, reasoning: 2 },
          response: { id: 'm-9', modelId: 'm-9-dated' },
        },
      ]
      const whole = await model(steps).invoke('go')
      let streamed: typeof whole | undefined
      for await (const chunk of await model(steps).stream('go')) streamed = streamed?.concat(chunk) ?? chunk
      for (const message of [whole, streamed]) {
        expect(message).toMatchObject({
          id: 'm-9',
          content: 'Let me look.',
          tool_calls: [{ id: 'c1', name: 'search', args: { query: 'bees' } }],
          invalid_tool_calls: [{ id: 'c2', name: 'search', args: '{oops' }],
          usage_metadata: {
            input_tokens: 9,
            output_tokens: 4,
            total_tokens: 13,
            input_token_details: { cache_read: 3 },
            output_token_details: { reasoning: 2 },
          },
          response_metadata: {
            model_provider: 'scripted',
            model_name: 'm-9-dated',
            finish_reason: 'tool_calls',
          },
        })
      }
    })

    test('thoughts, sources and tools of the provider are blocks, or thoughts stand beside the text', async () => {
      const items = [
        reasoning('Hm, honey.'),
        toolCall('web', { q: 'bees' }, { id: 'w1', providerExecuted: true }),
        toolResult('web', { hits: 2 }, { id: 'w1' }),
        text('Two pages.'),
        source('https://bees.example', { title: 'Bees' }),
      ]
      const whole = await model([items]).invoke('go')
      let streamed: typeof whole | undefined
      for await (const chunk of await model([items]).stream('go')) streamed = streamed?.concat(chunk) ?? chunk
      for (const message of [whole, streamed]) {
        expect(message?.content).toMatchObject([
          { type: 'reasoning', reasoning: 'Hm, honey.' },
          { type: 'server_tool_call', id: 'w1', name: 'web', args: { q: 'bees' } },
          { type: 'server_tool_call_result', toolCallId: 'w1', output: { hits: 2 }, status: 'success' },
          { type: 'text', text: 'Two pages.' },
          { type: 'citation', url: 'https://bees.example', title: 'Bees' },
        ])
        expect(message?.tool_calls).toEqual([])
        expect(message?.response_metadata['finish_reason']).toBe('stop')
      }
      const beside = await model([[reasoning('Hm.'), text('Yes.')]], { reasoning: 'kwargs' }).invoke('go')
      expect(beside).toMatchObject({ content: 'Yes.', additional_kwargs: { reasoning_content: 'Hm.' } })
    })

    test('an agent gives its response in a form, by a tool or by the model', async () => {
      const schema = z.object({ bees: z.number() })
      const { createAgent, toolStrategy, providerStrategy } = version.langchain
      const byTool = createAgent({
        model: model([SEARCH, structured({ bees: 3 })]),
        tools: [searchTool(version)],
        responseFormat: toolStrategy(schema),
      })
      const byModel = createAgent({
        model: model([SEARCH, json({ bees: 3 })], { structuredOutput: true }),
        tools: [searchTool(version)],
        responseFormat: providerStrategy(schema),
      })
      for (const agent of [byTool, byModel])
        expect(((await agent.invoke(ASKED)) as { structuredResponse: unknown }).structuredResponse).toEqual({
          bees: 3,
        })
    })

    test('a script fails, waits and is aborted where it says', async () => {
      const broken = new Error('broken')
      expect(await failureOf(model([reject(broken)]).invoke('go'))).toBe(broken)
      const cut = model([[text('Half of a sent'), breakOff(broken)]])
      const read: string[] = []
      const reading = (async () => {
        for await (const chunk of await cut.stream('go')) read.push(chunk.text)
      })()
      expect(await failureOf(reading)).toBe(broken)
      expect(read.join('')).toBe('Half of a sent')
      expect(cut.calls[0]?.state).toBe('failed')

      const stop = new AbortController()
      const silent = model([[text('One'), hang()]])
      const waiting = failureOf(silent.invoke('go', { signal: stop.signal }))
      stop.abort(new Error('enough'))
      expect(String(await waiting)).toMatch(/enough|abort/i)
      expect(silent.calls.map(({ state }) => state)).toEqual(['aborted'])

      const opened = model([[hang(Promise.resolve()), text('Go on.')]], { pace: () => Promise.resolve() })
      expect((await opened.invoke('go')).text).toBe('Go on.')
      expect(await failureOf(opened.invoke('go'))).toMatchObject({
        message: 'the script has no step for model call 2',
      })
    })

    test('a reader that gives up cancels the call', async () => {
      const script = model(['A sentence that is long enough for several pieces.'])
      for await (const chunk of await script.stream('go')) if (chunk.text !== '') break
      await expect.poll(() => script.calls[0]?.state).toBe('cancelled')
      expect(script.calls[0]?.chunksRead).toBeLessThan(7)
    })
  })
}

for (const version of LANGCHAIN_VERSIONS)
  test(`agents of @langchain/classic run beside langchain ${version.name}`, async () => {
    const { ChatPromptTemplate } = version.prompts
    const { AgentExecutor, createToolCallingAgent } = version.classic.agents
    const llm = scriptedChatModel(version, { steps: [SEARCH, 'Bees it is.'] })
    const tools = [searchTool(version)]
    const prompt = ChatPromptTemplate.fromMessages([
      ['human', '{input}'],
      ['placeholder', '{agent_scratchpad}'],
    ])
    const agent = createToolCallingAgent({ llm, tools, prompt })
    const executor = new AgentExecutor({ agent, tools })
    expect(await executor.invoke({ input: 'go' })).toMatchObject({ output: 'Bees it is.' })
    expect(llm.calls.map(({ tools: bound }) => bound)).toEqual([['search'], ['search']])
  })

// version 3 of the event stream came later
for (const version of LANGCHAIN_VERSIONS.filter((known) => known.version !== '1.2.25'))
  test(`streamEvents v3 tells of tools and tokens in langchain ${version.name}`, async () => {
    const script = scriptedChatModel(version, { steps: [SEARCH, 'Bees it is, and no wasps.'] })
    const agent = version.langchain.createAgent({ model: script, tools: [searchTool(version)] })
    const events = await textsOf(await agent.streamEvents(ASKED, { version: 'v3' }))
    expect(events.filter((event) => event.includes('content-block-delta')).length).toBeGreaterThan(6)
    expect(events.join('')).toContain('found bees')
    expect(script.calls.map(({ mode }) => mode)).toEqual(['stream', 'stream'])
  })
