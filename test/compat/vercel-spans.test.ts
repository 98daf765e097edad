import { OpenTelemetry } from '@ai-sdk/otel'
import { allow, deny } from '@aos/sdk'
import { text, toolCall } from '@aos/sdk/testing'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import {
  counted,
  everywhere,
  modelOf,
  plain,
  subjectOf,
  type Bag,
  type Place,
  type Script,
} from '../support/vercel-guard/lab.ts'
import { startTracing, stopTracing, type Tracing } from '../support/vercel-guard/tracing.ts'
import { aiVersions } from './versions.ts'

// every operation has one span, in the trace of its run, under the span that it belongs to

let tracing: Tracing
beforeAll(() => {
  tracing = startTracing()
})
beforeEach(() => tracing.clear())
afterAll(stopTracing)

const named = (prefix: string): readonly ReadableSpan[] =>
  tracing.spans().filter(({ name }) => name.startsWith(prefix))
const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId
const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId

async function traced(place: Place, script: Script): Promise<void> {
  const subject = subjectOf(place, script)
  const outcome = await subject.call()
  expect(outcome.error).toBeUndefined()
  await subject.recorder.ended(1)
}

/** A tool with a span of the user's own inside. */
function spanningTool({ version }: Place): Bag {
  const execute = async ({ q }: Bag): Promise<string> =>
    await trace.getTracer('user').startActiveSpan(`user ${String(q)}`, async (span) => {
      await new Promise((resolve) => setImmediate(resolve))
      trace
        .getTracer('user')
        .startSpan(`inner ${String(q)}`)
        .end()
      span.end()
      return 'done'
    })
  return { inputSchema: version.z.object({ q: version.z.string() }), execute }
}

describe.each(everywhere)('$name', (place) => {
  const { version } = place
  const steps = [[text('Hm.'), toolCall('t', { q: 'a' }), toolCall('t', { q: 'b' })], 'Done.']

  it('makes one span for each operation, with spans of tools inside', async () => {
    await traced(place, { steps, tools: { t: spanningTool(place) } })
    const [run] = named('invoke_agent')
    expect([
      named('invoke_agent').length,
      named('chat ').length,
      named('execute_tool ').length,
      tracing.open(),
    ]).toEqual([1, 2, 2, 0])
    for (const span of [...named('chat '), ...named('execute_tool ')]) expect(parentOf(span)).toBe(idOf(run))
    expect(new Set(named('user ').map(parentOf))).toEqual(new Set(named('execute_tool ').map(idOf)))
    for (const inner of named('inner ')) {
      expect(parentOf(inner)).toBe(idOf(named(inner.name.replace('inner', 'user'))[0]))
    }
    expect(new Set(tracing.spans().map((span) => span.spanContext().traceId)).size).toBe(1)
  })

  it('stands under the span of the caller', async () => {
    await trace.getTracer('user').startActiveSpan('request', async (span) => {
      await traced(place, { steps, tools: { t: spanningTool(place) } })
      span.end()
    })
    expect(parentOf(named('invoke_agent')[0])).toBe(idOf(named('request')[0]))
  })

  it('makes one span for a denied call, which is no error', async () => {
    await traced(place, {
      steps,
      tools: { t: spanningTool(place) },
      hooks: { toolCallRequest: ({ parameters }) => (parameters['q'] === 'a' ? deny('not a') : allow()) },
    })
    const spans = named('execute_tool ')
    expect(spans).toHaveLength(2)
    const denied = spans.find(({ attributes }) => attributes['aos.step.status'] === 'denied')
    expect(denied?.status.code).toBe(SpanStatusCode.UNSET)
    expect(
      denied?.events.map(({ name, attributes }) => [
        name,
        attributes?.['aos.decision'],
        attributes?.['aos.decision.enforced'],
      ]),
    ).toEqual([['aos.decision', 'deny', 'denied']])
    expect(named('user ').map(({ name }) => name)).toEqual(['user b'])
  })

  it('keeps many runs at once in traces of their own', async () => {
    const model = modelOf(version, ({ prompt }) => {
      const q = /go-\d+/.exec(plain(prompt))?.[0] ?? ''
      return plain(prompt).includes('"role":"tool"') ? text('Done.') : toolCall('t', { q })
    })
    const subject = subjectOf(place, {
      settings: { model },
      tools: { t: spanningTool(place) },
      hooks: { toolCallRequest: async () => allow() },
    })
    const count = place.way === 'generate' || place.way === 'stream' ? 200 : 50
    const calls = Array.from({ length: count }, async (_none, index) =>
      subject.call({ prompt: `go-${index}` }),
    )
    for (const outcome of await Promise.all(calls)) expect(outcome.text).toBe('Done.')
    await subject.recorder.ended(count)
    expect(tracing.open()).toBe(0)
    const byTrace = Map.groupBy(tracing.spans(), (span) => span.spanContext().traceId)
    expect(byTrace.size).toBe(count)
    for (const spans of byTrace.values()) {
      const names = spans.map(({ name }) => name.replace(/^invoke_agent .*/, 'invoke_agent')).sort()
      const q = names.find((name) => name.startsWith('user '))?.slice('user '.length) ?? ''
      expect(names).toEqual([
        'chat scripted-model',
        'chat scripted-model',
        'execute_tool t',
        `inner ${q}`,
        'invoke_agent',
        `user ${q}`,
      ])
      const tool = spans.find(({ name }) => name === 'execute_tool t')
      expect(tool?.attributes['gen_ai.tool.call.arguments']).toContain(q)
      expect(parentOf(spans.find(({ name }) => name === `user ${q}`))).toBe(idOf(tool))
    }
  })
})

