import { AOSInstrument, deny } from '@aos/sdk'
import { RunnableLambda, type RunnableToolLike } from '@langchain/core/runnables'
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ask } from './kit.ts'

const input = { query: 'x' }

async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const chunk of stream) all.push(chunk)
  return all
}

type Lookup = RunnableToolLike<z.ZodObject<{ query: z.ZodString }>, string>

const WAYS: Readonly<Record<string, (lookup: Lookup) => Promise<unknown>>> = {
  invoke: (lookup) => lookup.invoke(input),
  batch: (lookup) => lookup.batch([input]),
  stream: async (lookup) => read(await lookup.stream(input)),
  streamEvents: async (lookup) => read(lookup.streamEvents(input, { version: 'v2' })),
  pipe: (lookup) => lookup.pipe(RunnableLambda.from((found: unknown) => found)).invoke(input),
  'a streamed pipe': async (lookup) =>
    read(
      await RunnableLambda.from((given: typeof input) => given)
        .pipe(lookup)
        .stream(input),
    ),
}

function lookupTool(): { readonly lookup: Lookup; readonly done: string[] } {
  const done: string[] = []
  const lookup = RunnableLambda.from(({ query }: typeof input) => {
    done.push(query)
    return `found ${query}`
  }).asTool({ name: 'lookup', description: 'looks up', schema: z.object({ query: z.string() }) })
  return { lookup: lookup as unknown as Lookup, done }
}

test.for(Object.keys(WAYS))(
  'a runnable made into a tool that a node holds and uses by %s is judged, once',
  async (way) => {
    for (const denied of [true, false]) {
      const { lookup, done } = lookupTool()
      const node = async (): Promise<object> => {
        await WAYS[way]?.(lookup)
        return {}
      }
      const graph = new StateGraph(MessagesAnnotation).addNode('node', node).addEdge(START, 'node').compile()
      const agent = new AOSInstrument(graph)
      const seen: unknown[] = []
      agent.registerHook('toolCallRequest', ({ toolName, parameters }) => {
        seen.push([toolName, parameters])
        return denied ? deny('no') : undefined
      })
      await agent.invoke(ask())
      expect([seen, done]).toEqual([[['lookup', input]], denied ? [] : ['x']])
    }
  },
)

test('outside of any run such a tool does as ever', async () => {
  const { lookup, done } = lookupTool()
  for (const way of Object.values(WAYS)) await way(lookup)
  expect(done).toHaveLength(Object.keys(WAYS).length)
  expect(await lookup.invoke(input)).toBe('found x')
})
