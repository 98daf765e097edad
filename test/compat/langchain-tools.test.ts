import { AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask, calls, lastText, readAll, type Turn } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { ToolMessage } = version.messages
  const { RunnableLambda } = version.runnables
  const { DynamicTool, StructuredTool, tool } = version.tools
  const { Command } = version.langgraph
  const { createAgent, createMiddleware, providerStrategy, toolStrategy } = version.langchain
  const { scripted, searchTool } = kitOf(version)
  // tools that report progress, and tools of a middleware, came later
  const isFirst = version.version === '1.2.25'

  const QUERY = z.object({ query: z.string() })

  function agentOf(one: unknown, ...turns: readonly Turn[]) {
    const model = scripted(...(turns.length === 0 ? [calls('x'), { text: 'done' }] : turns))
    const recorder = stepRecorder()
    const agent = new AOSInstrument(createAgent({ model, tools: [one as never] }), { sinks: [recorder] })
    return { agent, model, recorder }
  }

  const toolMessages = (result: {
    readonly messages: readonly unknown[]
  }): readonly InstanceType<typeof ToolMessage>[] =>
    result.messages.filter((message) => ToolMessage.isInstance(message))

  test('an artifact stays beside a modified content, and goes with a withheld one', async () => {
    const both = tool(async () => ['secret content', { raw: 'secret artifact' }], {
      name: 'search',
      description: 'searches',
      schema: QUERY,
      responseFormat: 'content_and_artifact',
    })
    const modified = agentOf(both)
    modified.agent.registerHook('toolCallResult', ({ result }) =>
      modify(String(result).replace('secret', 'clean')),
    )
    const [kept] = toolMessages(await modified.agent.invoke(ask()))
    expect([kept?.content, kept?.artifact, kept?.status]).toEqual([
      'clean content',
      { raw: 'secret artifact' },
      'success',
    ])
    const denied = agentOf(both)
    denied.agent.registerHook('toolCallResult', () => deny('secret'))
    const [withheld] = toolMessages(await denied.agent.invoke(ask()))
    expect([withheld?.content, withheld?.artifact, withheld?.status]).toEqual([
      'Denied: secret',
      undefined,
      'error',
    ])
  })

  test('a command of a tool is applied with its message as decided, and not at all when it is withheld', async () => {
    const handoff = tool(
      async (_input, config) =>
        new Command({
          update: {
            messages: [
              new ToolMessage({
                content: 'secret handoff',
                tool_call_id: (config as unknown as { toolCall: { id: string } }).toolCall.id,
                name: 'search',
              }),
            ],
          },
        }),
      { name: 'search', description: 'hands off', schema: QUERY },
    )
    const modified = agentOf(handoff)
    modified.agent.registerHook('toolCallResult', ({ result }) =>
      modify(String(result).replace('secret', 'clean')),
    )
    expect(toolMessages(await modified.agent.invoke(ask())).map(({ text }) => text)).toEqual([
      'clean handoff',
    ])
    const denied = agentOf(handoff)
    denied.agent.registerHook('toolCallResult', () => deny('secret'))
    const [message] = toolMessages(await denied.agent.invoke(ask()))
    expect([message?.text, message?.status]).toEqual(['Denied: secret', 'error'])
  })

  test('a tool that returns directly ends the agent when it is allowed, and goes back to the model when it is denied', async () => {
    const direct = tool(async () => 'straight out', {
      name: 'search',
      description: 'returns directly',
      schema: QUERY,
      returnDirect: true,
    })
    const allowed = agentOf(direct)
    allowed.agent.registerHook('toolCallRequest', () => undefined)
    expect(lastText(await allowed.agent.invoke(ask()))).toBe('straight out')
    expect(allowed.model.calls).toHaveLength(1)
    const denied = agentOf(direct)
    denied.agent.registerHook('toolCallRequest', () => deny('no'))
    // before, such a tool ended the agent whatever came of it
    const isOld = version.version !== '1.5.14'
    expect(lastText(await denied.agent.invoke(ask()))).toBe(isOld ? 'Denied: no' : 'done')
  })

  test.skipIf(isFirst)(
    'progress of a tool is shown, and held back where a handler guards results',
    async () => {
      const slow = tool(
        async function* () {
          yield 'step secret'
          return 'result secret'
        },
        { name: 'search', description: 'reports progress', schema: QUERY },
      )
      const open = agentOf(slow)
      const shown = await readAll(
        await open.agent.stream(ask(), { streamMode: ['tools', 'values'] as never }),
      )
      expect(shown).toContain('step secret')
      expect(shown).toContain('result secret')
      const guarded = agentOf(slow)
      guarded.agent.registerHook('toolCallResult', ({ result }) =>
        modify(String(result).replace('secret', 'clean')),
      )
      const held = await readAll(
        await guarded.agent.stream(ask(), { streamMode: ['tools', 'values'] as never }),
      )
      expect(held).toContain('result clean')
      expect(held).not.toContain('secret')
    },
  )

  test('a runnable made into a tool is gated', async () => {
    const done: unknown[] = []
    const runnable = RunnableLambda.from(async (input: { query: string }) => {
      done.push(input.query)
      return `found ${input.query}`
    }).asTool({ name: 'search', schema: QUERY })
    const allowed = agentOf(runnable)
    allowed.agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
    allowed.agent.registerHook('toolCallResult', ({ result }) => modify(`${String(result)}!`))
    expect(toolMessages(await allowed.agent.invoke(ask())).map(({ text }) => text)).toEqual(['found safe!'])
    const denied = agentOf(runnable)
    denied.agent.registerHook('toolCallRequest', () => deny('no'))
    expect(toolMessages(await denied.agent.invoke(ask())).map(({ text }) => text)).toEqual(['Denied: no'])
    expect(done).toEqual(['safe'])
  })

  test('a tool without a schema takes one text', async () => {
    const done: string[] = []
    const plain = new DynamicTool({
      name: 'search',
      description: 'takes a text',
      func: async (input) => {
        done.push(input)
        return input
      },
    })
    const { agent } = agentOf(plain, { calls: [{ tool: 'search', args: { input: 'x' } }] }, { text: 'done' })
    agent.registerHook('toolCallRequest', ({ parameters }) => {
      parameters['input'] = `${String(parameters['input'])}!`
    })
    await agent.invoke(ask())
    expect(done).toEqual(['x!'])
  })

  test('a tool of a class with private members works', async () => {
    class Private extends StructuredTool<typeof QUERY> {
      name = 'search'
      description = 'private'
      schema = QUERY
      #count = 0
      override async _call({ query }: { query: string }): Promise<string> {
        this.#count++
        return `${query} ${this.#count}`
      }
    }
    const { agent } = agentOf(new Private())
    agent.registerHook('toolCallRequest', () => undefined)
    expect(toolMessages(await agent.invoke(ask())).map(({ text }) => text)).toEqual(['x 1'])
  })

  test('arguments that do not fit are an error of the tool that the model is told, and so is a tool that is not there', async () => {
    const { search, done } = searchTool()
    const { agent, model, recorder } = agentOf(
      search,
      {
        calls: [
          { tool: 'search', args: { query: 7 } },
          { tool: 'nope', args: {} },
        ],
      },
      { text: 'done' },
    )
    agent.registerHook('toolCallRequest', () => undefined)
    expect(lastText(await agent.invoke(ask()))).toBe('done')
    expect(done).toEqual([])
    expect(model.lastPrompt()).toContain('did not match expected schema')
    expect(model.lastPrompt()).toContain('nope is not a valid tool')
    await recorder.ended(1)
    expect(recorder.steps('toolCall').map(({ name, status }) => [name, status])).toEqual([
      ['search', 'error'],
      ['nope', 'not_executed'],
    ])
  })

  test('the same tool called twice in parallel is judged twice', async () => {
    const { search, done } = searchTool()
    const two = { calls: ['a', 'b'].map((query) => ({ tool: 'search', args: { query } })) }
    const { agent, recorder } = agentOf(search, two, { text: 'done' })
    agent.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['query'] === 'a' ? deny('no') : undefined,
    )
    await agent.invoke(ask())
    expect(done).toEqual(['b'])
    await recorder.ended(1)
    expect(
      recorder
        .steps('toolCall')
        .map(({ status }) => status)
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual(['denied', 'ok'])
  })

  test.skipIf(isFirst)('a tool that a middleware brings at run time is gated', async () => {
    const { search, done } = searchTool()
    const dynamic = createMiddleware({
      name: 'dynamic',
      wrapModelCall: (request, handler) => handler({ ...request, tools: [...request.tools, search] }),
      wrapToolCall: (request, handler) => handler({ ...request, tool: search }),
    })
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [], middleware: [dynamic] }))
    agent.registerHook('toolCallRequest', () => deny('no'))
    expect(lastText(await agent.invoke(ask()))).toBe('done')
    expect(done).toEqual([])
  })

  test('a middleware that chooses among the tools keeps choosing among its own objects', async () => {
    const { search } = searchTool()
    const { search: other } = searchTool('other')
    const choosing = createMiddleware({
      name: 'choosing',
      wrapModelCall: (request, handler) =>
        handler({ ...request, tools: request.tools.filter((one) => one === (search as never)) }),
    })
    const model = scripted(calls('x'), { text: 'done' })
    const bound: unknown[] = []
    model.bindTools = (tools?: unknown) => {
      bound.push(tools)
      return model
    }
    const agent = new AOSInstrument(createAgent({ model, tools: [search, other], middleware: [choosing] }))
    agent.registerHook('toolCallRequest', () => undefined)
    await agent.invoke(ask())
    expect(bound).toEqual([[search], [search]])
  })

  test.each(['tool', 'provider'] as const)(
    'structured output of a %s is judged as a message, changed as one, and never is a call',
    async (strategy) => {
      const schema = z.object({ city: z.string() })
      const model = scripted(
        strategy === 'tool'
          ? { calls: [{ tool: 'extract', args: { city: 'Paris 4711' } }] }
          : { text: '{"city":"Paris 4711"}' },
      )
      const responseFormat = strategy === 'tool' ? toolStrategy(schema) : providerStrategy(schema)
      const agent = new AOSInstrument(
        createAgent({ model, tools: [], responseFormat: responseFormat as never }),
      )
      const asked: unknown[] = []
      agent.registerHook('toolCallRequest', () => deny('no tool is called here'))
      agent.registerHook('message', ({ message, part }) => {
        if (message?.role !== 'agent') return undefined
        asked.push([part, message.content])
        return modify(String(message.content).replace(' 4711', ''))
      })
      const { structuredResponse, messages } = (await agent.invoke(ask())) as Record<string, unknown>
      expect(asked).toEqual([['object', '{"city":"Paris 4711"}']])
      expect(structuredResponse).toEqual({ city: 'Paris' })
      expect(JSON.stringify(messages)).not.toContain('4711')
    },
  )

  test('structured output that is denied rejects the run, since no notice can take its place', async () => {
    const responseFormat = toolStrategy(z.object({ city: z.string() }))
    const model = scripted({ calls: [{ tool: 'extract', args: { city: 'Paris' } }] })
    const agent = new AOSInstrument(createAgent({ model, tools: [], responseFormat }))
    agent.registerHook('message', ({ message }) => (message?.role === 'agent' ? deny('secret') : undefined))
    await expect(agent.invoke(ask())).rejects.toThrow('Denied: secret')
  })

  test('a middleware that wraps calls is shown the tools as they are', async () => {
    const { search, done } = searchTool()
    const seen: unknown[] = []
    const wrapping = createMiddleware({
      name: 'wrapping',
      wrapToolCall: (request, handler) => {
        seen.push(request.tool)
        return handler({ ...request, tool: undefined })
      },
    })
    const model = scripted(calls('x'), { text: 'done' })
    const agent = new AOSInstrument(createAgent({ model, tools: [search], middleware: [wrapping] }))
    agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
    await agent.invoke(ask())
    expect(seen).toEqual([search])
    expect(seen[0]).toBe(search)
    expect(done).toEqual(['safe'])
  })
})
