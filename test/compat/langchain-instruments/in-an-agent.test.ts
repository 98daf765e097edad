import { AsyncLocalStorage } from 'node:async_hooks'
import { allow, AOSInstrument, deny, type AOSHandle, type Sink } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { createRetrieverTool } from '@langchain/classic/tools/retriever'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import type { RunnableConfig } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { FakeEmbeddings } from '@langchain/core/utils/testing'
import { getStore } from '@langchain/langgraph'
import { InMemoryStore } from '@langchain/langgraph-checkpoint'
import { createAgent } from 'langchain'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { instrumentRetriever, instrumentStore, instrumentVectorStore } from '@aos/sdk/langchain'
import { agentOf, withoutUnhandled } from './agent-of.ts'

/** Searches and remembers in parallel, then answers. */
class ScriptedModel extends BaseChatModel {
  readonly prompts: BaseMessage[][] = []

  constructor() {
    super({})
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    this.prompts.push(messages)
    const call = (id: string, name: string, args: object): NonNullable<AIMessage['tool_calls']>[number] => ({
      id,
      name,
      args,
      type: 'tool_call',
    })
    const message =
      this.prompts.length > 1
        ? new AIMessage('done')
        : new AIMessage({
            content: '',
            tool_calls: [
              call('c1', 'library', { query: 'bees' }),
              call('c2', 'remember', { text: 'secret' }),
              call('c3', 'remember', { text: 'honey' }),
            ],
          })
    return { generations: [{ text: message.text, message }] }
  }
}

async function agentWith(
  model: ScriptedModel,
  memory: InMemoryStore,
): Promise<ReturnType<typeof createAgent>> {
  const library = new MemoryVectorStore(new FakeEmbeddings())
  await library.addDocuments([new Document({ pageContent: 'Salaries of 2026' })])
  const search = createRetrieverTool(instrumentVectorStore(library).asRetriever(1), {
    name: 'library',
    description: 'finds books',
  })
  const remember = tool(
    async ({ text }: { text: string }) => {
      const store = getStore()
      void store?.put(['notes'], text, { text })
      await store?.get(['notes'], text)
      return 'noted'
    },
    { name: 'remember', description: 'remembers', schema: z.object({ text: z.string() }) },
  )
  const tools = [search as unknown as typeof remember, remember]
  return createAgent({ model, tools, store: instrumentStore(memory) }) as unknown as ReturnType<
    typeof createAgent
  >
}

interface Judged {
  invoke(input: object): Promise<{ readonly messages: readonly BaseMessage[] }>
  registerHook: AOSHandle<object>['registerHook']
}

async function instrumented(inner: object, sink: Sink): Promise<Judged> {
  return new AOSInstrument(inner, { sinks: [sink] }) as unknown as Judged
}

async function inside(inner: object, sink: Sink): Promise<Judged> {
  const agent = agentOf(() => (inner as Judged).invoke({ messages: [{ role: 'user', content: 'go' }] }), {
    sinks: [sink],
  })
  return { invoke: () => agent.run('go'), registerHook: agent.registerHook }
}

for (const [way, wrap] of Object.entries({ instrumented, 'inside of another agent': inside })) {
  test(`an agent of LangChain, ${way}, goes on without what was denied`, async () => {
    const memory = new InMemoryStore()
    const recorder = stepRecorder()
    const agent = await wrap(await agentWith(new ScriptedModel(), memory), recorder)
    agent.registerHook('knowledgeRetrieval', async () => deny('not these'))
    agent.registerHook('memoryStore', async (context) =>
      String(context.memory).includes('secret') ? deny('secret') : allow(),
    )
    const { messages } = await withoutUnhandled(() =>
      agent.invoke({ messages: [{ role: 'user', content: 'go' }] }),
    )
    expect(messages.map((message) => message.text)).toEqual(['go', '', '', 'noted', 'noted', 'done'])
    expect(await memory.get(['notes'], 'secret')).toBeNull()
    expect((await memory.get(['notes'], 'honey'))?.value).toEqual({ text: 'honey' })
    expect(recorder.steps('knowledgeRetrieval').map(({ status }) => status)).toEqual(['withheld'])
    expect(new Set(recorder.steps('memoryStore').map(({ status }) => status))).toEqual(
      new Set(['denied', 'ok']),
    )
    expect(recorder.runs()).toMatchObject([{ status: 'completed', outcome: 'partial' }])
  })

  test(`an agent of LangChain, ${way}, rejects with the very error a handler threw`, async () => {
    for (const hook of ['knowledgeRetrieval', 'memoryStore', 'memoryContextRetrieval'] as const) {
      const model = new ScriptedModel()
      const agent = await wrap(await agentWith(model, new InMemoryStore()), stepRecorder())
      const error = new Error('stop')
      agent.registerHook(hook, async () => {
        throw error
      })
      const thrown = await withoutUnhandled(() =>
        agent.invoke({ messages: [{ role: 'user', content: 'go' }] }).catch((reason: unknown) => reason),
      )
      expect(thrown).toBe(error)
    }
  })
}

test('a retriever finds its run in the configuration where the async context was lost', async () => {
  const outside = AsyncLocalStorage.snapshot()
  const library = new MemoryVectorStore(new FakeEmbeddings())
  await library.addDocuments([new Document({ pageContent: 'Salaries of 2026' })])
  const retriever = instrumentRetriever(library.asRetriever(1))
  const search = tool(
    async ({ query }: { query: string }, config: RunnableConfig) =>
      outside(async () =>
        (await retriever.invoke(query, config)).map(({ pageContent }) => pageContent).join(),
      ),
    { name: 'library', description: 'finds books', schema: z.object({ query: z.string() }) },
  )
  const remember = tool(async () => 'noted', {
    name: 'remember',
    description: 'remembers',
    schema: z.object({}),
  })
  const agent = await instrumented(
    createAgent({ model: new ScriptedModel(), tools: [search, remember] }),
    stepRecorder(),
  )
  agent.registerHook('knowledgeRetrieval', () => deny('not these'))
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'go' }] })
  expect(JSON.stringify(messages)).not.toContain('Salaries')
})
