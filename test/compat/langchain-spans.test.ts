import { allow, AOSInstrument } from '@aos/sdk'
import { trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import { startTracing, stopTracing, type Tracing } from '../support/vercel-guard/tracing.ts'
import { modules } from './langchain-1.5.14/index.ts'
import { ask, calls, lastText, ScriptedModel, searchTool } from './langchain-1.5.14/kit.ts'

const { createAgent } = modules.langchain
const { AIMessage } = modules.messages

let tracing: Tracing
beforeAll(() => {
  tracing = startTracing()
})
beforeEach(() => tracing.clear())
afterAll(stopTracing)

const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId
const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId
const named = (name: string): readonly ReadableSpan[] =>
  tracing.spans().filter((span) => span.name.startsWith(name))

function userSpan(name: string): void {
  trace.getTracer('user').startSpan(name).end()
}

class SpanningModel extends ScriptedModel {
  override async _generate(messages: Parameters<ScriptedModel['_generate']>[0]) {
    userSpan('user in model')
    await new Promise((resolve) => setImmediate(resolve))
    userSpan('user in model, later')
    return super._generate(messages)
  }
}

const ENTRIES: readonly [
  string,
  (agent: AOSInstrument<ReturnType<typeof createAgent>>) => Promise<unknown>,
][] = [
  ['invoke', (agent) => agent.invoke(ask())],
  ['run', (agent) => agent.run('go')],
  [
    'stream',
    async (agent) => {
      for await (const chunk of await agent.stream(ask(), { streamMode: 'values' }))
        expect(chunk).toBeDefined()
    },
  ],
  [
    'streamEvents',
    async (agent) => {
      for await (const event of agent.streamEvents(ask(), { version: 'v2' })) expect(event).toBeDefined()
    },
  ],
]

for (const [entry, use] of ENTRIES)
  verifies('aos-sdk.langchain.spans', `of a tool and a model, in ${entry}`, async () => {
    const { search } = searchTool('search', async (query) => {
      userSpan('user in tool')
      await new Promise((resolve) => setImmediate(resolve))
      userSpan('user in tool, later')
      return query
    })
    const model = new SpanningModel(
      { calls: [...(calls('a').calls ?? []), ...(calls('b').calls ?? [])] },
      { text: 'done' },
    )
    const agent = new AOSInstrument(createAgent({ model, tools: [search], name: 'helper' }))
    agent.registerHook('toolCallRequest', async () => allow())
    await use(agent as never)
    const [root, ...others] = named('invoke_agent')
    expect([root?.name, others]).toEqual(['invoke_agent helper', []])
    const operations = [...named('execute_tool search'), ...named('chat')]
    expect(operations.map(parentOf)).toEqual(Array.from({ length: 4 }, () => idOf(root)))
    const tools = new Set(named('execute_tool search').map(idOf))
    expect(tools.size).toBe(2)
    for (const name of ['user in tool', 'user in tool, later'])
      expect(
        new Set(
          tracing
            .spans()
            .filter((span) => span.name === name)
            .map(parentOf),
        ),
      ).toEqual(tools)
    const models = new Set(named('chat').map(idOf))
    expect(named('user in model').every((span) => models.has(parentOf(span)))).toBe(true)
  })

verifies(
  'aos-sdk.langchain.concurrent',
  '200 requests that start in one tick, with another handler that waits, keep to their own traces',
  async () => {
    class EchoModel extends ScriptedModel {
      override async _generate(messages: Parameters<ScriptedModel['_generate']>[0]) {
        const asked = messages.find((message) => message.getType() === 'human')?.text ?? ''
        const answered = messages.some((message) => message.getType() === 'tool')
        const message = answered
          ? new AIMessage(`done ${asked}`)
          : new AIMessage({
              content: '',
              tool_calls: [{ id: 'call-1', name: 'search', args: { query: asked }, type: 'tool_call' }],
            })
        return { generations: [{ text: message.text, message }] }
      }
    }
    const { search } = searchTool('search', (query) => {
      userSpan(`user ${query}`)
      return query
    })
    const agent = new AOSInstrument(createAgent({ model: new EchoModel(), tools: [search] }))
    agent.registerHook('toolCallRequest', async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return allow()
    })
    const waiting = {
      name: 'waiting',
      awaitHandlers: true,
      handleChainStart: () => new Promise((resolve) => setImmediate(resolve)),
    }
    const traced = async (n: number): Promise<void> =>
      await trace.getTracer('user').startActiveSpan(`request ${n}`, async (span) => {
        const result = await agent.invoke(ask(String(n)), { callbacks: [waiting as never] })
        expect(lastText(result)).toBe(`done ${n}`)
        span.end()
      })
    await Promise.all(Array.from({ length: 200 }, (_, n) => traced(n)))
    const requests = new Map(named('request').map((span) => [span.name.slice(8), span.spanContext().traceId]))
    expect(new Set(requests.values()).size).toBe(200)
    const wrong = named('user').filter(
      (span) => requests.get(span.name.slice(5)) !== span.spanContext().traceId,
    )
    expect([named('user').length, wrong]).toEqual([200, []])
    const perTrace = new Map<string, number>()
    for (const span of tracing.spans()) {
      const { traceId } = span.spanContext()
      perTrace.set(traceId, (perTrace.get(traceId) ?? 0) + 1)
    }
    // the request, the run, two model calls, one tool, and the span of the user in it
    expect(new Set(perTrace.values())).toEqual(new Set([6]))
  },
)