/** How a version is told to trace itself, and what it names its spans. */
const OWN = {
  6: {
    settings: { experimental_telemetry: { isEnabled: true } },
    model: /\.do(Generate|Stream)$/,
    tool: /^ai\.toolCall$/,
  },
  7: { settings: {}, model: /^chat /, tool: /^execute_tool / },
} as const

describe.each(everywhere.filter(({ version }) => version.folder !== '7.0.0'))(
  '$name tracing itself',
  (place) => {
    const { version } = place
    const own = OWN[version.major === 6 ? 6 : 7]
    const isModel = ({ name }: ReadableSpan): boolean => own.model.test(name) || name.startsWith('chat ')
    const isTool = ({ name }: ReadableSpan): boolean =>
      own.tool.test(name) || name.startsWith('execute_tool ')
    const steps = [[toolCall('t', { q: 'a' }), toolCall('t', { q: 'b' })], 'Done.']

    beforeAll(() => {
      if (version.major >= 7) Reflect.set(globalThis, 'AI_SDK_TELEMETRY_INTEGRATIONS', [new OpenTelemetry()])
    })
    afterAll(() => {
      Reflect.deleteProperty(globalThis, 'AI_SDK_TELEMETRY_INTEGRATIONS')
    })

    it('is annotated instead of traced twice', async () => {
      await traced(place, {
        steps,
        settings: own.settings,
        tools: { t: spanningTool(place) },
        hooks: { toolCallRequest: () => allow() },
      })
      const [models, tools] = [tracing.spans().filter(isModel), tracing.spans().filter(isTool)]
      expect([models.length, tools.length, tracing.open()]).toEqual([2, 2, 0])
      for (const span of [...models, ...tools])
        expect([span.name, typeof span.attributes['aos.step.id']]).toEqual([span.name, 'string'])
      for (const span of tools)
        expect(span.events.map(({ attributes }) => attributes?.['aos.decision'])).toContain('allow')
      expect(new Set(named('user ').map(parentOf))).toEqual(new Set(tools.map(idOf)))
      expect(new Set(tracing.spans().map((span) => span.spanContext().traceId)).size).toBe(1)
    })

    it('has one span for a denied call', async () => {
      await traced(place, {
        steps,
        settings: own.settings,
        tools: { t: spanningTool(place) },
        hooks: { toolCallRequest: ({ parameters }) => (parameters['q'] === 'a' ? deny('not a') : allow()) },
      })
      const denied = tracing.spans().filter(({ attributes }) => attributes['aos.step.status'] === 'denied')
      expect(denied.map(({ name }) => name)).toEqual(['execute_tool t'])
      expect(denied[0]?.status.code).toBe(SpanStatusCode.UNSET)
      // AI SDK 6 opens its own span around the refusal; it tells which step it is
      const steps6 = tracing.spans().filter(({ name }) => name === 'ai.toolCall')
      for (const span of steps6) expect(typeof span.attributes['aos.step.id']).toBe('string')
    })

    it("is traced by us too with spans: 'own'", async () => {
      await traced(place, {
        steps,
        settings: own.settings,
        tools: { t: spanningTool(place) },
        options: { spans: 'own' },
      })
      const ours = tracing.spans().filter(({ attributes }) => typeof attributes['aos.step.id'] === 'string')
      expect(ours.filter(({ name }) => name.startsWith('chat '))).toHaveLength(2)
      expect(ours.filter(({ name }) => name.startsWith('execute_tool '))).toHaveLength(2)
    })

    it('stays guarded when its telemetry is switched off', async () => {
      const { tool, done } = counted(version)
      await traced(place, {
        steps,
        settings: { telemetry: { isEnabled: false }, experimental_telemetry: { isEnabled: false } },
        tools: { t: tool },
        hooks: { toolCallRequest: () => deny('no') },
      })
      expect(done).toEqual([])
      expect(named('execute_tool ')).toHaveLength(2)
    })
  },
)

describe.each(aiVersions)('ai $version', (version) => {
  it('traces embeddings', async () => {
    const { scriptedEmbeddingModel } = await import('@aos/sdk/testing')
    const { instrumentAI } = await import('@aos/sdk/vercel-ai')
    const ai = instrumentAI(version.ai)
    const result = await ai.embed({
      model: scriptedEmbeddingModel({ specificationVersion: version.spec } as never),
      value: 'text',
    })
    expect(result['embedding']).toBeDefined()
    expect(named('embeddings ')).toHaveLength(1)
    expect(parentOf(named('embeddings ')[0])).toBe(idOf(named('invoke_agent')[0]))
  })
})
