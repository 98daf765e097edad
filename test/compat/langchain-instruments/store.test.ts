import { allow, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { tool } from '@langchain/core/tools'
import { END, START, MessagesAnnotation, StateGraph, getStore } from '@langchain/langgraph'
import { InMemoryStore, type BaseStore, type Operation } from '@langchain/langgraph-checkpoint'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instrumentStore } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf, withoutUnhandled } from './agent-of.ts'

class CountingStore extends InMemoryStore {
  readonly batches: Operation[][] = []
  readonly #secret = 'private'

  label(): string {
    return this.#secret
  }

  override async batch<Op extends readonly Operation[]>(operations: Op): Promise<never> {
    this.batches.push([...operations])
    return (await super.batch(operations as unknown as Operation[])) as never
  }
}

const USER = ['users', 'ann']

async function filled(): Promise<CountingStore> {
  const store = new CountingStore()
  await store.put(USER, 'food', { likes: 'soup' })
  await store.put(USER, 'pin', { code: 1234 })
  store.batches.length = 0
  return store
}

/** A graph of one node. */
function graphOf(
  store: BaseStore,
  work: (store: BaseStore) => Promise<void>,
): { invoke(input: object): Promise<unknown> } {
  return new StateGraph(MessagesAnnotation)
    .addNode('work', async (_state, config) => {
      await work((config as { store?: BaseStore }).store as BaseStore)
      return {}
    })
    .addEdge(START, 'work')
    .addEdge('work', END)
    .compile({ store })
}

