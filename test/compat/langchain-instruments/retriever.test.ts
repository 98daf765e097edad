import { AsyncLocalStorage } from 'node:async_hooks'
import { allow, deny, inventoryOf, modify, type AOSInstrument } from '@aos/sdk'
import { instrumentRetriever } from '@aos/sdk/langchain'
import { stepRecorder } from '@aos/sdk/testing'
import { createRetrieverTool } from '@langchain/classic/tools/retriever'
import { Document } from '@langchain/core/documents'
import { BaseRetriever } from '@langchain/core/retrievers'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf } from './agent-of.ts'

class Library extends BaseRetriever {
  readonly lc_namespace = ['test']
  readonly asked: string[] = []
  readonly #books: readonly Document[]

  constructor(books: readonly Document[]) {
    super()
    this.#books = books
  }

  get size(): number {
    return this.#books.length
  }

  titles(): readonly string[] {
    return this.#books.map(({ pageContent }) => pageContent)
  }

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    this.asked.push(query)
    return [...this.#books]
  }
}

const BOOKS = [
  new Document({ id: 'b1', pageContent: 'Salaries of 2026', metadata: { shelf: 1 } }),
  new Document({ pageContent: 'The bees', metadata: { bought: new Date(0) } }),
]

const everyWay: Readonly<Record<string, (retriever: Library) => Promise<unknown>>> = {
  invoke: (retriever) => retriever.invoke('bees'),
  batch: async (retriever) => (await retriever.batch(['bees']))[0],
  stream: async (retriever) => {
    const chunks: unknown[] = []
    for await (const chunk of await retriever.stream('bees')) chunks.push(chunk)
    return chunks[0]
  },
  pipe: (retriever) => retriever.pipe((documents: Document[]) => documents).invoke('bees'),
  withConfig: (retriever) => retriever.withConfig({ tags: ['x'] }).invoke('bees'),
  withRetry: (retriever) => retriever.withRetry().invoke('bees'),
}

