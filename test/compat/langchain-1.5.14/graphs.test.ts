import { AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Annotation,
  Command,
  END,
  entrypoint,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { createAgent } from 'langchain'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { graphWithClosures, graphWithToolNode } from './graphs.ts'
import { ask, calls, lastText, readAll, ScriptedModel, searchTool } from './kit.ts'

const replying = (...texts: readonly string[]) => {
  const left = [...texts]
  return new StateGraph(MessagesAnnotation)
    .addNode('reply', () => ({ messages: [new AIMessage(left.shift() ?? '')] }))
    .addEdge(START, 'reply')
    .addEdge('reply', END)
}

test('an answer that a node makes itself is judged before it leaves, and once', async () => {
  for (const streamMode of [
    'values',
    'updates',
    'messages',
    ['values', 'updates', 'messages', 'debug'],
  ] as const) {
    const agent = new AOSInstrument(replying('secret').compile())
    const seen: unknown[] = []
    agent.registerHook('message', ({ message, final }) => {
      if (message?.role !== 'agent') return undefined
      seen.push([message.content, final])
      return modify('clean')
    })
    const all = await readAll(await agent.stream(ask(), { streamMode: streamMode as never }))
    expect(all).toContain('clean')
    expect(all).not.toContain('secret')
    expect(seen).toEqual([['secret', true]])
  }
})

test('history in the state of a graph is not judged again as an answer', async () => {
  const agent = new AOSInstrument(replying('one', 'two').compile({ checkpointer: new MemorySaver() }))
  const seen: unknown[] = []
  agent.registerHook('message', ({ message }) => {
    seen.push(message?.content)
  })
  const config = { configurable: { thread_id: 't' } }
  await agent.invoke({ messages: [new HumanMessage('a')] }, config)
  await agent.invoke({ messages: [new HumanMessage('b')] }, config)
  expect(seen).toEqual(['a', 'one', 'b', 'two'])
})

test('a graph whose state is no conversation has its input judged as its trigger', async () => {
  const State = Annotation.Root({ topic: Annotation<string>, done: Annotation<boolean> })
  const graph = new StateGraph(State)
    .addNode('work', () => ({ done: true }))
    .addEdge(START, 'work')
    .addEdge('work', END)
    .compile()
  const agent = new AOSInstrument(graph)
  agent.registerHook('agentTrigger', ({ trigger }) =>
    modify({ ...(trigger?.content as object), topic: 'decided' }),
  )
  expect(await agent.invoke({ topic: 'given' })).toEqual({ topic: 'decided', done: true })
})

test('agents and graphs inside of a graph obey its hooks, whether they are nodes or are called by one', async () => {
  const { search, done } = searchTool()
  const inner = createAgent({ model: new ScriptedModel(calls('a'), { text: 'one' }), tools: [search] })
  const graph = graphWithToolNode(new ScriptedModel(calls('b'), { text: 'two' }), [search])
  const closures = graphWithClosures(new ScriptedModel(calls('c'), { text: 'three' }), [search])
  const outer = new StateGraph(MessagesAnnotation)
    .addNode('agent', inner.graph as never)
    .addNode('graph', graph as never)
    .addNode('called', async ({ messages }) => ({
      messages: [new AIMessage(lastText((await closures.invoke({ messages })) as never))],
    }))
    .addEdge(START, 'agent')
    .addEdge('agent', 'graph')
    .addEdge('graph', 'called')
    .addEdge('called', END)
    .compile()
  const recorder = stepRecorder()
  const agent = new AOSInstrument(outer, { sinks: [recorder] })
  const seen: unknown[] = []
  agent.registerHook('toolCallRequest', ({ parameters }) => {
    seen.push(parameters['query'])
    return deny('not in here')
  })
  expect(lastText((await agent.invoke(ask())) as never)).toBe('three')
  expect([seen, done]).toEqual([['a', 'b', 'c'], []])
  await recorder.ended(1)
  expect(recorder.runs()).toHaveLength(1)
  expect(recorder.steps('modelCall')).toHaveLength(6)
})

test('the original graph, its nodes and its tools stay as they were', async () => {
  const { search, done } = searchTool()
  const node = new ToolNode([search])
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('tools', node)
    .addEdge(START, 'tools')
    .addEdge('tools', END)
    .compile()
  const agent = new AOSInstrument(graph)
  agent.registerHook('toolCallRequest', () => deny('no'))
  const state = (): { messages: AIMessage[] } => ({
    messages: [
      new AIMessage({
        content: '',
        tool_calls: [{ id: 'c', name: 'search', args: { query: 'x' }, type: 'tool_call' }],
      }),
    ],
  })
  expect(agent).toBeInstanceOf(graph.constructor)
  expect(lastText(await agent.invoke(state()))).toBe('Denied: no')
  expect(done).toEqual([])
  expect(node.tools).toEqual([search])
  expect(lastText(await graph.invoke(state()))).toBe('found x')
  expect(done).toEqual(['x'])
})

test('a description says what is bound, and what is found on the way', async () => {
  const { search } = searchTool()
  const bound = new AOSInstrument(graphWithToolNode(new ScriptedModel(), [search]))
  expect(bound.describe().coverage).toMatchObject([
    { component: 'agent', enforcement: 'bound' },
    { component: 'tool:search', enforcement: 'bound' },
    { component: 'models', enforcement: 'ambient' },
    { component: 'tools called by nodes and by other tools', enforcement: 'ambient' },
  ])
  // the tools that it may hold are of the same classes
  const closed = new AOSInstrument(replying('x').compile())
  expect(closed.describe().coverage.at(-1)).toMatchObject({ enforcement: 'ambient' })
})

test('tools that a provider executes are taken away on request, and others stay', async () => {
  const { search } = searchTool()
  const bound: unknown[] = []
  const model = new ScriptedModel({ text: 'done' })
  model.bindTools = (tools?: unknown) => {
    bound.push(tools)
    return model
  }
  const searching = { type: 'web_search_preview' }
  const original = createAgent({ model, tools: [search, searching] as never })
  const agent = new AOSInstrument(original, { providerTools: 'remove' })
  agent.registerHook('toolCallRequest', () => undefined)
  await agent.invoke(ask())
  expect(bound).toEqual([[search]])
  expect(agent.describe().coverage).toContainEqual(
    expect.objectContaining({ component: 'tool:web_search_preview', enforcement: 'observed' }),
  )
})

test('200 requests that start in one tick keep to their own runs', async () => {
  const turns = Array.from({ length: 200 }, (_, index) => index)
  const recorder = stepRecorder()
  const echo = tool(async ({ n }: { n: number }) => `n=${n}`, {
    name: 'echo',
    description: 'echoes',
    schema: z.object({ n: z.number() }),
  })
  class EchoModel extends ScriptedModel {
    override async _generate(messages: HumanMessage[]) {
      await new Promise((resolve) => setImmediate(resolve))
      const asked = Number(messages.find((message) => message.getType() === 'human')?.text)
      const answered = messages.some((message) => message.getType() === 'tool')
      const message = answered
        ? new AIMessage(`done ${asked}`)
        : new AIMessage({
            content: '',
            tool_calls: [{ id: 'call-1', name: 'echo', args: { n: asked }, type: 'tool_call' }],
          })
      return { generations: [{ text: message.text, message }] }
    }
  }
  const agent = new AOSInstrument(createAgent({ model: new EchoModel(), tools: [echo] }), {
    sinks: [recorder],
  })
  agent.registerHook('toolCallRequest', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return undefined
  })
  const results = await Promise.all(
    turns.map((n) => agent.invoke(ask(String(n)), { configurable: { thread_id: `t-${n}` } })),
  )
  expect(results.map((result) => lastText(result))).toEqual(turns.map((n) => `done ${n}`))
  await recorder.ended(200)
  const sessions = new Map(
    recorder.events.flatMap((event) =>
      event.type === 'run.end' ? [[event.run.id, event.run.sessionId]] : [],
    ),
  )
  const misplaced = recorder
    .steps('toolCall')
    .filter(({ runId, content }) => `"n":${sessions.get(runId)?.slice(2)}}` !== content.input?.slice(1))
  expect(misplaced).toEqual([])
  expect(recorder.steps('modelCall')).toHaveLength(400)
})

