import { AOSInstrument, deny } from '@aos/sdk'
import { AIMessage, AIMessageChunk } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Command,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { createAgent, createMiddleware } from 'langchain'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ask, lastText, readAll, ScriptedModel } from './kit.ts'

interface Agent {
  invoke(input: object | null, config: object): Promise<object>
  stream(input: object, config: object): Promise<AsyncIterable<unknown>>
  streamEvents(input: object, config: object): AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>
  getState(config: object): Promise<{ readonly values: unknown }>
}

const config = { configurable: { thread_id: 't-1' } }
const MODES = ['values', 'updates', 'messages', 'debug', 'tasks', 'checkpoints', 'custom'] as const

/** All that leaves an agent, by the way it leaves. */
const EXITS: Readonly<Record<string, (agent: Agent) => Promise<string>>> = {
  invoke: async (agent) => JSON.stringify(await agent.invoke(ask(), config)),
  ...Object.fromEntries(
    MODES.map((streamMode) => [
      streamMode,
      async (agent: Agent) => readAll(await agent.stream(ask(), { ...config, streamMode })),
    ]),
  ),
  'all modes': async (agent) => readAll(await agent.stream(ask(), { ...config, streamMode: [...MODES] })),
  'all modes, of graphs inside too': async (agent) =>
    readAll(await agent.stream(ask(), { ...config, streamMode: [...MODES], subgraphs: true })),
  'events v2': async (agent) => readAll(await agent.streamEvents(ask(), { ...config, version: 'v2' })),
  'events v3': async (agent) => readAll(await agent.streamEvents(ask(), { ...config, version: 'v3' })),
  callbacks: async (agent) => {
    const told: unknown[] = []
    const handler = { awaitHandlers: true, handleChainEnd: (output: unknown) => void told.push(output) }
    await agent.invoke(ask(), { ...config, callbacks: [handler] })
    expect(told).not.toEqual([])
    return JSON.stringify(told)
  },
  state: async (agent) => {
    await agent.invoke(ask(), config)
    return JSON.stringify((await agent.getState(config)).values)
  },
  'the next turn': async (agent) => {
    await agent.invoke(ask(), config)
    return JSON.stringify(await agent.invoke(ask('again'), config))
  },
}

const FORMS: Readonly<Record<string, () => unknown>> = {
  'a message': () => ({ messages: [new AIMessage('SECRET')] }),
  'a chunk': () => ({ messages: [new AIMessageChunk('SECRET')] }),
  'a plain object': () => ({ messages: [{ role: 'assistant', content: 'SECRET' }] }),
  'a pair': () => ({ messages: [['ai', 'SECRET']] }),
  blocks: () => ({ messages: new AIMessage({ content: [{ type: 'text', text: 'SECRET' }] }) }),
  'a command': () => new Command({ update: { messages: [new AIMessage('SECRET')] } }),
}

const SECRET = { messages: [new AIMessage('SECRET')] }
const CALL = { calls: [{ tool: 'call', args: {} }] }

function withNode(node: () => unknown): object {
  return new StateGraph(MessagesAnnotation)
    .addNode('node', node as never)
    .addEdge(START, 'node')
    .compile({ checkpointer: new MemorySaver() })
}

function secretive(original: object): Agent {
  const agent = new AOSInstrument(original)
  agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('not for you') : undefined))
  return agent as unknown as Agent
}

/** The ways by which a secret left. */
async function leaksOf(make: () => object): Promise<readonly string[]> {
  const leaks: string[] = []
  for (const [exit, leave] of Object.entries(EXITS))
    if ((await leave(secretive(make()))).includes('SECRET')) leaks.push(exit)
  return leaks
}

test.for(Object.keys(FORMS))(
  '%s that a node makes itself leaves no way before it is judged',
  async (form) => {
    expect(await leaksOf(() => withNode(FORMS[form] as () => unknown))).toEqual([])
  },
)

test('an answer that a middleware gives in the place of the model leaves no way before it is judged', async () => {
  const name = 'short'
  const instead = createMiddleware({ name, wrapModelCall: async () => new AIMessage('SECRET') })
  const before = createMiddleware({
    name,
    beforeModel: { canJumpTo: ['end'], hook: () => ({ messages: [new AIMessage('SECRET')], jumpTo: 'end' }) },
  })
  for (const middleware of [instead, before]) {
    const make = (): object =>
      createAgent({ model: new ScriptedModel(), middleware: [middleware], checkpointer: new MemorySaver() })
    expect(await leaksOf(make)).toEqual([])
  }
})

test('an answer that goes to another node with its input is judged before it goes', async () => {
  const make = (): object =>
    new StateGraph(MessagesAnnotation)
      .addNode('first', () => new Command({ goto: new Send('second', SECRET) }), { ends: ['second'] })
      .addNode('second', (state) => state)
      .addEdge(START, 'first')
      .compile({ checkpointer: new MemorySaver() })
  expect(await leaksOf(make)).toEqual([])
})

test('an answer that a bare graph inside makes is judged, whether a node or a tool calls it', async () => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('inner', () => SECRET)
    .addEdge(START, 'inner')
    .compile()
  const inner = new StateGraph(MessagesAnnotation).addNode('inner', graph).addEdge(START, 'inner').compile()
  const make = (): object => withNode(async () => ({ messages: (await inner.invoke(ask())).messages }))
  expect(await leaksOf(make)).toEqual([])
  const calling = tool(
    async (_input: object, given) => lastText(await inner.invoke(ask(), given)) && 'called',
    {
      name: 'call',
      description: 'calls',
      schema: z.object({}),
    },
  )
  const model = (): ScriptedModel =>
    new ScriptedModel(...Array.from({ length: 4 }, (_, index) => (index % 2 === 0 ? CALL : { text: 'ok' })))
  const agent = (): object =>
    createAgent({ model: model(), tools: [calling], checkpointer: new MemorySaver() })
  expect(await leaksOf(agent)).toEqual([])
  // outside of any run it is as it was
  expect(lastText(await inner.invoke(ask()))).toBe('SECRET')
})

test('what a model answers is judged once, though nodes and streams hand it on', async () => {
  const heard: unknown[] = []
  const model = new ScriptedModel({ text: 'one' }, { text: 'two' })
  const agent = new AOSInstrument(createAgent({ model, checkpointer: new MemorySaver() }))
  agent.registerHook('message', ({ role, content }) => {
    heard.push([role, content])
  })
  await agent.invoke(ask('a'), config)
  expect(lastText(await agent.invoke(ask('b'), config))).toBe('two')
  expect(heard).toEqual([
    ['user', 'a'],
    ['agent', 'one'],
    ['user', 'b'],
    ['agent', 'two'],
  ])
})

test('an answer that a resumed node makes is judged', async () => {
  const agent = secretive(
    withNode(() => {
      interrupt('go on?')
      return { messages: [new AIMessage('SECRET')] }
    }),
  )
  await agent.invoke(ask(), config)
  const result = await agent.invoke(new Command({ resume: 'yes' }), config)
  expect(JSON.stringify(result)).toContain('not for you')
  expect(JSON.stringify(result)).not.toContain('SECRET')
})