describe('a retriever', () => {
  test('stays what it is, is wrapped once, and leaves the original alone', async () => {
    const library = new Library(BOOKS)
    const members = Object.getOwnPropertyNames(library)
    const gated = instrumentRetriever(library)
    expect(gated).toBeInstanceOf(Library)
    expect(gated).not.toBe(library)
    expect(instrumentRetriever(gated)).toBe(gated)
    expect(gated.size).toBe(2)
    expect(gated.titles()).toEqual(['Salaries of 2026', 'The bees'])
    expect(Reflect.get(gated, 'titles')).toBe(Reflect.get(gated, 'titles'))
    expect(Object.getOwnPropertyNames(library)).toEqual(members)
    expect(() => instrumentRetriever({} as Library)).toThrow('This is no retriever')
    expect(() => instrumentRetriever(library, {} as AOSInstrument<object>)).toThrow('not instrumented')
  })

  test('is the same without a handler, in a run and outside of one', async () => {
    const library = new Library(BOOKS)
    const gated = instrumentRetriever(library)
    const inside = await agentOf(() => gated.invoke('bees')).run('go')
    for (const found of [inside, await gated.invoke('bees')]) {
      expect(found).toEqual(BOOKS)
      expect(found.every((document, at) => document === BOOKS[at])).toBe(true)
    }
  })

  for (const [way, ask] of Object.entries(everyWay)) {
    test(`is judged through ${way}: after retrieval, before use`, async () => {
      const library = new Library(BOOKS)
      const gated = instrumentRetriever(library)
      const seen: unknown[] = []
      const agent = agentOf(() => ask(gated))
      agent.registerHook('knowledgeRetrieval', ({ query, keywords, results }) => {
        seen.push({ query, keywords, results, asked: [...library.asked] })
        return deny('not these')
      })
      expect(await agent.run('go')).toEqual([])
      expect(seen).toEqual([
        {
          query: 'bees',
          keywords: ['bees'],
          asked: ['bees'],
          results: [
            { id: 'b1', content: 'Salaries of 2026', metadata: { shelf: 1 } },
            { id: 'result-1', content: 'The bees', metadata: { bought: '1970-01-01T00:00:00.000Z' } },
          ],
        },
      ])
    })
  }

  verifies(
    'aos-sdk.langchain.knowledgeRetrieval',
    'gives a denied retrieval to nobody who listens to its stream of events',
    async () => {
      const gated = instrumentRetriever(new Library(BOOKS))
      const agent = agentOf(async () => {
        const said: unknown[] = []
        for await (const event of gated
          .pipe((found: Document[]) => found.length)
          .streamEvents('bees', { version: 'v2' }))
          if (event.event === 'on_chain_end') said.push(event.data.output)
        return said.at(-1)
      })
      agent.registerHook('knowledgeRetrieval', () => deny('not these'))
      expect(await agent.run('go')).toBe(0)
    },
  )

  verifies('aos-sdk.langchain.knowledgeRetrieval', 'may only be modified with retrievalModify', async () => {
    const gated = instrumentRetriever(new Library(BOOKS))
    const redact = ({ results }: { results: unknown }): ReturnType<typeof modify> =>
      modify(
        (results as { id: string }[])
          .filter(({ id }) => id === 'b1')
          .map((one) => ({ ...one, content: 'gone' })),
      )
    const refused = agentOf(() => gated.invoke('bees'))
    refused.registerHook('knowledgeRetrieval', redact)
    expect(await refused.run('go')).toEqual([])

    const modified = agentOf(() => gated.invoke('bees'), { retrievalModify: true })
    modified.registerHook('knowledgeRetrieval', redact)
    const [document, ...more] = await modified.run('go')
    expect(more).toEqual([])
    expect(document).toBeInstanceOf(Document)
    expect(document).toEqual(new Document({ id: 'b1', pageContent: 'gone', metadata: { shelf: 1 } }))
    expect(BOOKS[0]?.pageContent).toBe('Salaries of 2026')

    const recorder = stepRecorder()
    const invented = agentOf(() => gated.invoke('bees'), { retrievalModify: true, sinks: [recorder] })
    invented.registerHook('knowledgeRetrieval', () => modify([{ id: 'other', content: 'made up' }]))
    expect(await invented.run('go')).toEqual([])
    expect(recorder.decisions()).toMatchObject([{ verdict: 'deny', enforced: 'withheld' }])
  })

  test('is judged under a tool that is made of it', async () => {
    const gated = instrumentRetriever(new Library(BOOKS))
    const search = createRetrieverTool(gated, { name: 'search', description: 'finds books' })
    const agent = agentOf(() => search.invoke({ query: 'bees' }))
    expect(await agent.run('go')).toContain('Salaries')
    agent.registerHook('knowledgeRetrieval', () => deny('not these'))
    expect(await agent.run('go')).toBe('')
  })

  test('is judged in an implicit run of its agent where there is none, and in none without an agent', async () => {
    const recorder = stepRecorder()
    const agent = agentOf(async () => 'nothing', { sinks: [recorder] })
    agent.registerHook('knowledgeRetrieval', () => deny('not these'))
    const library = new Library(BOOKS)
    expect(await instrumentRetriever(library, agent, { name: 'library' }).invoke('bees')).toEqual([])
    expect(recorder.runs()).toMatchObject([{ status: 'completed', outcome: 'partial' }])
    expect(recorder.steps()).toMatchObject([
      { kind: 'knowledgeRetrieval', name: 'library', status: 'withheld' },
    ])
    expect(await instrumentRetriever(library).invoke('bees')).toHaveLength(2)
  })

  test('is judged where it uses itself', async () => {
    class Finder extends BaseRetriever {
      readonly lc_namespace = ['test']
      override async _getRelevantDocuments(): Promise<Document[]> {
        return BOOKS
      }
      async first(query: string): Promise<Document | undefined> {
        return (await this.invoke(query))[0]
      }
    }
    const gated = instrumentRetriever(new Finder())
    const agent = agentOf(() => gated.first('bees'))
    expect(await agent.run('go')).toBe(BOOKS[0])
    agent.registerHook('knowledgeRetrieval', () => deny('not these'))
    expect(await agent.run('go')).toBeUndefined()
  })

  test('shows in the description of the agents it is bound to or was used in', async () => {
    const library = new Library(BOOKS)
    const owner = agentOf(async () => 'nothing')
    const user = agentOf(() => instrumentRetriever(library, undefined, { name: 'ours' }).invoke('bees'))
    instrumentRetriever(library, owner, { name: 'library' })
    await user.run('go')
    expect(owner.describe().coverage).toContainEqual({ component: 'knowledge:library', enforcement: 'bound' })
    expect(user.describe().coverage).toContainEqual({ component: 'knowledge:ours', enforcement: 'ambient' })
  })

  test('is not asked once the agent is stopped or the source disabled', async () => {
    const library = new Library(BOOKS)
    const gated = instrumentRetriever(library, undefined, { name: 'library' })
    const agent = agentOf(() => gated.invoke('bees'))
    agent.registerHook('knowledgeRetrieval', () => allow())
    await agent.run('go')
    await agent.disableComponent('knowledge:library')
    expect(await agent.run('go')).toEqual([])
    expect(library.asked).toEqual(['bees'])
  })

  test('bound to one agent and used in another is judged by both', async () => {
    const judges: string[] = []
    const owner = agentOf(async () => 'nothing')
    owner.registerHook('knowledgeRetrieval', () => {
      judges.push('owner')
      return allow()
    })
    const gated = instrumentRetriever(new Library(BOOKS), owner)
    const user = agentOf(() => gated.invoke('bees'))
    user.registerHook('knowledgeRetrieval', () => {
      judges.push('user')
      return allow()
    })
    expect(await user.run('go')).toHaveLength(2)
    expect(judges).toEqual(['user', 'owner'])
  })

  test('bound to a run is judged in it, also where the async context was lost', async () => {
    const library = new Library(BOOKS)
    const outside = AsyncLocalStorage.snapshot()
    const agent = agentOf((aos) => {
      const gated = instrumentRetriever(library, aos)
      return outside(() => gated.invoke('bees'))
    })
    agent.registerHook('knowledgeRetrieval', () => deny('not these'))
    expect(await agent.run('go')).toEqual([])
  })

  test('rejects with what it failed with, and with the very error a handler threw', async () => {
    class Broken extends Library {
      override async _getRelevantDocuments(): Promise<Document[]> {
        throw new Error('the library is closed')
      }
    }
    const agent = agentOf(() => instrumentRetriever(new Broken(BOOKS)).invoke('bees'))
    const remove = agent.registerHook('knowledgeRetrieval', () => allow())
    await expect(agent.run('go')).rejects.toThrow('the library is closed')
    remove()

    const error = new Error('stop')
    const thrown = agentOf(async () =>
      instrumentRetriever(new Library(BOOKS))
        .invoke('bees')
        .catch(() => 'swallowed'),
    )
    thrown.registerHook('knowledgeRetrieval', () => {
      throw error
    })
    expect(await thrown.run('go').catch((reason: unknown) => reason)).toBe(error)
  })
})

test('a retriever is a part of its agent, with how it searches', async () => {
  const library = Object.assign(new Library(BOOKS), { searchType: 'mmr', k: 4 })
  const agent = agentOf(async () => 'done')
  const gated = instrumentRetriever(library, agent as unknown as AOSInstrument<object>, { name: 'books' })
  await gated.invoke('bees')
  const part = inventoryOf(agent).items.find(({ id }) => id === 'knowledge:books')
  expect(part?.definition.facts).toEqual({ implementation: 'Library', searchType: 'mmr', k: 4 })
})
