import { AsyncLocalStorage } from 'node:async_hooks'
import { AOSInstrument, deny, isDenied, modify } from '@aos/sdk'
import { aosMiddleware } from '@aos/sdk/langchain'
import { stepRecorder } from '@aos/sdk/testing'
import { HumanMessage, type AIMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { createAgent, createMiddleware } from 'langchain'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ask, calls, lastText, readAll, ScriptedModel, searchTool } from './kit.ts'

const outside = AsyncLocalStorage.snapshot()

test('a wrapped agent is of its class, and the original is as it was', async () => {
  const { search, done } = searchTool()
  const tools = [search]
  const model = new ScriptedModel(calls('x'), { text: 'one' }, calls('y'), { text: 'two' })
  const original = createAgent({ model, tools, name: 'helper', checkpointer: new MemorySaver() })
  const agent = new AOSInstrument(original)
  agent.registerHook('toolCallRequest', () => deny('no'))
  const config = { configurable: { thread_id: 't' } }
  expect(agent).toBeInstanceOf(original.constructor)
  expect(agent.unwrap()).toBe(original)
  expect(agent.options).toBe(original.options)
  expect([agent.options.tools, agent.options.middleware]).toEqual([tools, undefined])
  expect(agent.describe()).toMatchObject({ agent: { name: 'helper' }, runtime: 'langchain@1.5.14' })
  await agent.invoke(ask(), config)
  expect(done).toEqual([])
  const state: unknown = await (agent.getState(config) as unknown as Promise<unknown>)
  expect(Reflect.get(Object(state) as object, 'values')).toMatchObject({ messages: { length: 4 } })
  expect(await agent.drawMermaid()).toContain('model_request')
  await original.invoke(ask(), { configurable: { thread_id: 'u' } })
  expect(done).toEqual(['y'])
})

test('every way to use an agent is gated: its graph, its configured form, pipes, batches, tools and nodes', async () => {
  const { search, done } = searchTool()
  const turns = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? calls('x') : { text: 'done' }))
  const agent = new AOSInstrument(createAgent({ model: new ScriptedModel(...turns), tools: [search] }))
  agent.registerHook('toolCallRequest', () => deny('no'))
  const graph = agent.graph
  const piped = graph.pipe(RunnableLambda.from((state: { messages: AIMessage[] }) => lastText(state)))
  const asTool = graph.asTool({ name: 'helper', schema: z.object({ messages: z.any() }) })
  const outer = new StateGraph(MessagesAnnotation)
    .addNode('inner', graph as never)
    .addEdge(START, 'inner')
    .addEdge('inner', END)
    .compile()
  expect(lastText(await agent.withConfig({ tags: ['a'] }).invoke(ask()))).toBe('done')
  expect(
    lastText(
      await agent
        .withConfig({ tags: ['a'] })
        .withConfig({ tags: ['b'] })
        .invoke(ask()),
    ),
  ).toBe('done')
  expect(lastText(await graph.withConfig({ tags: ['a'] }).invoke(ask()))).toBe('done')
  expect(await piped.invoke(ask())).toBe('done')
  expect((await graph.batch([ask()])).map(lastText)).toEqual(['done'])
  expect(lastText(await asTool.invoke(ask()))).toBe('done')
  expect(lastText(await outer.invoke(ask()))).toBe('done')
  expect(lastText(await agent.withSession('s').invoke(ask()))).toBe('done')
  expect(done).toEqual([])
})

test('a tool that is called where the async context was lost is judged', async () => {
  const { search, done } = searchTool()
  const lost = createMiddleware({
    name: 'lost',
    wrapToolCall: (request, handler) => outside(() => handler(request)),
    wrapModelCall: (request, handler) => outside(() => handler(request)),
  })
  const recorder = stepRecorder()
  const model = new ScriptedModel(calls('x'), { text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [search], middleware: [lost] }), {
    sinks: [recorder],
  })
  agent.registerHook('toolCallRequest', () => deny('no'))
  expect(lastText(await agent.invoke(ask()))).toBe('done')
  expect(done).toEqual([])
  await recorder.ended(1)
  expect(recorder.runs()).toHaveLength(1)
  expect(recorder.steps().map(({ kind, status }) => [kind, status])).toEqual([
    ['agentTrigger', 'ok'],
    ['modelCall', 'ok'],
    ['toolCall', 'denied'],
    ['modelCall', 'ok'],
  ])
})

test('two agents that share a tool keep their own hooks', async () => {
  const { search, done } = searchTool()
  const agentOf = (query: string): AOSInstrument<ReturnType<typeof createAgent>> =>
    new AOSInstrument(
      createAgent({ model: new ScriptedModel(calls(query), { text: 'done' }), tools: [search] }),
    ) as never
  const [strict, lax] = [agentOf('strict'), agentOf('lax')]
  strict.registerHook('toolCallRequest', () => deny('no'))
  await Promise.all([strict.invoke(ask()), lax.invoke(ask())])
  expect(done).toEqual(['lax'])
})

