import { AOSInstrument, deny } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScriptedChatModel } from '../support/langchain/scripted-model.ts'
import { ask, calls, lastText, readAll } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { tool } = version.tools
  const { Command, interrupt, MemorySaver } = version.langgraph
  const { createReactAgent } = version.prebuilt
  const { createAgent, toolRetryMiddleware } = version.langchain
  const { scripted } = kitOf(version)
  // tools that report progress, and version 3 of the event stream, came later
  const isFirst = version.version === '1.2.25'

  const search = { name: 'search', description: 'search', schema: z.object({ query: z.string() }) }
  const retry = toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 1 })
  let tries = 0

  const FAILING: Readonly<Record<string, object>> = {
    'a tool that throws': tool(async () => {
      tries++
      throw new Error('SECRET')
    }, search),
    ...(isFirst
      ? {}
      : {
          'a tool that throws on the way': tool(
            async function* () {
              tries++
              yield 'SECRET'
              throw new Error('SECRET')
            } as never,
            search,
          ),
        }),
  }

  test.for(Object.keys(FAILING))(
    'the failure of %s is withheld as an answer, and not tried again',
    async (kind) => {
      const tools = [FAILING[kind]] as never[]
      for (const make of [
        (model: ScriptedChatModel) =>
          createAgent({
            model,
            tools,
            middleware: [retry] as never[],
          }),
        (model: ScriptedChatModel) => createReactAgent({ llm: model, tools }) as never,
      ]) {
        tries = 0
        const model = scripted(calls('x', 'c1'), { text: 'done' })
        const agent = new AOSInstrument(make(model))
        agent.registerHook('toolCallResult', () => deny('not for you'))
        const { messages } = await agent.invoke(ask())
        const { content, status, tool_call_id } = messages.at(-2) as InstanceType<
          typeof version.messages.ToolMessage
        >
        expect([content, status, tool_call_id]).toEqual(['Denied: not for you', 'error', 'c1'])
        expect([tries, model.calls.length]).toEqual([1, 2])
      }
    },
  )

  test.skipIf(isFirst)('a withheld failure leaves the process alone, also in streamEvents v3', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    try {
      const tools = [FAILING['a tool that throws']] as never[]
      const model = scripted(calls('x', 'c1'), { text: 'done' })
      const agent = new AOSInstrument(createAgent({ model, tools }))
      agent.registerHook('toolCallResult', () => deny('not for you'))
      const all = await readAll(await agent.streamEvents(ask(), { version: 'v3' }))
      expect(all).toContain('not for you')
      expect(all).not.toContain('SECRET')
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', listen)
    }
  })

  test('what LangChain has against arguments can be withheld too', async () => {
    const model = scripted({ calls: [{ tool: 'search', args: { query: 4711 } }] }, { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [FAILING['a tool that throws']] as never[] }))
    agent.registerHook('toolCallResult', () => deny('not for you'))
    const { messages } = await agent.invoke(ask())
    expect([messages.at(-2)?.content, lastText({ messages })]).toEqual(['Denied: not for you', 'done'])
  })

  test('the error of a handler about a failure leaves as it is', async () => {
    const mine = new Error('mine')
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [FAILING['a tool that throws']] as never[] }))
    agent.registerHook('toolCallResult', () => {
      throw mine
    })
    await expect(agent.invoke(ask())).rejects.toBe(mine)
    expect(model.calls).toHaveLength(1)
  })

  test.skipIf(isFirst)('an interrupt of a tool that reports progress is no error', async () => {
    const asking = tool(
      async function* () {
        yield 'begun'
        return String(interrupt('sure?'))
      } as never,
      search,
    )
    const recorder = stepRecorder()
    const config = { configurable: { thread_id: 't-1' } }
    const model = scripted(calls('x', 'c1'), { text: 'done' })
    const agent = new AOSInstrument(
      createAgent({ model, tools: [asking], checkpointer: new MemorySaver() }),
      {
        sinks: [recorder],
      },
    )
    const heard: unknown[] = []
    agent.registerHook('toolCallResult', ({ result }) => {
      heard.push(result)
    })
    await agent.invoke(ask(), config)
    expect(lastText(await agent.invoke(new Command({ resume: 'yes' }) as never, config))).toBe('done')
    expect(heard).toEqual(['yes'])
    await recorder.ended(2)
    expect(recorder.steps('toolCall').map(({ status }) => status)).toEqual(['not_executed', 'ok'])
  })
})
