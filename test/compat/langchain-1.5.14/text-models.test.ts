import { AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { AgentExecutor, createReactAgent } from '@langchain/classic/agents'
import type { BaseLLM } from '@langchain/core/language_models/llms'
import { PromptTemplate } from '@langchain/core/prompts'
import { DynamicTool } from '@langchain/core/tools'
import { type FakeListChatModel, FakeLLM, FakeStreamingLLM } from '@langchain/core/utils/testing'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { freshCopy } from './fresh-copy.ts'
import { readAll } from './kit.ts'

// models that take and give one text, and streams of any model, in graphs that show neither

const State = Annotation.Root({ topic: Annotation<string>, text: Annotation<string> })

function graphOf(write: (topic: string, config: object) => Promise<string>) {
  return new StateGraph(State)
    .addNode('write', async ({ topic }, config) => ({ text: await write(topic, config) }))
    .addEdge(START, 'write')
    .addEdge('write', END)
    .compile()
}

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const piece of stream) all += piece
  return all
}

const models = {
  whole: () => new FakeLLM({ response: 'a secret text' }),
  streaming: () => new FakeStreamingLLM({ responses: ['a secret text'], sleep: 0 }),
} satisfies Record<string, () => BaseLLM>

const chain = (model: BaseLLM) => PromptTemplate.fromTemplate('About {topic}').pipe(model)

const ways: Readonly<Record<string, (model: BaseLLM) => (topic: string, config: object) => Promise<string>>> =
  {
    invoke: (model) => (topic, config) => model.invoke(`About ${topic}`, config),
    'invoke without a configuration': (model) => (topic) => model.invoke(`About ${topic}`),
    stream: (model) => async (topic, config) => textOf(await model.stream(`About ${topic}`, config)),
    batch: (model) => async (topic, config) => String((await model.batch([`About ${topic}`], config))[0]),
    'invoke of a chain': (model) => (topic, config) => chain(model).invoke({ topic }, config),
    'stream of a chain': (model) => async (topic, config) =>
      textOf(await chain(model).stream({ topic }, config)),
  }

const cases = Object.keys(ways).flatMap((way) =>
  (['whole', 'streaming'] as const).map((model) => ({ way, model })),
)

test.each(cases)('a text model in a node is a step, and its text is judged ($way, $model)', async (one) => {
  const recorder = stepRecorder()
  const graph = graphOf((topic, config) => (ways[one.way] ?? fail)(models[one.model]())(topic, config))
  const agent = new AOSInstrument(graph, { sinks: [recorder] })
  const asked: unknown[] = []
  agent.registerHook('message', ({ message, final }) => {
    if (message?.role === 'user') asked.push(message.content)
    return message?.role === 'agent' && final === true ? modify('a clean text') : undefined
  })
  expect(await agent.invoke({ topic: 'bees' })).toEqual({ topic: 'bees', text: 'a clean text' })
  expect(asked).toEqual(['About bees'])
  await recorder.ended(1)
  expect(recorder.steps('modelCall').map(({ status, model }) => [status, model?.provider])).toEqual([
    ['ok', 'fake'],
  ])
})

function fail(): never {
  throw new Error('no such way')
}

test.each(['whole', 'streaming'] as const)(
  'without a handler a text model says the same (%s)',
  async (model) => {
    for (const way of Object.values(ways)) {
      const recorder = stepRecorder()
      const graph = graphOf((topic, config) => way(models[model]())(topic, config))
      const agent = new AOSInstrument(graph, { sinks: [recorder] })
      expect(await agent.invoke({ topic: 'bees' })).toEqual({ topic: 'bees', text: 'a secret text' })
      await recorder.ended(1)
      expect(recorder.steps('modelCall')).toHaveLength(1)
    }
  },
)