test.each(['wrapped', 'bare', 'bare, without its configuration', 'bare, streamed'])(
  'a subagent obeys the hooks of the agent that calls it (%s)',
  async (how) => {
    const { search, done } = searchTool()
    const inner = createAgent({
      model: new ScriptedModel(calls('inner'), { text: 'inner done' }),
      tools: [search],
      name: 'inner',
    })
    const sub = how === 'wrapped' ? new AOSInstrument(inner) : inner
    const delegate = tool(
      async (_input: { task: string }, config) => {
        if (how === 'bare, streamed') return readAll(await sub.stream(ask(), { streamMode: 'values' }))
        const result = await sub.invoke(
          ask(),
          how.endsWith('configuration') ? { callbacks: [] } : (config as object),
        )
        return lastText(result)
      },
      { name: 'delegate', description: 'delegates', schema: z.object({ task: z.string() }) },
    )
    const recorder = stepRecorder()
    const model = new ScriptedModel({ calls: [{ tool: 'delegate', args: { task: 't' } }] }, { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [delegate] }), { sinks: [recorder] })
    const seen: string[] = []
    agent.registerHook('toolCallRequest', ({ toolName }) => {
      seen.push(String(toolName))
      return toolName === 'search' ? deny('not in here') : undefined
    })
    expect(lastText(await agent.invoke(ask()))).toBe('done')
    expect([done, seen]).toEqual([[], ['delegate', 'search']])
    expect(model.lastPrompt).toContain('inner done')
  },
)

test('the error of a handler in a wrapped subagent is an error of the tool above it', async () => {
  const error = new Error('inner says no')
  const { search, done } = searchTool()
  const inner = new AOSInstrument(
    createAgent({ model: new ScriptedModel(calls('x'), { text: 'inner' }), tools: [search] }),
  )
  inner.registerHook('toolCallRequest', () => {
    throw error
  })
  const delegate = tool(async () => lastText(await inner.invoke(ask())), {
    name: 'delegate',
    description: 'delegates',
    schema: z.object({}),
  })
  const model = new ScriptedModel({ calls: [{ tool: 'delegate', args: {} }] }, { text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [delegate] }))
  expect(lastText(await agent.invoke(ask()))).toBe('done')
  expect(done).toEqual([])
  expect(model.lastPrompt).toContain('inner says no')
})

test('user messages are judged once in a session, changed for all that follows, and denied before the model', async () => {
  const seen: unknown[] = []
  const model = new ScriptedModel({ text: 'a' }, { text: 'b' }, { text: 'c' })
  const agent = new AOSInstrument(createAgent({ model, tools: [], checkpointer: new MemorySaver() }))
  agent.registerHook('message', ({ message }) => {
    if (message?.role !== 'user') return undefined
    seen.push(message.content)
    if (message.content === 'bad') return deny('rude')
    return message.content === 'my card 4711' ? modify('my card [gone]') : undefined
  })
  const config = { configurable: { thread_id: 't-1' } }
  await agent.invoke(ask('hello'), config)
  await agent.invoke({ messages: [new HumanMessage({ content: 'my card 4711', id: 'm-1' })] }, config)
  expect(seen).toEqual(['hello', 'my card 4711'])
  const state: unknown = await (agent.getState(config) as unknown as Promise<unknown>)
  expect(JSON.stringify(state)).not.toContain('4711')
  const thrown: unknown = await agent.invoke(ask('bad'), config).catch((error: unknown) => error)
  expect(isDenied(thrown)).toBe(true)
  expect(model.prompts).toHaveLength(2)
})

test('a message that a middleware puts in is judged before the model sees it', async () => {
  const inject = createMiddleware({
    name: 'inject',
    wrapModelCall: (request, handler) =>
      handler({ ...request, messages: [...request.messages, new HumanMessage('injected 4711')] }),
  })
  const model = new ScriptedModel({ text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [], middleware: [inject] }))
  agent.registerHook('message', ({ message }) =>
    message?.role === 'user' ? modify(String(message.content).replace('4711', '[gone]')) : undefined,
  )
  await agent.invoke(ask())
  expect(model.lastPrompt).toContain('injected [gone]')
  expect(model.lastPrompt).not.toContain('4711')
})

test('usage, model, provider, finish reason and thread are recorded', async () => {
  const recorder = stepRecorder()
  const { search } = searchTool()
  const model = new ScriptedModel({ text: 'looking', ...calls('x') }, { text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [search] }), { sinks: [recorder] })
  agent.registerHook('toolCallRequest', () => undefined)
  await agent.invoke(ask(), { configurable: { thread_id: 'thread-7' } })
  await recorder.ended(1)
  const [first] = recorder.steps('modelCall')
  expect(first).toMatchObject({
    name: 'scripted-1',
    model: { provider: 'script', requested: 'scripted-1', actual: 'scripted-1-0426' },
    usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, reasoningTokens: 2 },
    finishReasons: ['tool_calls'],
  })
  const end = recorder.events.find(({ type }) => type === 'run.end')
  expect(end).toMatchObject({
    run: { sessionId: 'thread-7', sessionGenerated: false },
    end: { usage: { inputTokens: 20, outputTokens: 10 }, modelCalls: 2, toolCalls: 1 },
  })
})

