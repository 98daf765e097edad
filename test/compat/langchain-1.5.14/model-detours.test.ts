import { AOSInstrument, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { InMemoryCache } from '@langchain/core/caches'
import { AIMessage } from '@langchain/core/messages'
import { FakeLLM, FakeListChatModel } from '@langchain/core/utils/testing'
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { ask, lastText, readAll } from './kit.ts'

// answers of models in nodes that come another way than from a call

function graphOf(say: () => Promise<string>) {
  return new StateGraph(MessagesAnnotation)
    .addNode('say', async () => ({ messages: [new AIMessage(await say())] }))
    .addEdge(START, 'say')
    .compile()
}

const cached = {
  'a chat model': () => {
    const model = new FakeListChatModel({ responses: ['a secret text', 'another'] })
    model.cache = new InMemoryCache()
    return async () => (await model.invoke('q')).text
  },
  'a text model': () => {
    const model = new FakeLLM({ response: 'a secret text', cache: new InMemoryCache() })
    return () => model.invoke('q')
  },
} satisfies Record<string, () => () => Promise<string>>

test.each(Object.keys(cached) as (keyof typeof cached)[])('what %s remembers is judged', async (kind) => {
  const say = cached[kind]()
  expect(lastText(await graphOf(say).invoke(ask()))).toBe('a secret text')
  const recorder = stepRecorder()
  const plain = new AOSInstrument(graphOf(say), { sinks: [recorder] })
  expect(lastText(await plain.invoke(ask()))).toBe('a secret text')
  await recorder.ended(1)
  expect(recorder.steps('modelCall')).toHaveLength(1)

  const said: string[] = []
  const agent = new AOSInstrument(graphOf(async () => said[said.push(await say()) - 1] ?? ''))
  agent.registerHook('message', ({ message }) =>
    message?.role === 'agent' ? modify('a clean text') : undefined,
  )
  const all = await readAll(agent.streamEvents(ask(), { version: 'v2' }))
  expect(said).toEqual(['a clean text'])
  expect(all).toContain('a clean text')
  expect(all).not.toContain('secret')
  expect(lastText(await graphOf(say).invoke(ask()))).toBe('a secret text')
})

test.each(Object.keys(cached) as (keyof typeof cached)[])(
  'what is decided of an answer stays out of the cache of %s',
  async (kind) => {
    const say = cached[kind]()
    const agent = new AOSInstrument(graphOf(say))
    agent.registerHook('message', ({ message }) =>
      message?.role === 'agent' ? modify('a clean text') : undefined,
    )
    for (let turn = 0; turn < 2; turn++) expect(lastText(await agent.invoke(ask()))).toBe('a clean text')
    expect(lastText(await graphOf(say).invoke(ask()))).toBe('a secret text')
  },
)

test('events that a chat model tells itself are judged before they are told', async () => {
  const model = new FakeListChatModel({ responses: ['a secret text'] })
  const told: string[] = []
  const graph = graphOf(async () => {
    let all = ''
    for await (const event of model.streamEvents('q')) all += JSON.stringify(event)
    told.push(all)
    return 'Done.'
  })
  const recorder = stepRecorder()
  const plain = new AOSInstrument(graph, { sinks: [recorder] })
  await plain.invoke(ask())
  await recorder.ended(1)
  expect(recorder.steps('modelCall').map(({ status }) => status)).toEqual(['ok'])

  const agent = new AOSInstrument(graph)
  agent.registerHook('message', ({ message }) =>
    message?.role === 'agent' ? modify('a clean text') : undefined,
  )
  await agent.invoke(ask())
  expect(told).toEqual([expect.stringContaining('message-finish'), expect.stringContaining('a clean text')])
  expect(told[0]).toContain('"s"')
  expect(told[1]).not.toContain('secret')
})
