import { DOCUMENTS, retrieval, type DocumentShape } from './documents.ts'
import { gatedObject, type Gate, type Method } from '../../../objects/gated-object.ts'
import { judged } from '../../../objects/judged.ts'
import { writing, type ItemKind } from './memory.ts'
import type { InstrumentObjectOptions, InstrumentOwner, Reach } from '../../../objects/reach.ts'

/** A vector store of LangChain. */
export interface VectorStoreShape {
  similaritySearchVectorWithScore(query: never, k: number, filter?: never): Promise<unknown>
  addDocuments(documents: never, options?: never): Promise<unknown>
}

type Own = (...args: readonly unknown[]) => unknown

const SEARCH = /^(?:similaritySearch|maxMarginalRelevanceSearch)|Search$|^search$/

/**
 * Gates a vector store: what its searches find is judged by `knowledgeRetrieval`, what is added or deleted by
 * `memoryStore` (a deletion as an empty list). Its retrievers, from `asRetriever`, search and add through it.
 */
export function instrumentVectorStore<V extends VectorStoreShape>(
  store: V,
  owner?: InstrumentOwner,
  options?: InstrumentObjectOptions,
): V {
  return gatedObject<V>({
    target: store,
    owner,
    options,
    needs: ['similaritySearchVectorWithScore', 'addDocuments'],
    kind: 'vector store',
    component: 'knowledge',
    gate: ({ reach, name }) => vectorStoreGate(reach, name),
  })
}

function vectorStoreGate<V extends VectorStoreShape>(reach: Reach, name: string): Gate<V> {
  return {
    method(key, own) {
      if (SEARCH.test(key)) return search(reach, name, own)
      if (key === 'addDocuments') return addDocuments(reach, name, own)
      if (key === 'addVectors') return addVectors(reach, name, own)
      if (key === 'addTexts') return addTexts(reach, name, own)
      return key === 'delete' ? remove(reach, name, own) : undefined
    },
    // the retriever it makes holds what made it
    goesThrough: (key) => key === 'asRetriever',
  }
}

function search(reach: Reach, name: string, own: Own): Method {
  return (...args) => {
    const [query] = args as readonly unknown[]
    const retrieve = (): unknown => own(...args)
    return judged(
      reach,
      () => retrieval({ source: name, query: typeof query === 'string' ? query : undefined, retrieve }),
      retrieve,
    )
  }
}

/** Adds documents that were decided. */
export function addDocuments(reach: Reach, name: string, own: Own): Method {
  return (documents: readonly DocumentShape[], ...rest: readonly unknown[]) =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: documents,
          kind: DOCUMENTS,
          write: ({ items }) => own(items, ...rest),
          denied: () => [],
        }),
      () => own(documents, ...rest),
    )
}

// a vector is made of the text, so the text cannot become another one
const WITH_VECTORS: ItemKind<DocumentShape> = { ...DOCUMENTS, withText: () => undefined }

function addVectors(reach: Reach, name: string, own: Own): Method {
  return (
    vectors: readonly unknown[],
    documents: readonly DocumentShape[],
    ...rest: readonly unknown[]
  ): unknown =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: documents,
          kind: WITH_VECTORS,
          write: ({ items, indexes }) =>
            own(
              indexes.map((index) => vectors[index]),
              items,
              ...rest,
            ),
          denied: () => [],
        }),
      () => own(vectors, documents, ...rest),
    )
}

const TEXTS: ItemKind<string> = { text: (item) => item, withText: (_item, text) => text }

function addTexts(reach: Reach, name: string, own: Own): Method {
  return (texts: readonly string[], metadatas: unknown, ...rest: readonly unknown[]) =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: texts,
          kind: TEXTS,
          write: ({ items, indexes }) =>
            own(
              items,
              Array.isArray(metadatas) ? indexes.map((index) => metadatas[index] as unknown) : metadatas,
              ...rest,
            ),
          denied: () => [],
        }),
      () => own(texts, metadatas, ...rest),
    )
}

function remove(reach: Reach, name: string, own: Own): Method {
  return (...args) =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: [],
          kind: TEXTS,
          write: () => own(...args),
          denied: () => undefined,
        }),
      () => own(...args),
    )
}
