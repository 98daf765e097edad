import { classNameOf } from '../../../values/class-name.ts'
import { carriedBy, RunScope } from '../run-scope.ts'
import { retrieval } from './documents.ts'
import { gatedObject, isGated, type Gate } from '../../../objects/gated-object.ts'
import { judged } from '../../../objects/judged.ts'
import type { InstrumentObjectOptions, InstrumentOwner, Reach } from '../../../objects/reach.ts'
import { addDocuments, instrumentVectorStore, type VectorStoreShape } from './vector-store.ts'

/** A retriever of LangChain, or any runnable that finds documents. */
export interface RetrieverShape {
  invoke(query: string, config?: never): Promise<unknown>
}

/**
 * Gates a retriever: what it finds is judged by `knowledgeRetrieval` before it is used, also through `batch`, `stream`,
 * `pipe` and tools made of it; denied, it has found nothing. What is added through it is judged by `memoryStore`.
 */
export function instrumentRetriever<R extends RetrieverShape>(
  retriever: R,
  owner?: InstrumentOwner,
  options?: InstrumentObjectOptions,
): R {
  if (searchesGatedStore(retriever, owner)) return retriever
  return gatedObject<R>({
    target: retriever,
    owner,
    options,
    needs: ['invoke'],
    kind: 'retriever',
    component: 'knowledge',
    gate: ({ reach, name }) => retrieverGate(retriever, { reach, name, owner }),
  })
}

const RETRIEVING: ReadonlySet<string> = new Set(['invoke', 'getRelevantDocuments', '_getRelevantDocuments'])

interface At {
  readonly reach: Reach
  readonly name: string
  readonly owner: InstrumentOwner | undefined
}

function retrieverGate<R extends RetrieverShape>(retriever: R, { reach, name, owner }: At): Gate<R> {
  const runnable = runnablePrototype(retriever)
  return {
    method(key, own) {
      if (key === 'addDocuments') return addDocuments(reach, name, own)
      if (!RETRIEVING.has(key)) return undefined
      return (...args) => {
        const [query, config] = args as readonly unknown[]
        const carried = carriedBy(config)
        const retrieve = (): unknown => own(...args)
        return judged(
          reach.of(carried instanceof RunScope ? carried.run : undefined),
          () => retrieval({ source: name, query: typeof query === 'string' ? query : undefined, retrieve }),
          retrieve,
        )
      }
    },
    // what every runnable has is made of invoke
    goesThrough: (key) => runnable !== undefined && key in runnable,
    member: (key, own) =>
      key === 'vectorStore' && isVectorStore(own) ? instrumentVectorStore(own, owner) : own,
  }
}

// LangChain's own does nothing but search its store; any other one may find documents elsewhere too
function searchesGatedStore(retriever: object, owner: InstrumentOwner | undefined): boolean {
  return (
    classNameOf(retriever) === 'VectorStoreRetriever' && isGated(Reflect.get(retriever, 'vectorStore'), owner)
  )
}

function isVectorStore(value: unknown): value is VectorStoreShape {
  return typeof value === 'object' && value !== null && 'similaritySearchVectorWithScore' in value
}

/** The prototype of LangChain's `Runnable`, whichever copy of it this one is made with. */
function runnablePrototype(retriever: object): object | undefined {
  let prototype: object | null = Object.getPrototypeOf(retriever) as object | null
  while (prototype !== null) {
    if (Object.hasOwn(prototype, 'pipe') && Object.hasOwn(prototype, 'withConfig')) return prototype
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
  return undefined
}
