import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { Embeddings } from '@langchain/core/embeddings'
import { BaseRetriever } from '@langchain/core/retrievers'
import { InMemoryStore } from '@langchain/langgraph'

const WORDS = ['vacation', 'days', 'office']

/** Counts known words: a text always has the same vector, and no provider is asked. */
class WordCounts extends Embeddings {
  override async embedQuery(text: string): Promise<number[]> {
    return WORDS.map((word) => text.toLowerCase().split(word).length - 1)
  }

  override embedDocuments(texts: string[]): Promise<number[][]> {
    return Promise.all(texts.map((text) => this.embedQuery(text)))
  }
}

/** A vector store with three pages of a handbook, one of them a draft. */
export async function handbookStore(): Promise<MemoryVectorStore> {
  const store = new MemoryVectorStore(new WordCounts({}))
  await store.addDocuments([
    new Document({ pageContent: 'Everybody has 30 vacation days.', metadata: { status: 'final' } }),
    new Document({ pageContent: 'Soon: 10 vacation days.', metadata: { status: 'draft' } }),
    new Document({ pageContent: 'The office opens at nine.', metadata: { status: 'final' } }),
  ])
  return store
}

/** A retriever of one's own, for the personnel records. */
export class PersonnelRecords extends BaseRetriever {
  readonly lc_namespace: string[] = ['office']

  override async _getRelevantDocuments(): Promise<Document[]> {
    return [new Document({ pageContent: 'The director earns 9000.' })]
  }
}

/** What earlier sessions remembered of Ada. */
export async function memoryOfAda(): Promise<InMemoryStore> {
  const store = new InMemoryStore()
  await store.put(['ada'], 'habit', { text: 'travels by train' })
  await store.put(['ada'], 'doctor', { text: 'health: a bad back' })
  return store
}
