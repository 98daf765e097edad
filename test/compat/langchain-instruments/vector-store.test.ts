import { allow, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { FakeEmbeddings } from '@langchain/core/utils/testing'
import { VectorStoreRetriever } from '@langchain/core/vectorstores'
import { describe, expect, test } from 'vitest'
import { instrumentRetriever, instrumentVectorStore } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf } from './agent-of.ts'

class Shelf extends MemoryVectorStore {
  readonly #label: string = 'shelf'
  readonly removed: unknown[] = []

  label(): string {
    return this.#label
  }

  override async delete(params?: unknown): Promise<void> {
    this.removed.push(params)
  }

  override async addDocuments(documents: Document[]): Promise<void> {
    if (this.#label === '') throw new Error('no label')
    await super.addDocuments(documents)
  }

  contents(): readonly string[] {
    return this.memoryVectors.map(({ content }) => content)
  }
}

async function shelf(): Promise<Shelf> {
  const store = new Shelf(new FakeEmbeddings())
  await store.addDocuments([new Document({ pageContent: 'The bees', metadata: { at: 1 } })])
  return store
}

const searches: Readonly<Record<string, (store: Shelf) => Promise<unknown>>> = {
  similaritySearch: (store) => store.similaritySearch('bees', 2),
  similaritySearchWithScore: (store) => store.similaritySearchWithScore('bees', 2),
  similaritySearchVectorWithScore: (store) => store.similaritySearchVectorWithScore([0.1, 0.2, 0.3, 0.4], 2),
  maxMarginalRelevanceSearch: (store) => store.maxMarginalRelevanceSearch('bees', { k: 2, fetchK: 2 }),
  'a retriever of it': (store) => store.asRetriever(2).invoke('bees'),
  'a retriever of it in a batch': async (store) => (await store.asRetriever(2).batch(['bees']))[0],
  'a retriever of it by mmr': (store) =>
    store.asRetriever({ searchType: 'mmr', searchKwargs: { fetchK: 2 } }).invoke('bees'),
  'a retriever of it that is instrumented as well': (store) =>
    instrumentRetriever(store.asRetriever(2)).invoke('bees'),
}

describe('a vector store', () => {
  test('stays what it is', async () => {
    const store = await shelf()
    const gated = instrumentVectorStore(store)
    expect(gated).toBeInstanceOf(Shelf)
    expect(instrumentVectorStore(gated)).toBe(gated)
    expect(gated.label()).toBe('shelf')
    expect(gated._vectorstoreType()).toBe('memory')
    const retriever = gated.asRetriever(2)
    expect(retriever).toBeInstanceOf(VectorStoreRetriever)
    expect(retriever.vectorStore).toBe(gated)
  })

  for (const [way, ask] of Object.entries(searches)) {
    verifies('aos-sdk.langchain.knowledgeRetrieval', `a vector store, through ${way}`, async () => {
      const store = await shelf()
      const gated = instrumentVectorStore(store)
      const plain = await ask(store)
      expect(plain).toHaveLength(1)
      expect(await agentOf(() => ask(gated)).run('go')).toEqual(plain)

      const agent = agentOf(() => ask(gated))
      const queries: unknown[] = []
      agent.registerHook('knowledgeRetrieval', ({ query, results }) => {
        queries.push(query)
        expect(results).toMatchObject([{ id: 'result-0', content: 'The bees', metadata: { at: 1 } }])
        return deny('not these')
      })
      expect(await agent.run('go')).toEqual([])
      expect(queries).toEqual([way.includes('VectorWithScore') ? undefined : 'bees'])
    })
  }

  test('gives modified results with their scores', async () => {
    const gated = instrumentVectorStore(await shelf())
    const agent = agentOf(() => gated.similaritySearchWithScore('bees', 1), { retrievalModify: true })
    agent.registerHook('knowledgeRetrieval', ({ results }) =>
      modify((results as object[]).map((one) => ({ ...one, content: 'honey', metadata: { at: 2 } }))),
    )
    const [[document, score] = []] = await agent.run('go')
    expect(document).toEqual(new Document({ pageContent: 'honey', metadata: { at: 2 } }))
    expect(score).toBeTypeOf('number')
  })

  verifies(
    'aos-sdk.langchain.memoryStore',
    'stores only what memoryStore lets through, by every way in',
    async () => {
      const secret = new Document({ pageContent: 'a secret' })
      const open = new Document({ pageContent: 'no news' })
      const ways: readonly ((store: Shelf) => Promise<unknown>)[] = [
        (store) => store.addDocuments([open, secret]),
        (store) =>
          store.addVectors(
            [
              [1, 0],
              [0, 1],
            ],
            [open, secret],
          ),
        (store) => store.asRetriever().addDocuments([open, secret]) as Promise<unknown>,
        (store) => instrumentRetriever(store.asRetriever()).addDocuments([open, secret]) as Promise<unknown>,
      ]
      for (const add of ways) {
        const store = new Shelf(new FakeEmbeddings())
        const gated = instrumentVectorStore(store)
        const agent = agentOf(() => add(gated))
        const stop = agent.registerHook('memoryStore', ({ memory }) => {
          expect(memory).toEqual(['no news', 'a secret'])
          return deny('nothing is kept')
        })
        expect(await agent.run('go')).toEqual([])
        expect(store.contents()).toEqual([])
        stop()
        agent.registerHook('memoryStore', ({ memory }) =>
          modify((memory as string[]).filter((text) => !text.includes('secret'))),
        )
        await agent.run('go')
        expect(store.contents()).toEqual(['no news'])
      }
    },
  )

  test('stores modified documents, but no text beside the vector of another', async () => {
    const store = new Shelf(new FakeEmbeddings())
    const gated = instrumentVectorStore(store)
    const document = new Document({ pageContent: 'a secret', metadata: { at: 3 } })
    const rewrite = (): ReturnType<typeof modify> => modify(['nothing'])
    const adding = agentOf(() => gated.addDocuments([document]))
    adding.registerHook('memoryStore', rewrite)
    await adding.run('go')
    expect(store.memoryVectors).toMatchObject([{ content: 'nothing', metadata: { at: 3 } }])
    expect(document.pageContent).toBe('a secret')

    const recorder = stepRecorder()
    const vectors = agentOf(() => gated.addVectors([[1, 0, 0, 0]], [document]), { sinks: [recorder] })
    vectors.registerHook('memoryStore', rewrite)
    await vectors.run('go')
    expect(store.contents()).toEqual(['nothing'])
    expect(recorder.decisions()).toMatchObject([{ verdict: 'deny', enforced: 'denied' }])
  })

  test('deletes only when memoryStore, asked with an empty list, allows it', async () => {
    const store = await shelf()
    const gated = instrumentVectorStore(store)
    const agent = agentOf(() => gated.delete({ ids: ['1'] }))
    const stop = agent.registerHook('memoryStore', ({ memory }) => {
      expect(memory).toEqual([])
      return deny('read only')
    })
    await agent.run('go')
    expect(store.removed).toEqual([])
    stop()
    agent.registerHook('memoryStore', () => allow())
    await agent.run('go')
    expect(store.removed).toEqual([{ ids: ['1'] }])
  })
})
