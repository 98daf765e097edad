import { allow, deny } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { createRetrieverTool } from '@langchain/classic/tools/retriever'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { tool } from '@langchain/core/tools'
import { FakeEmbeddings } from '@langchain/core/utils/testing'
import { getStore } from '@langchain/langgraph'
import { InMemoryStore } from '@langchain/langgraph-checkpoint'
import { createAgent } from 'langchain'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  instrumentStore,
  instrumentVectorStore,
} from '../../../packages/sdk/src/adapters/langchain/instruments/index.ts'
import { agentOf } from './agent-of.ts'

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

test('an agent of LangChain goes on without what was denied', async () => {
  const memory = new InMemoryStore()
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
  const model = new ScriptedModel()
  const inner = createAgent({
    model,
    tools: [search as unknown as typeof remember, remember],
    store: instrumentStore(memory),
  })
  const recorder = stepRecorder()
  const agent = agentOf(() => inner.invoke({ messages: [{ role: 'user', content: 'go' }] }), {
    sinks: [recorder],
  })
  agent.registerHook('knowledgeRetrieval', async () => deny('not these'))
  agent.registerHook('memoryStore', async (context) =>
    String(context.memory).includes('secret') ? deny('secret') : allow(),
  )
  const { messages } = await agent.run('go')
  expect(messages.map((message) => message.text)).toEqual(['go', '', '', 'noted', 'noted', 'done'])
  expect(await memory.get(['notes'], 'secret')).toBeNull()
  expect((await memory.get(['notes'], 'honey'))?.value).toEqual({ text: 'honey' })
  expect(recorder.steps('knowledgeRetrieval').map(({ status }) => status)).toEqual(['withheld'])
  expect(new Set(recorder.steps('memoryStore').map(({ status }) => status))).toEqual(
    new Set(['denied', 'ok']),
  )
  expect(recorder.runs()).toMatchObject([{ status: 'completed', outcome: 'partial' }])
})