test('nobody hears of a text before it is judged', async () => {
  for (const model of Object.values(models)) {
    const agent = new AOSInstrument(graphOf((topic, config) => model().invoke(topic, config)))
    agent.registerHook('message', ({ message }) =>
      message?.role === 'agent' ? modify('a clean text') : undefined,
    )
    const all = await readAll(agent.streamEvents({ topic: 'bees' }, { version: 'v2' }))
    expect(all).toContain('on_llm_end')
    expect(all).toContain('a clean text')
    expect(all).not.toContain('secret')
  }
})

test('a text model that is asked what is denied is not called', async () => {
  const model = models.whole()
  let called = 0
  const call = model._call.bind(model)
  model._call = (...args) => {
    called += 1
    return call(...args)
  }
  const agent = new AOSInstrument(graphOf((topic) => model.invoke(topic)))
  agent.registerHook('message', ({ message }) => (message?.role === 'user' ? deny('rude') : undefined))
  await expect(agent.invoke({ topic: 'bees' })).rejects.toThrow('Denied: rude')
  expect(called).toBe(0)
})

test('an executor that writes its calls into the texts of a text model has steps of it', async () => {
  const done: string[] = []
  const search = new DynamicTool({
    name: 'search',
    description: 'searches',
    func: async (query) => {
      done.push(query)
      return `found ${query}`
    },
  })
  const react = ['Action: search\nAction Input: bees', 'Final Answer: a secret text']
  const agent = await createReactAgent({
    llm: new FakeStreamingLLM({ responses: react.map((text) => `Thought: so\n${text}`), sleep: 0 }),
    tools: [search as never],
    prompt: PromptTemplate.fromTemplate('{tools} {tool_names} {input} {agent_scratchpad}'),
  })
  const recorder = stepRecorder()
  const executor = AgentExecutor.fromAgentAndTools({ agent, tools: [search as never] })
  const aos = new AOSInstrument(executor, { sinks: [recorder] })
  const seen: unknown[] = []
  aos.registerHook('message', ({ message }) => {
    if (message?.role === 'user') seen.push(message.content)
    return message?.role === 'agent' ? modify(String(message.content).replace('secret', 'clean')) : undefined
  })
  expect(await aos.invoke({ input: 'go' })).toMatchObject({ output: 'a clean text' })
  expect([seen, done]).toEqual([['go'], ['bees']])
  await recorder.ended(1)
  expect(recorder.steps('modelCall').map(({ status }) => status)).toEqual(['ok', 'ok'])
})

test('the very first stream of a model of a copy of LangChain is seen', async () => {
  const copies = [
    (copy: ReturnType<typeof freshCopy>) =>
      new copy.testing.FakeListChatModel({ responses: ['a secret text'] }),
    (copy: ReturnType<typeof freshCopy>) =>
      new copy.testing.FakeStreamingLLM({ responses: ['a secret text'], sleep: 0 }),
  ]
  for (const make of copies) {
    for (const chained of [false, true]) {
      const copy = freshCopy()
      const { StateGraph: Graph, Annotation: Note } = copy.langgraph
      const model = make(copy)
      const asked = chained ? copy.prompts.PromptTemplate.fromTemplate('{topic}').pipe(model as never) : model
      const graph = new Graph(Note.Root({ topic: Note<string>, text: Note<string> }))
        .addNode('write', async ({ topic }) => {
          let all = ''
          const stream = await (asked as FakeListChatModel).stream((chained ? { topic } : topic) as string)
          for await (const piece of stream as AsyncIterable<string | { text: string }>)
            all += typeof piece === 'string' ? piece : piece.text
          return { text: all }
        })
        .addEdge('__start__', 'write')
        .compile()
      const recorder = stepRecorder()
      const agent = new AOSInstrument(graph, { sinks: [recorder] })
      agent.registerHook('message', ({ message }) =>
        message?.role === 'agent' ? modify('a clean text') : undefined,
      )
      expect(await agent.invoke({ topic: 'bees' } as never)).toMatchObject({ text: 'a clean text' })
      await recorder.ended(1)
      expect(recorder.steps('modelCall')).toHaveLength(1)
    }
  }
})