test('a graph that is resumed has its trigger judged, and what it resumes with can be changed', async () => {
  const waiting = new StateGraph(MessagesAnnotation)
    .addNode('wait', () => ({ messages: [new AIMessage(String(interrupt('what?')))] }))
    .addEdge(START, 'wait')
    .addEdge('wait', END)
    .compile({ checkpointer: new MemorySaver() })
  const agent = new AOSInstrument(waiting)
  const seen: unknown[] = []
  agent.registerHook('agentTrigger', ({ trigger }) => {
    seen.push(trigger?.content)
    return trigger?.content === 'secret' ? modify('clean') : undefined
  })
  const config = { configurable: { thread_id: 't' } }
  await agent.invoke(ask() as never, config)
  expect(lastText(await agent.invoke(new Command({ resume: 'secret' }), config))).toBe('clean')
  expect(seen).toEqual(['go', 'secret'])
})

test('a workflow of the functional API is gated', async () => {
  const { search, done } = searchTool()
  const workflow = entrypoint('workflow', async (query: string) => String(await search.invoke({ query })))
  const agent = new AOSInstrument(workflow)
  agent.registerHook('toolCallRequest', () => deny('no'))
  expect(await agent.invoke('x')).toBe('Denied: no')
  expect(done).toEqual([])
})

test.each(['v2', 'v3'] as const)(
  'the error of a handler leaves streamEvents %s as the same object, and rejects nothing that nobody hears',
  async (version) => {
    const unheard: unknown[] = []
    const hear = (error: unknown): void => {
      unheard.push(error)
    }
    process.on('unhandledRejection', hear)
    const error = new Error('Denied: too expensive')
    const { search } = searchTool()
    const model = new ScriptedModel(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [search] }))
    agent.registerHook('toolCallRequest', () => {
      throw error
    })
    const read = async (): Promise<void> => {
      const events: unknown = agent.streamEvents(ask(), { version: version as 'v2' })
      for await (const event of (await events) as AsyncIterable<unknown>) expect(event).toBeDefined()
    }
    await expect(read()).rejects.toBe(error)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  },
)