describe('a store', () => {
  test('stays what it is, and does the same without a handler', async () => {
    const store = await filled()
    const gated = instrumentStore(store)
    expect(gated).toBeInstanceOf(CountingStore)
    expect(instrumentStore(gated)).toBe(gated)
    expect(gated.label()).toBe('private')
    const value = { likes: 'bread' }
    await agentOf(() => gated.put(USER, 'lunch', value)).run('go')
    expect((await gated.get(USER, 'lunch'))?.value).toBe(value)
    expect(await gated.get(USER, 'none')).toEqual(await store.get(USER, 'none'))
    expect(await gated.search(USER)).toEqual(await store.search(USER))
    expect(await gated.listNamespaces()).toEqual([USER])
    await gated.delete(USER, 'lunch')
    expect(await store.get(USER, 'lunch')).toBeNull()
    expect(await gated.batch([{ namespace: USER, key: 'food' }])).toEqual([await store.get(USER, 'food')])
  })

  verifies(
    'aos-sdk.langchain.memoryStore',
    'does not put what was denied, and puts what was decided',
    async () => {
      const store = await filled()
      const gated = instrumentStore(store)
      const value = { text: 'my pin is 1234' }
      const agent = agentOf(() => gated.put(USER, 'note', value))
      const stop = agent.registerHook('memoryStore', ({ memory }) => {
        expect(memory).toEqual(['{"text":"my pin is 1234"}'])
        return deny('secret')
      })
      expect(await agent.run('go')).toBeUndefined()
      expect(await store.get(USER, 'note')).toBeNull()
      stop()
      const rewrite = agent.registerHook('memoryStore', () => modify(['{"text":"my pin is …"}']))
      await agent.run('go')
      expect((await store.get(USER, 'note'))?.value).toEqual({ text: 'my pin is …' })
      expect(value.text).toBe('my pin is 1234')
      rewrite()
      agent.registerHook('memoryStore', () => modify(['no JSON']))
      await agent.run('go')
      expect((await store.get(USER, 'note'))?.value).toEqual({ text: 'my pin is …' })
    },
  )

  test('puts what was judged, also when the value is changed meanwhile', async () => {
    const store = await filled()
    const gated = instrumentStore(store)
    const value = { text: 'harmless' }
    const agent = agentOf(async () => {
      const writing = gated.put(USER, 'note', value)
      value.text = 'changed'
      await writing
    })
    agent.registerHook('memoryStore', async () => allow())
    await agent.run('go')
    expect((await store.get(USER, 'note'))?.value).toEqual({ text: 'harmless' })
  })

  verifies(
    'aos-sdk.langchain.memoryContextRetrieval',
    'attaches nothing that was denied, and only what was left of it',
    async () => {
      const store = await filled()
      const gated = instrumentStore(store)
      const agent = agentOf(async () => [
        await gated.get(USER, 'pin'),
        await gated.search(USER, { query: 'food' }),
      ])
      const seen: unknown[] = []
      const stop = agent.registerHook('memoryContextRetrieval', ({ memory, query }) => {
        seen.push([query, memory])
        return deny('private')
      })
      expect(await agent.run('go')).toEqual([null, []])
      expect(seen).toEqual([
        [undefined, ['{"code":1234}']],
        ['food', ['{"likes":"soup"}', '{"code":1234}']],
      ])
      stop()
      agent.registerHook('memoryContextRetrieval', ({ memory }) =>
        modify((memory as string[]).filter((text) => !text.includes('code'))),
      )
      expect(await agent.run('go')).toMatchObject([null, [{ key: 'food', value: { likes: 'soup' } }]])
    },
  )

  test('deletes only when memoryStore, asked with an empty list, allows it', async () => {
    const store = await filled()
    const gated = instrumentStore(store)
    const agent = agentOf(() => gated.delete(USER, 'food'))
    agent.registerHook('memoryStore', ({ memory }) => {
      expect(memory).toEqual([])
      return deny('read only')
    })
    await agent.run('go')
    expect(await store.get(USER, 'food')).not.toBeNull()
  })

  test('judges each operation of a batch alone and hands the rest on in one, as they came', async () => {
    const store = await filled()
    const gated = instrumentStore(store)
    const operations: Operation[] = [
      { namespace: USER, key: 'a', value: { text: 'secret' } },
      { namespace: USER, key: 'food' },
      { namespace: USER, key: 'b', value: { text: 'fine' } },
      { namespacePrefix: USER, query: 'pin' },
      { namespace: USER, key: 'pin', value: null },
      { matchConditions: undefined, maxDepth: 1, limit: 5, offset: 0 } as unknown as Operation,
    ]
    const agent = agentOf(() => gated.batch(operations) as Promise<unknown>)
    agent.registerHook('memoryStore', async ({ memory }) =>
      String(memory).includes('secret') ? deny('secret') : allow(),
    )
    agent.registerHook('memoryContextRetrieval', ({ query }) => (query === 'pin' ? deny('private') : allow()))
    const results = await agent.run('go')
    expect(results).toMatchObject([null, { value: { likes: 'soup' } }, null, [], null, [['users']]])
    expect(store.batches).toEqual([operations.slice(1)])
    expect(await store.get(USER, 'a')).toBeNull()
    expect(await store.get(USER, 'pin')).toBeNull()
  })

  test('in a graph, a denied put leaves the ones merged with it alone', async () => {
    const store = await filled()
    const gated = instrumentStore(store)
    const graph = graphOf(gated, async (inside) => {
      await Promise.all([
        inside.put(USER, 'a', { text: 'secret' }),
        inside.put(USER, 'b', { text: 'fine' }),
        inside.get(USER, 'food'),
      ])
    })
    const recorder = stepRecorder()
    const agent = agentOf(() => graph.invoke({ messages: [] }), { sinks: [recorder] })
    agent.registerHook('memoryStore', ({ memory }) =>
      String(memory).includes('secret') ? deny('secret') : allow(),
    )
    await agent.run('go')
    expect(await store.get(USER, 'a')).toBeNull()
    expect((await store.get(USER, 'b'))?.value).toEqual({ text: 'fine' })
    expect(store.batches[0]).toHaveLength(2)
    expect(recorder.steps('memoryStore').map(({ status }) => status)).toEqual(['denied', 'ok'])
    expect(recorder.steps('memoryContextRetrieval')).toHaveLength(1)
    expect(recorder.runs()).toHaveLength(1)
  })

  test('of a tool in a graph, each of many runs is judged in its own', async () => {
    const store = instrumentStore(new InMemoryStore())
    const remember = tool(
      async ({ text }: { text: string }) => {
        await getStore()?.put(USER, text, { text })
        return 'kept'
      },
      { name: 'remember', description: 'remembers', schema: z.object({ text: z.string() }) },
    )
    const kept: string[] = []
    const runs = Array.from({ length: 20 }, (_none, index) => {
      const graph = new StateGraph(MessagesAnnotation)
        .addNode('work', async (_state, config) => {
          await remember.invoke({ text: `note ${index}` }, config)
          return {}
        })
        .addEdge(START, 'work')
        .compile({ store })
      const agent = agentOf(() => graph.invoke({ messages: [] }))
      agent.registerHook('memoryStore', ({ memory }) => {
        kept.push(`${index} ${String(memory)}`)
        return index % 2 === 0 ? deny('even') : allow()
      })
      return agent.run('go')
    })
    await Promise.all(runs)
    expect(kept.toSorted()).toEqual(
      Array.from({ length: 20 }, (_none, index) => `${index} {"text":"note ${index}"}`).toSorted(),
    )
    expect(await store.search(USER, { limit: 50 })).toHaveLength(10)
  })

  verifies(
    'aos-sdk.langchain.memoryStore.unheard',
    'a put that nobody waits for ends no process: denied, or with a handler that throws',
    async () => {
      const store = await filled()
      const gated = instrumentStore(store)
      await withoutUnhandled(async () => {
        const forgetful = agentOf(async () => {
          void gated.put(USER, 'a', { text: 'secret' })
          await gated.get(USER, 'food')
        })
        const stop = forgetful.registerHook('memoryStore', async () => deny('secret'))
        await forgetful.run('go')
        stop()
        const error = new Error('stop')
        forgetful.registerHook('memoryStore', async () => {
          throw error
        })
        expect(await forgetful.run('go').catch((reason: unknown) => reason)).toBe(error)

        const inGraph = graphOf(gated, async (inside) => {
          void inside.put(USER, 'a', { text: 'secret' })
          await inside.get(USER, 'food')
        })
        const graphAgent = agentOf(() => inGraph.invoke({ messages: [] }))
        graphAgent.registerHook('memoryStore', async () => {
          throw error
        })
        expect(await graphAgent.run('go').catch((reason: unknown) => reason)).toBe(error)
      })
      expect(await store.get(USER, 'a')).toBeNull()
    },
  )

  test('belongs to its agent where the async context was lost', async () => {
    const store = await filled()
    const outside = AsyncLocalStorage.snapshot()
    const recorder = stepRecorder()
    const agent = agentOf(async () => 'nothing', { sinks: [recorder] })
    const gated = instrumentStore(store, agent)
    agent.registerHook('memoryStore', () => deny('read only'))
    await outside(() => gated.put(USER, 'a', { text: 'x' }))
    await outside(() => gated.batch([{ namespace: USER, key: 'b', value: { text: 'x' } }]))
    expect(await store.search(USER)).toHaveLength(2)
    expect(recorder.runs()).toHaveLength(2)
  })

  test('rejects with what the store failed with', async () => {
    class Broken extends InMemoryStore {
      override async batch(): Promise<never> {
        throw new Error('the disk is full')
      }
    }
    const gated = instrumentStore(new Broken())
    const agent = agentOf(() => gated.put(USER, 'a', {}))
    agent.registerHook('memoryStore', () => allow())
    await expect(agent.run('go')).rejects.toThrow('the disk is full')
    const operations = [{ namespace: USER, key: 'a', value: {} }]
    const merged = agentOf(() => (gated as BaseStore).batch(operations) as Promise<unknown>)
    merged.registerHook('memoryStore', () => allow())
    await expect(merged.run('go')).rejects.toThrow('the disk is full')
  })
})
