import { deny, isDenied, modify } from '@aos/sdk'
import { aosMiddleware } from '@aos/sdk/langchain'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import { ask, calls, lastText, readAll } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { Command, interrupt, MemorySaver } = version.langgraph
  const { createAgent, createMiddleware, toolRetryMiddleware } = version.langchain
  const { scripted, searchTool } = kitOf(version)

  test('a middleware guards the models and tools of an agent that nobody wraps', async () => {
    const { search, done } = searchTool()
    const model = scripted(calls('x'), { text: 'secret' })
    const recorder = stepRecorder()
    const aos = aosMiddleware({ sinks: [recorder] })
    const agent = createAgent({ model, tools: [search], middleware: [aos] })
    aos.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
    aos.registerHook('toolCallResult', ({ result }) => modify(`${String(result)}, checked`))
    aos.registerHook('message', ({ message }) => (message?.role === 'agent' ? modify('withheld') : undefined))
    const result = await agent.invoke(ask(), { configurable: { thread_id: 't-1' } })
    expect(done).toEqual(['safe'])
    expect(lastText(result)).toBe('withheld')
    expect(model.lastPrompt()).toContain('found safe, checked')
    await recorder.ended(1)
    expect(recorder.runs()).toMatchObject([{ status: 'completed', modelCalls: 2, toolCalls: 1 }])
    expect(recorder.steps().map(({ kind }) => kind)).toEqual([
      'agentTrigger',
      'message',
      'modelCall',
      'toolCall',
      'modelCall',
      'message',
    ])
  })

  test('a middleware leaves no token in a stream before it has been judged', async () => {
    const aos = aosMiddleware()
    aos.registerHook('message', ({ message }) => (message?.role === 'agent' ? modify('clean') : undefined))
    const agent = createAgent({
      model: scripted({ text: 'one secret' }),
      tools: [],
      middleware: [aos],
    })
    const all = await readAll(await agent.stream(ask(), { streamMode: ['messages', 'updates'] }))
    expect(all).toContain('clean')
    expect(all).not.toContain('secre')
  })

  test('a denied call of an agent behind a middleware is not executed, and the error of a tool stays a message', async () => {
    const { search, done } = searchTool('search', () => {
      throw new Error('backend down')
    })
    const aos = aosMiddleware()
    const model = scripted(calls('forbidden'), calls('x'), { text: 'done' })
    const agent = createAgent({ model, tools: [search], middleware: [aos] })
    aos.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['query'] === 'forbidden' ? deny('not this') : undefined,
    )
    const { messages } = await agent.invoke(ask())
    expect(done).toEqual(['x'])
    expect(messages.map(({ text }) => text)).toEqual([
      'go',
      '',
      'Denied: not this',
      '',
      'Error: backend down\n Please fix your mistakes.',
      'done',
    ])
    expect(messages.map((message): unknown => Reflect.get(message, 'status'))).toEqual([
      undefined,
      undefined,
      'error',
      undefined,
      'error',
      undefined,
    ])
  })

  test('errors of tools reach the middleware before it where they are left to it', async () => {
    let tried = 0
    const { search } = searchTool('search', () => {
      tried++
      throw new Error('backend down')
    })
    const retry = toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 1, jitter: false })
    const model = scripted(calls('x'), { text: 'done' })
    const middleware = [retry, aosMiddleware({ toolErrors: 'throw' })] as never[]
    const result = await createAgent({ model, tools: [search], middleware }).invoke(ask())
    expect([tried, lastText(result)]).toEqual([3, 'done'])
  })

  test('the error of a handler ends an agent behind a middleware, as the cause of what the framework throws', async () => {
    const error = new Error('Denied: too expensive')
    const aos = aosMiddleware()
    const { search, done } = searchTool()
    const model = scripted(calls('x'), { text: 'done' })
    aos.registerHook('toolCallRequest', () => {
      throw error
    })
    const agent = createAgent({ model, tools: [search], middleware: [aos] })
    await expect(agent.invoke(ask())).rejects.toMatchObject({ cause: error })
    expect([done, model.calls.length]).toEqual([[], 1])
  })

  test('a stopped middleware stops the agent', async () => {
    const aos = aosMiddleware()
    const model = scripted({ text: 'done' })
    const agent = createAgent({ model, tools: [], middleware: [aos] })
    aos.stop('incident')
    const thrown: unknown = await agent.invoke(ask()).catch((error: unknown) => error)
    expect(isDenied(Reflect.get(Object(thrown) as object, 'cause'))).toBe(true)
    expect(model.calls).toEqual([])
  })

  test('a call that is resumed behind a middleware is judged before its effect', async () => {
    const seen: unknown[] = []
    const { search, done } = searchTool('search', (query) => `${query} ${String(interrupt('sure?'))}`)
    const aos = aosMiddleware()
    aos.registerHook('toolCallRequest', ({ parameters }) => {
      seen.push(parameters['query'])
    })
    const model = scripted(calls('x'), { text: 'done' })
    const checkpointer = new MemorySaver()
    const agent = createAgent({ model, tools: [search], checkpointer, middleware: [aos] })
    const config = { configurable: { thread_id: 't-1' } }
    await agent.invoke(ask(), config)
    const result = await agent.invoke(new Command({ resume: 'yes' }), config)
    expect(lastText(result)).toBe('done')
    expect([seen, done]).toEqual([
      ['x', 'x'],
      ['x', 'x'],
    ])
  })

  test('a middleware of ones own beside it keeps its place', async () => {
    const order: string[] = []
    const own = createMiddleware({
      name: 'own',
      wrapToolCall: async (request, handler) => {
        order.push(`before ${request.toolCall.name}`)
        const result = await handler(request)
        order.push('after')
        return result
      },
    })
    const { search } = searchTool('search', (query) => {
      order.push(query)
      return query
    })
    const model = scripted(calls('x'), { text: 'done' })
    await createAgent({ model, tools: [search], middleware: [own, aosMiddleware()] }).invoke(ask())
    expect(order).toEqual(['before search', 'x', 'after'])
  })
})
