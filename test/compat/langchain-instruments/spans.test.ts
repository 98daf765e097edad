import { allow } from '@aos/sdk'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { FakeEmbeddings } from '@langchain/core/utils/testing'
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { InMemoryStore, type BaseStore, type Operation } from '@langchain/langgraph-checkpoint'
import { context, trace, type TracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { instrumentRetriever, instrumentStore, instrumentVectorStore } from '@aos/sdk/langchain'
import { verifies } from '../../conformance/verifies.ts'
import { agentOf, type AgentOf } from './agent-of.ts'

const exporter = new InMemorySpanExporter()
const tracerProvider: TracerProvider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
})

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

beforeEach(() => {
  exporter.reset()
})

afterAll(() => {
  context.disable()
})

function userSpan(name: string): void {
  tracerProvider.getTracer('user').startSpan(name).end()
}

class TracedStore extends InMemoryStore {
  override async batch<Op extends readonly Operation[]>(operations: Op): Promise<never> {
    userSpan('query')
    return (await super.batch(operations as unknown as Operation[])) as never
  }
}

class TracedVectors extends MemoryVectorStore {
  override async similaritySearchVectorWithScore(query: number[], k: number): Promise<[Document, number][]> {
    userSpan('query')
    return super.similaritySearchVectorWithScore(query, k)
  }
}

function traced<T>(work: () => Promise<T>): AgentOf<T> {
  const agent = agentOf(work, { tracerProvider, agent: { name: 'tracer' } })
  for (const hook of ['knowledgeRetrieval', 'memoryStore', 'memoryContextRetrieval'] as const)
    agent.registerHook(hook, async () => allow())
  return agent
}

/** The names of a span and of all it is inside of, the nearest first. */
function ancestry(name: string): readonly string[] {
  const spans = exporter.getFinishedSpans()
  const names: string[] = []
  let span: ReadableSpan | undefined = spans.find((ended) => ended.name === name)
  while (span !== undefined) {
    const parent: string | undefined = span.parentSpanContext?.spanId
    names.push(span.name)
    span = spans.find((ended) => ended.spanContext().spanId === parent)
  }
  return names
}

verifies(
  'aos-sdk.langchain.spans',
  'spans inside of a vector store are children of the retrieval',
  async () => {
    const store = instrumentVectorStore(new TracedVectors(new FakeEmbeddings()))
    await traced(() => store.asRetriever(1).invoke('bees')).run('go')
    expect(ancestry('query')).toEqual(['query', 'retrieval TracedVectors', 'invoke_agent tracer'])
  },
)

verifies('aos-sdk.langchain.spans', 'spans inside of a retriever are children of the retrieval', async () => {
  const retriever = instrumentRetriever(new TracedVectors(new FakeEmbeddings()).asRetriever(1), undefined, {
    name: 'library',
  })
  await traced(() => retriever.batch(['bees'])).run('go')
  expect(ancestry('query')).toEqual(['query', 'retrieval library', 'invoke_agent tracer'])
})

verifies(
  'aos-sdk.langchain.spans',
  'spans inside of a store are children of the write, also where a graph merges operations',
  async () => {
    const store = instrumentStore(new TracedStore())
    await traced(() => store.put(['a'], 'b', {})).run('go')
    expect(ancestry('query')).toEqual(['query', 'upsert_memory TracedStore', 'invoke_agent tracer'])
    exporter.reset()

    const graph = new StateGraph(MessagesAnnotation)
      .addNode('work', async (_state, config) => {
        const inside = (config as { store?: BaseStore }).store
        await Promise.all([inside?.put(['a'], 'b', {}), inside?.put(['a'], 'c', {})])
        return {}
      })
      .addEdge(START, 'work')
      .compile({ store })
    await traced(() => graph.invoke({ messages: [] })).run('go')
    expect(ancestry('query')).toEqual(['query', 'upsert_memory TracedStore', 'invoke_agent tracer'])
    expect(exporter.getFinishedSpans().filter(({ name }) => name === 'query')).toHaveLength(1)
    expect(trace.getActiveSpan()).toBeUndefined()
  },
)

verifies(
  'aos-sdk.langchain.concurrent',
  'two hundred runs started in one tick keep their spans and judgements apart',
  async () => {
    const store = instrumentStore(new TracedStore())
    const vectors = instrumentVectorStore(new TracedVectors(new FakeEmbeddings()))
    const agent = traced(async () => {
      await store.put(['a'], 'b', {})
      await vectors.similaritySearch('bees', 1)
    })
    await Promise.all(Array.from({ length: 200 }, () => agent.run('go')))
    const traces = new Map<string, string[]>()
    for (const span of exporter.getFinishedSpans()) {
      const { traceId } = span.spanContext()
      traces.set(traceId, [...(traces.get(traceId) ?? []), span.name])
    }
    expect(traces.size).toBe(200)
    const names = [...traces.values()].map((all) => all.toSorted().join(','))
    expect(new Set(names).size).toBe(1)
  },
)
