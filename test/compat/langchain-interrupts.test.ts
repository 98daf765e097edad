import { AOSInstrument, ask as askPerson, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import { ask, calls, lastText } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { Command, interrupt, isInterrupted, MemorySaver } = version.langgraph
  const {
    createAgent,
    humanInTheLoopMiddleware,
    modelFallbackMiddleware,
    modelRetryMiddleware,
    summarizationMiddleware,
    toolRetryMiddleware,
  } = version.langchain
  const { scripted, searchTool } = kitOf(version)

  const config = { configurable: { thread_id: 't-1' } }

  verifies(
    'aos-sdk.langchain.interrupt',
    'an interrupt is no error; the resumed call is judged again before its effect and counted once',
    async () => {
      const { search, done } = searchTool('search', (query) => `${query} ${String(interrupt('sure?'))}`)
      const { search: other, done: otherDone } = searchTool('other')
      const recorder = stepRecorder()
      const model = scripted(
        {
          calls: [
            { tool: 'search', args: { query: 'x' } },
            { tool: 'other', args: { query: 'y' } },
          ],
        },
        { text: 'done' },
      )
      const checkpointer = new MemorySaver()
      const agent = new AOSInstrument(createAgent({ model, tools: [search, other], checkpointer }), {
        sinks: [recorder],
      })
      const seen: unknown[] = []
      agent.registerHook('toolCallRequest', ({ parameters }) => {
        seen.push(parameters['query'])
      })
      const paused = await agent.invoke(ask(), config)
      expect(isInterrupted(paused)).toBe(true)
      expect(lastText(await agent.invoke(new Command({ resume: 'yes' }) as never, config))).toBe('done')
      expect([done, otherDone, seen]).toEqual([['x', 'x'], ['y'], ['x', 'y', 'x']])
      await recorder.ended(2)
      expect(recorder.runs().map(({ status, toolCalls }) => [status, toolCalls])).toEqual([
        ['completed', 1],
        ['completed', 1],
      ])
      expect(recorder.steps('toolCall').map(({ name, status }) => [name, status])).toEqual([
        ['search', 'not_executed'],
        ['other', 'ok'],
        ['search', 'ok'],
      ])
    },
  )

  verifies('aos-sdk.langchain.interrupt', 'a resumed call can be denied', async () => {
    const { search } = searchTool('search', () => interrupt('sure?'))
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [search], checkpointer: new MemorySaver() }))
    await agent.invoke(ask(), config)
    agent.registerHook('toolCallRequest', () => deny('too late'))
    const result = await agent.invoke(new Command({ resume: 'yes' }) as never, config)
    expect(lastText(result)).toBe('done')
    expect(model.lastPrompt()).toContain('too late')
  })

  test('what a person edited is judged as it is executed', async () => {
    const { search, done } = searchTool()
    const model = scripted(calls('x'), { text: 'done' })
    const middleware = [humanInTheLoopMiddleware({ interruptOn: { search: true } } as never)] as never[]
    const agent = new AOSInstrument(
      createAgent({ model, tools: [search], middleware, checkpointer: new MemorySaver() }),
    )
    const seen: unknown[] = []
    agent.registerHook('toolCallRequest', ({ parameters }) => {
      seen.push(parameters['query'])
      return parameters['query'] === 'evil' ? deny('not even by hand') : undefined
    })
    const paused = await agent.invoke(ask(), config)
    expect(isInterrupted(paused)).toBe(true)
    const edited = { type: 'edit', editedAction: { name: 'search', args: { query: 'evil' } } }
    const result = await agent.invoke(new Command({ resume: { decisions: [edited] } }) as never, config)
    expect(lastText(result)).toBe('done')
    expect([done, seen]).toEqual([[], ['x', 'evil']])
  })

  test('what a person approved is executed, and what they rejected is not', async () => {
    const { search, done } = searchTool()
    const model = scripted(calls('a'), { text: 'one' }, calls('b'), { text: 'two' })
    const middleware = [humanInTheLoopMiddleware({ interruptOn: { search: true } } as never)] as never[]
    const agent = new AOSInstrument(
      createAgent({ model, tools: [search], middleware, checkpointer: new MemorySaver() }),
    )
    agent.registerHook('toolCallRequest', () => undefined)
    await agent.invoke(ask(), config)
    const approve = new Command({ resume: { decisions: [{ type: 'approve' }] } }) as never
    expect(lastText(await agent.invoke(approve, config))).toBe('one')
    await agent.invoke(ask(), config)
    const reject = new Command({ resume: { decisions: [{ type: 'reject', message: 'no' }] } }) as never
    expect(lastText(await agent.invoke(reject, config))).toBe('two')
    expect(done).toEqual(['a'])
  })

  verifies(
    'aos-sdk.langchain.approval',
    'an ask becomes an interrupt of the graph; an approval of the same arguments is not asked for again',
    async () => {
      const { search, done } = searchTool()
      const model = scripted(calls('x'), { text: 'done' })
      const agent = new AOSInstrument(
        createAgent({ model, tools: [search], checkpointer: new MemorySaver() }),
      )
      let asked = 0
      agent.registerHook('toolCallRequest', () => {
        asked++
        return askPerson('money leaves')
      })
      const paused = (await agent.invoke(ask(), config)) as unknown as {
        __interrupt__: readonly { value: unknown }[]
      }
      expect(paused.__interrupt__.map(({ value }) => value)).toMatchObject([
        { aos: 'approval', toolName: 'search', parameters: { query: 'x' }, reason: 'money leaves' },
      ])
      expect(done).toEqual([])
      const result = await agent.invoke(new Command({ resume: { approved: true } }) as never, config)
      expect([lastText(result), done, asked]).toEqual(['done', ['x'], 3])
    },
  )

  verifies('aos-sdk.langchain.approval', 'an ask that a person refuses is a denial', async () => {
    const { search, done } = searchTool()
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [search], checkpointer: new MemorySaver() }))
    agent.registerHook('toolCallRequest', () => askPerson('money leaves'))
    await agent.invoke(ask(), config)
    const result = await agent.invoke(new Command({ resume: { approved: false } }) as never, config)
    expect([lastText(result), done]).toEqual(['done', []])
  })

  test('an ask with an approver asks the approver, and without a checkpointer it is a denial', async () => {
    for (const approved of [true, undefined]) {
      const { search, done } = searchTool()
      const model = scripted(calls('x'), { text: 'done' })
      const agent = new AOSInstrument(
        createAgent({ model, tools: [search] }),
        approved === undefined ? {} : { onApproval: () => approved },
      )
      agent.registerHook('toolCallRequest', () => askPerson('money leaves'))
      expect(lastText(await agent.invoke(ask()))).toBe('done')
      expect(done).toEqual(approved === undefined ? [] : ['x'])
    }
  })

  verifies(
    'aos-sdk.langchain.retry',
    'a tool that is tried again is judged each time, and a denial is not tried again',
    async () => {
      let tried = 0
      const { search } = searchTool('search', (query) => {
        tried++
        if (tried < 3) throw new Error('flaky')
        return query
      })
      const retry = toolRetryMiddleware({ maxRetries: 3, initialDelayMs: 1, jitter: false })
      const model = scripted(calls('x'), calls('evil'), { text: 'done' })
      const agent = new AOSInstrument(createAgent({ model, tools: [search], middleware: [retry] as never[] }))
      const judged: unknown[] = []
      agent.registerHook('toolCallRequest', ({ parameters }) => {
        judged.push(parameters['query'])
        return parameters['query'] === 'evil' ? deny('no') : undefined
      })
      expect(lastText(await agent.invoke(ask()))).toBe('done')
      expect([tried, judged]).toEqual([3, ['x', 'x', 'x', 'evil']])
    },
  )

  test('the error of a handler leaves at once, whatever would try again', async () => {
    const error = new Error('Denied: too expensive')
    const retries = [
      toolRetryMiddleware({ maxRetries: 3, initialDelayMs: 1, jitter: false }),
      modelRetryMiddleware({ maxRetries: 3, initialDelayMs: 1, jitter: false }),
    ]
    const { search, done } = searchTool()
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [search], middleware: retries as never[] }))
    let judged = 0
    agent.registerHook('toolCallRequest', () => {
      judged++
      throw error
    })
    await expect(agent.invoke(ask())).rejects.toBe(error)
    expect([judged, done, model.calls.length]).toEqual([1, [], 1])
  })

  test('a model that is tried again, and the one that takes its place, are recorded and guarded', async () => {
    const down = scripted({ error: new Error('503') }, { error: new Error('503') })
    const spare = scripted({ text: 'secret' })
    const recorder = stepRecorder()
    const middleware = [
      modelFallbackMiddleware(spare),
      modelRetryMiddleware({ maxRetries: 1, initialDelayMs: 1, jitter: false, onFailure: 'error' }),
    ] as never[]
    const agent = new AOSInstrument(createAgent({ model: down, tools: [], middleware }), {
      sinks: [recorder],
    })
    agent.registerHook('message', ({ message }) => (message?.role === 'agent' ? modify('clean') : undefined))
    expect(lastText(await agent.invoke(ask()))).toBe('clean')
    await recorder.ended(1)
    expect(recorder.steps('modelCall').map(({ status }) => status)).toEqual(['error', 'error', 'ok'])
  })

  test('the model that summarises is seen, and its summary is no answer of the agent', async () => {
    const summarizer = scripted({ text: 'a summary' })
    const recorder = stepRecorder()
    const middleware = [
      summarizationMiddleware({
        model: summarizer,
        trigger: { messages: 3 },
        keep: { messages: 1 },
      } as never),
    ] as never[]
    const model = scripted({ text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [], middleware }), { sinks: [recorder] })
    const history = ['a', 'b', 'c', 'd'].map((content) => ({ role: 'user' as const, content }))
    expect(lastText(await agent.invoke({ messages: history }))).toBe('done')
    await recorder.ended(1)
    expect(recorder.steps('modelCall').map(({ status }) => status)).toEqual(['ok', 'ok'])
  })
})
