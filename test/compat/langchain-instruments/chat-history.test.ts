import { allow, deny, modify } from '@aos/sdk'
import { BufferMemory, ChatMessageHistory } from '@langchain/classic/memory'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history'
import { RunnableLambda, RunnableWithMessageHistory } from '@langchain/core/runnables'
import { describe, expect, test } from 'vitest'
import { instrumentChatHistory } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf, withoutUnhandled } from './agent-of.ts'

const TALK = [new HumanMessage('hello'), new AIMessage({ id: 'm2', content: 'my pin is 1234' })]

function historyOf(...messages: (HumanMessage | AIMessage)[]): ChatMessageHistory {
  return new ChatMessageHistory(messages)
}

const additions: Readonly<Record<string, (history: ChatMessageHistory) => Promise<void>>> = {
  addMessage: (history) => history.addMessage(new HumanMessage('secret')),
  addMessages: (history) => history.addMessages([new HumanMessage('secret')]),
  addUserMessage: (history) => history.addUserMessage('secret'),
  addAIMessage: (history) => history.addAIMessage('secret'),
}

describe('a chat history', () => {
  test('stays what it is, and does the same without a handler', async () => {
    const history = historyOf(...TALK)
    const gated = instrumentChatHistory(history)
    expect(gated).toBeInstanceOf(ChatMessageHistory)
    expect(instrumentChatHistory(gated)).toBe(gated)
    expect(await agentOf(() => gated.getMessages()).run('go')).toBe(await history.getMessages())
    await agentOf(() => gated.addUserMessage('more')).run('go')
    expect(await history.getMessages()).toHaveLength(3)
    await gated.clear()
    expect(await history.getMessages()).toEqual([])
  })

  for (const [way, add] of Object.entries(additions)) {
    test(`takes up by ${way} only what memoryStore lets through, judged once`, async () => {
      const history = historyOf()
      const gated = instrumentChatHistory(history)
      const agent = agentOf(() => add(gated))
      const seen: unknown[] = []
      const stop = agent.registerHook('memoryStore', ({ memory }) => {
        seen.push(memory)
        return deny('secret')
      })
      await agent.run('go')
      expect(seen).toEqual([['secret']])
      expect(await history.getMessages()).toEqual([])
      stop()
      agent.registerHook('memoryStore', () => modify(['…']))
      await agent.run('go')
      const [message] = await history.getMessages()
      expect(message?.content).toBe('…')
      expect(JSON.stringify(message?.toDict())).not.toContain('secret')
      expect(message).toBeInstanceOf(way === 'addAIMessage' ? AIMessage : HumanMessage)
    })
  }

  test('shows tool calls and blocks as JSON, and makes messages of the modified text', async () => {
    const history = historyOf()
    const gated = instrumentChatHistory(history)
    const call = { id: 'c1', name: 'pay', args: { card: '4111' }, type: 'tool_call' as const }
    const raw = {
      id: 'c1',
      type: 'function' as const,
      function: { name: 'pay', arguments: '{"card":"4111"}' },
    }
    const agent = agentOf(() =>
      gated.addMessages([
        new AIMessage({ content: '', tool_calls: [call], additional_kwargs: { tool_calls: [raw] } }),
        new HumanMessage({ content: [{ type: 'text', text: 'see 4111' }] }),
      ]),
    )
    agent.registerHook('memoryStore', ({ memory }) =>
      modify((memory as string[]).map((text) => text.replaceAll('4111', '…'))),
    )
    await agent.run('go')
    const [first, second] = await history.getMessages()
    expect((first as AIMessage).tool_calls).toEqual([{ ...call, args: { card: '…' } }])
    expect(second?.content).toEqual([{ type: 'text', text: 'see …' }])
    expect(JSON.stringify([first?.toDict(), second?.toDict()])).not.toContain('4111')
  })

  verifies(
    'aos-sdk.langchain.memoryContextRetrieval',
    'attaches nothing that was denied, and only what was left of it',
    async () => {
      const history = historyOf(...TALK)
      const gated = instrumentChatHistory(history)
      const agent = agentOf(() => gated.getMessages())
      const stop = agent.registerHook('memoryContextRetrieval', ({ memory }) => {
        expect(memory).toEqual(['hello', 'my pin is 1234'])
        return deny('private')
      })
      expect(await agent.run('go')).toEqual([])
      stop()
      agent.registerHook('memoryContextRetrieval', ({ memory }) =>
        modify((memory as string[]).map((text) => text.replaceAll(/\d/g, '·'))),
      )
      const [first, second] = await agent.run('go')
      expect(first).toBe(TALK[0])
      expect(second).toBeInstanceOf(AIMessage)
      expect(second).toMatchObject({ id: 'm2', content: 'my pin is ····' })
      expect(TALK[1]?.content).toBe('my pin is 1234')
    },
  )

  test('is judged under a memory that is made of it', async () => {
    const history = historyOf()
    const memory = new BufferMemory({ chatHistory: instrumentChatHistory(history), returnMessages: true })
    const agent = agentOf(async () => {
      await memory.saveContext({ input: 'secret' }, { output: 'fine' })
      return memory.loadMemoryVariables({})
    })
    agent.registerHook('memoryStore', (context) =>
      String(context.memory).includes('secret') ? deny('secret') : allow(),
    )
    expect(await agent.run('go')).toMatchObject({ history: [{ content: 'fine' }] })
    agent.registerHook('memoryContextRetrieval', () => deny('private'))
    expect(await agent.run('go')).toEqual({ history: [] })
  })

  verifies(
    'aos-sdk.langchain.memoryStore',
    'is cleared only when memoryStore, asked with an empty list, allows it',
    async () => {
      const history = historyOf(...TALK)
      const gated = instrumentChatHistory(history)
      const agent = agentOf(() => gated.clear())
      agent.registerHook('memoryStore', ({ memory }) => {
        expect(memory).toEqual([])
        return deny('read only')
      })
      await agent.run('go')
      expect(await history.getMessages()).toHaveLength(2)
    },
  )

  verifies(
    'aos-sdk.langchain.memoryStore.unheard',
    'an addition that nobody waits for ends no process',
    async () => {
      const gated = instrumentChatHistory(historyOf())
      const error = new Error('stop')
      const agent = agentOf(async () => {
        void gated.addUserMessage('secret')
        await gated.getMessages()
      })
      agent.registerHook('memoryStore', async () => {
        throw error
      })
      await withoutUnhandled(async () => {
        expect(await agent.run('go').catch((reason: unknown) => reason)).toBe(error)
      })
    },
  )

  test('of a chain, each turn is judged in its own run', async () => {
    const judgedBy: string[] = []
    const kept = Array.from({ length: 20 }, async (_none, index) => {
      const history = new InMemoryChatMessageHistory()
      const gated = instrumentChatHistory(history)
      const chain = new RunnableWithMessageHistory({
        runnable: RunnableLambda.from(() => new AIMessage(`answer ${index}`)),
        getMessageHistory: () => gated,
      })
      const agent = agentOf(() => chain.invoke('question', { configurable: { sessionId: 's' } }))
      agent.registerHook('memoryStore', async ({ memory }) => {
        judgedBy.push(`${index} ${String(memory)}`)
        return index % 2 === 0 ? deny('even') : allow()
      })
      await agent.run('go')
      return (await history.getMessages()).length
    })
    expect(await Promise.all(kept)).toEqual(kept.map((_none, index) => (index % 2 === 0 ? 0 : 2)))
    expect(new Set(judgedBy)).toEqual(
      new Set(kept.map((_none, index) => `${index} question,answer ${index}`)),
    )
  })
})