test('allowing changes nothing that a stream shows, and takes no step of the graph', async () => {
  const turns = (): ScriptedModel =>
    new ScriptedModel(...Array.from({ length: 11 }, () => calls('x')), { text: 'done' })
  const shown = async (guarded: boolean): Promise<string> => {
    const { search } = searchTool()
    const original = createAgent({ model: turns(), tools: [search] })
    const agent = guarded ? new AOSInstrument(original) : original
    if (guarded) (agent as AOSInstrument<typeof original>).registerHook('toolCallRequest', () => undefined)
    const chunks = await readAll(
      await agent.stream(ask(), { streamMode: ['updates', 'values', 'messages'], recursionLimit: 25 }),
    )
    return chunks.replaceAll(
      /[0-9a-f]{8}-[0-9a-f-]{27}|"langgraph_[^,]*,?|"checkpoint_ns[^,]*,|"__pregel[^,]*,/g,
      '',
    )
  }
  const [bare, guarded] = [await shown(false), await shown(true)]
  const kinds = (all: string): string[] => all.split('\n').map((line) => line.slice(0, 40))
  expect(kinds(guarded)).toEqual(kinds(bare))
})

test('a stream that its reader leaves ends its run as cancelled', async () => {
  const recorder = stepRecorder()
  const { search } = searchTool()
  const model = new ScriptedModel(calls('x'), { text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [search] }), { sinks: [recorder] })
  for await (const chunk of await agent.stream(ask(), { streamMode: 'updates' })) {
    expect(chunk).toBeDefined()
    break
  }
  await recorder.ended(1)
  expect(recorder.runs()).toMatchObject([{ status: 'cancelled' }])
})

test('the signal of a caller ends a run as cancelled', async () => {
  const recorder = stepRecorder()
  const controller = new AbortController()
  const { search } = searchTool('search', () => {
    controller.abort()
    return new Promise(() => undefined)
  })
  const agent = new AOSInstrument(createAgent({ model: new ScriptedModel(calls('x')), tools: [search] }), {
    sinks: [recorder],
  })
  await expect(agent.run('go', { signal: controller.signal })).rejects.toThrow('aborted')
  await recorder.ended(1)
  expect(recorder.runs()).toMatchObject([{ status: 'cancelled' }])
})

test('a failing model rejects with its own error', async () => {
  const error = new Error('503')
  const recorder = stepRecorder()
  const agent = new AOSInstrument(createAgent({ model: new ScriptedModel({ error }), tools: [] }), {
    sinks: [recorder],
  })
  const thrown: unknown = await agent.invoke(ask()).catch((caught: unknown) => caught)
  expect([thrown, Reflect.get(Object(thrown) as object, 'cause')]).toContain(error)
  await recorder.ended(1)
  expect(recorder.runs()).toMatchObject([{ status: 'failed' }])
  expect(recorder.steps('modelCall')).toMatchObject([{ status: 'error' }])
})

test('the error of a handler does not wait for a tool that never answers', async () => {
  const error = new Error('Denied: too expensive')
  const { search } = searchTool('search', () => new Promise(() => undefined))
  const { search: other } = searchTool('other')
  const both = ['search', 'other'].map((name) => ({ tool: name, args: { query: 'x' } }))
  for (const streamed of [false, true]) {
    const model = new ScriptedModel({ calls: both })
    const agent = new AOSInstrument(createAgent({ model, tools: [search, other] }))
    agent.registerHook('toolCallResult', () => {
      throw error
    })
    const running = streamed
      ? agent.stream(ask(), { streamMode: 'updates' }).then(readAll)
      : agent.invoke(ask())
    await expect(running).rejects.toBe(error)
  }
})

test('an agent with a middleware of ours can be wrapped too', async () => {
  const { search, done } = searchTool()
  const aos = aosMiddleware()
  const model = new ScriptedModel(calls('a'), calls('b'), { text: 'done' })
  const agent = new AOSInstrument(createAgent({ model, tools: [search], middleware: [aos] }))
  aos.registerHook('toolCallRequest', ({ parameters }) =>
    parameters['query'] === 'a' ? deny('a') : undefined,
  )
  agent.registerHook('toolCallRequest', ({ parameters }) =>
    parameters['query'] === 'b' ? deny('b') : undefined,
  )
  expect(lastText(await agent.invoke(ask()))).toBe('done')
  expect(done).toEqual([])
})
