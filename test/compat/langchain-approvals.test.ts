import { EventEmitter, once } from 'node:events'
import { AOSInstrument, ask as askPerson } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import type { AiMessage } from '../support/langchain/scripted-message.ts'
import type { ScriptedChatModel } from '../support/langchain/scripted-model.ts'
import { ask, calls, lastText, type Turn } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

type State = Parameters<typeof lastText>[0]

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { AIMessage } = version.messages
  const { Command, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } = version.langgraph
  const { createReactAgent } = version.prebuilt
  const { createAgent } = version.langchain
  const { scripted, searchTool } = kitOf(version)

  interface Agent {
    invoke(input: object, config: object): Promise<State>
  }

  interface Stateful extends Agent {
    getState(config: object): Promise<{ readonly values: State }>
    updateState(config: object, values: object, asNode: string): Promise<unknown>
  }

  const config = { configurable: { thread_id: 't-1' } }
  const yes = new Command({ resume: true })

  type Made = {
    readonly model: ScriptedChatModel
    readonly tools: never[]
    readonly saver: InstanceType<typeof MemorySaver>
  }

  const KINDS: Readonly<Record<string, readonly [node: string, make: (made: Made) => object]>> = {
    createAgent: [
      'model_request',
      ({ model, tools, saver }) => createAgent({ model, tools, checkpointer: saver }),
    ],
    createReactAgent: [
      'agent',
      ({ model, tools, saver }) => createReactAgent({ llm: model, tools, checkpointSaver: saver }),
    ],
  }

  function asking(original: object, when: () => boolean = () => true): Agent {
    const agent = new AOSInstrument(original)
    agent.registerHook('toolCallRequest', () => (when() ? askPerson('money leaves') : undefined))
    return agent as unknown as Agent
  }

  test.for(Object.keys(KINDS))('%s: a bare yes approves what was asked, in any process', async (kind) => {
    const [, make] = KINDS[kind] as (typeof KINDS)[string]
    for (const isSame of [true, false]) {
      const { search, done } = searchTool()
      const model = scripted(calls('x', 'c1'), { text: 'done' })
      const original = make({ model, tools: [search] as never[], saver: new MemorySaver() })
      const agent = asking(original)
      await agent.invoke(ask(), config)
      expect(done).toEqual([])
      const resumed = isSame ? agent : asking(original)
      expect(lastText(await resumed.invoke(yes, config))).toBe('done')
      expect(done).toEqual(['x'])
    }
  })

  test.for(Object.keys(KINDS))(
    '%s: a yes does not approve arguments that were edited since, and does where they were not',
    async (kind) => {
      const [node, make] = KINDS[kind] as (typeof KINDS)[string]
      for (const [edited, resume, executed] of [
        ['evil', true, []],
        ['evil', { approved: true }, []],
        ['x', true, ['x']],
      ] as const) {
        const { search, done } = searchTool()
        const model = scripted(calls('x', 'c1'), { text: 'done' })
        const original = make({ model, tools: [search] as never[], saver: new MemorySaver() })
        const agent = asking(original)
        await agent.invoke(ask(), config)
        const graph = ('graph' in original ? original.graph : original) as Stateful
        const { messages } = (await graph.getState(config)).values
        const { id } = messages.at(-1) as AiMessage
        const call = { id: 'c1', name: 'search', args: { query: edited } }
        const edit = new AIMessage({ content: '', tool_calls: [call], ...(id === undefined ? {} : { id }) })
        await graph.updateState(config, { messages: [edit] }, node)
        const result = await agent.invoke(new Command({ resume }), config)
        expect([lastText(result), done]).toEqual(['done', executed])
      }
    },
  )

  verifies(
    'aos-sdk.langchain.approval',
    'a yes to the question of a tool itself approves nothing that was never asked',
    async () => {
      const { search, done } = searchTool('search', (query) => `${query} ${String(interrupt('go on?'))}`)
      const model = scripted(calls('x', 'c1'), { text: 'done' })
      let isStrict = false
      const agent = asking(
        createAgent({ model, tools: [search], checkpointer: new MemorySaver() }),
        () => isStrict,
      )
      await agent.invoke(ask(), config)
      expect(done).toEqual(['x'])
      isStrict = true
      await agent.invoke(yes, config)
      expect(done).toEqual(['x'])
    },
  )

  const two: Turn = {
    calls: [
      { tool: 'search', args: { query: 'a' }, id: 'c1' },
      { tool: 'search', args: { query: 'b' }, id: 'c2' },
    ],
  }

  test('questions that share one task are answered one after another, each for its own call', async () => {
    const { search, done } = searchTool()
    const model = scripted(two, { text: 'done' })
    const agent = asking(
      createReactAgent({ llm: model, tools: [search], checkpointSaver: new MemorySaver(), version: 'v1' }),
    )
    await agent.invoke(ask(), config)
    await agent.invoke(yes, config)
    expect(done).not.toContain('b')
    expect(lastText(await agent.invoke(new Command({ resume: { approved: false } }), config))).toBe('done')
    expect(done).not.toContain('b')
  })

  verifies(
    'aos-sdk.langchain.approval',
    'the answer to one of two questions never is taken for the other',
    async () => {
      const { search, done } = searchTool()
      const model = scripted(two, { text: 'done' })
      const agent = new AOSInstrument(
        createReactAgent({ llm: model, tools: [search], checkpointSaver: new MemorySaver(), version: 'v1' }),
      )
      let isResumed = false
      const turned = new EventEmitter()
      agent.registerHook('toolCallRequest', async ({ parameters }) => {
        // judged the other way round when it is resumed
        if (isResumed && parameters['query'] === 'a') await once(turned, 'b')
        if (parameters['query'] === 'b') setImmediate(() => turned.emit('b'))
        return askPerson('money leaves')
      })
      const paused = (await agent.invoke(ask(), config)) as object as {
        readonly __interrupt__: readonly { readonly value: { readonly parameters: unknown } }[]
      }
      expect(paused.__interrupt__.map(({ value }) => value.parameters)).toEqual([{ query: 'a' }])
      isResumed = true
      await agent.invoke(yes as never, config)
      expect(done).not.toContain('b')
    },
  )

  test('a question of an agent inside of a graph is answered in another process too', async () => {
    const { search, done } = searchTool()
    const inner = createReactAgent({
      llm: scripted(calls('x', 'c1'), { text: 'done' }),
      tools: [search],
    })
    const outer = new StateGraph(MessagesAnnotation)
      .addNode('inner', inner)
      .addEdge(START, 'inner')
      .compile({ checkpointer: new MemorySaver() })
    await asking(outer).invoke(ask(), config)
    expect(done).toEqual([])
    expect(lastText(await asking(outer).invoke(yes, config))).toBe('done')
    expect(done).toEqual(['x'])
  })
})
