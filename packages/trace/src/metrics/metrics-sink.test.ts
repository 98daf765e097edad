import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { BoundedNames } from './bounded-names.ts'
import { metricsSink, type MetricsOptions } from './metrics-sink.ts'

interface Recorded {
  readonly sink: ReturnType<typeof metricsSink>
  /** Attributes and count (or value) of each point of a metric. */
  readonly points: (name: string) => Promise<readonly (readonly [attributes: unknown, value: unknown])[]>
}

function recorded(options: MetricsOptions = {}): Recorded {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  return {
    sink: metricsSink({ meterProvider, ...options }),
    points: async (name) => {
      exporter.reset()
      await reader.forceFlush()
      const found = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .filter(({ descriptor }) => descriptor.name === name)
      return found.flatMap(({ dataPoints }) =>
        (dataPoints as DataPoint<number | Histogram>[]).map(
          ({ attributes, value }) => [attributes, typeof value === 'number' ? value : value.count] as const,
        ),
      )
    },
  }
}

const search = (aos: GuardedRun, toolName = 'search'): Promise<unknown> =>
  aos.toolCall({ toolName, parameters: {} }, () => 'found')

describe('metricsSink', () => {
  test('records runs, model calls with their tokens, tools, messages and decisions', async () => {
    const { sink, points } = recorded()
    const agent = new AOSInstrument(
      async (_input: unknown, aos: GuardedRun) => {
        await aos.model({ model: 'm-1', provider: 'acme', messages: [] }, (_messages, report) =>
          report({ usage: { inputTokens: 10, outputTokens: 5 }, actual: 'm-1-2026' }),
        )
        await search(aos)
        await search(aos, 'delete').catch(() => 'denied')
        await aos.protocol(
          { protocol: 'mcp', direction: 'inbound', method: 'tools/list', message: {} },
          () => 1,
        )
        await aos.protocol(
          { protocol: 'a2a', direction: 'outbound', method: 'GetTask', message: {} },
          () => 1,
        )
      },
      { agent: { name: 'worker' }, sinks: [sink], price: () => 0.5 },
    )
    agent.registerHook('toolCallRequest', () => deny('no'), { match: 'delete' })
    await agent.run('go')
    await agent.flush()
    const model = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'acme',
      'gen_ai.request.model': 'm-1',
      'gen_ai.response.model': 'm-1-2026',
    }
    deepEqual(await points('gen_ai.client.operation.duration'), [[model, 1]])
    deepEqual(await points('gen_ai.client.token.usage'), [
      [{ ...model, 'gen_ai.token.type': 'input' }, 1],
      [{ ...model, 'gen_ai.token.type': 'output' }, 1],
    ])
    deepEqual(await points('gen_ai.execute_tool.duration'), [[{ 'gen_ai.tool.name': 'search' }, 1]])
    deepEqual(await points('mcp.server.operation.duration'), [[{ 'mcp.method.name': 'tools/list' }, 1]])
    deepEqual(await points('aos.a2a.operation.duration'), [
      [{ 'rpc.method': 'GetTask', 'aos.a2a.side': 'client' }, 1],
    ])
    deepEqual(await points('aos.decisions'), [
      [
        {
          'aos.decision': 'deny',
          'aos.decision.enforced': 'denied',
          'aos.decision.fail_open': false,
          'aos.decision.hook': 'toolCallRequest',
          'aos.decision.shadow': false,
          'aos.decision.source': 'handler',
        },
        1,
      ],
    ])
    const [run] = await points('gen_ai.invoke_agent.duration')
    deepEqual(run, [
      { 'gen_ai.agent.name': 'worker', 'aos.run.status': 'completed', 'aos.run.outcome': 'partial' },
      1,
    ])
    deepEqual(await points('aos.run.cost'), [[{ 'gen_ai.agent.name': 'worker' }, 0.5]])
  })

  test('tells failed calls apart, and names without end do not', async () => {
    const { sink, points } = recorded({ maxNames: 2 })
    const agent = new AOSInstrument(
      async (_input: unknown, aos: GuardedRun) => {
        for (const name of ['a', 'b', 'c', 'd', 'a']) await search(aos, name)
        await aos
          .toolCall({ toolName: 'b', parameters: {} }, () => {
            throw new TypeError('broken')
          })
          .catch(() => 'failed')
      },
      { sinks: [sink] },
    )
    await agent.run('go')
    await agent.flush()
    deepEqual(await points('gen_ai.execute_tool.duration'), [
      [{ 'gen_ai.tool.name': 'a' }, 2],
      [{ 'gen_ai.tool.name': 'b' }, 1],
      [{ 'gen_ai.tool.name': '_OTHER' }, 2],
      [{ 'gen_ai.tool.name': 'b', 'error.type': 'TypeError' }, 1],
    ])
  })

  const oneCall = async (_input: unknown, aos: GuardedRun): Promise<unknown> => {
    await aos.model({ model: 'm-1', provider: 'acme', messages: [] }, (_messages, report) =>
      report({
        usage: {
          inputTokens: 10,
          outputTokens: 5,
          cacheReadTokens: 4,
          cacheWriteTokens: 3,
          reasoningTokens: 2,
        },
      }),
    )
    return search(aos)
  }

  test('has the names of the coming conventions where they are asked for', async () => {
    const { sink, points } = recorded({ conventions: 'next' })
    const agent = new AOSInstrument(oneCall, { agent: { name: 'worker' }, sinks: [sink] })
    await agent.run('go')
    await agent.flush()
    const model = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'acme',
      'gen_ai.request.model': 'm-1',
    }
    const worker = { 'gen_ai.agent.name': 'worker' }
    const unknown = { ...model, 'gen_ai.token.modality': 'unknown' }
    const expected = {
      'gen_ai.client.inference.duration': [model, 1],
      'gen_ai.client.inference.operation.input_tokens': [model, 1],
      'gen_ai.client.inference.operation.output_tokens': [model, 1],
      'gen_ai.client.inference.usage.input_tokens': [unknown, 10],
      'gen_ai.client.inference.usage.output_tokens': [unknown, 5],
      'gen_ai.client.inference.usage.cache_read.input_tokens': [unknown, 4],
      'gen_ai.client.inference.usage.cache_write.input_tokens': [unknown, 3],
      'gen_ai.client.inference.usage.reasoning.output_tokens': [unknown, 2],
      'gen_ai.invoke_agent.inference_calls': [worker, 1],
      'gen_ai.invoke_agent.tool_calls': [worker, 1],
      'gen_ai.execute_tool.duration': [{ 'gen_ai.tool.name': 'search' }, 1],
    }
    for (const [name, point] of Object.entries(expected)) deepEqual(await points(name), [point], name)
    equal((await points('gen_ai.invoke_agent.duration')).length, 1)
    for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage'])
      deepEqual(await points(name), [], name)
  })

  test('takes the conventions from the environment, and an option before it', async () => {
    const names = ['gen_ai.client.inference.duration', 'gen_ai.client.operation.duration']
    const recordedNames = async (options: MetricsOptions): Promise<readonly string[]> => {
      const { sink, points } = recorded(options)
      const agent = new AOSInstrument(oneCall, { sinks: [sink] })
      await agent.run('go')
      await agent.flush()
      const found = await Promise.all(
        names.map(async (name) => ((await points(name)).length > 0 ? [name] : [])),
      )
      return found.flat()
    }
    const [next, current] = names
    deepEqual(await recordedNames({}), [current])
    process.env['OTEL_SEMCONV_STABILITY_OPT_IN'] = 'http, gen_ai_latest_experimental'
    deepEqual(await recordedNames({}), [next])
    deepEqual(await recordedNames({ conventions: 'current' }), [current])
    delete process.env['OTEL_SEMCONV_STABILITY_OPT_IN']
    throws(() => metricsSink({ conventions: 'latest' as never }), { code: 'invalid_options' })
  })

  test('leaves out counts that are none, and keeps names well-formed', async () => {
    const { sink, points } = recorded()
    const usage = { inputTokens: Number.NaN, outputTokens: -1 }
    const agent = new AOSInstrument(
      async (_input: unknown, aos: GuardedRun) => {
        await aos.model({ model: 'm-1', messages: [] }, (_messages, report) => report({ usage }))
        return search(aos, 'half \ud83e')
      },
      { sinks: [sink] },
    )
    await agent.run('go')
    await agent.flush()
    deepEqual(await points('gen_ai.client.token.usage'), [])
    deepEqual(await points('gen_ai.execute_tool.duration'), [[{ 'gen_ai.tool.name': 'half \ufffd' }, 1]])
  })

  test('observes where the spans of a tracer are', async () => {
    const stats = { created: 10, delivered: 4, spooled: 3, dropped: 2, queued: 1, recovered: 0 }
    const { points } = recorded({ tracer: { stats: () => stats } })
    deepEqual(await points('aos.trace.spans'), [
      [{ 'aos.trace.state': 'delivered' }, 4],
      [{ 'aos.trace.state': 'dropped' }, 2],
    ])
    deepEqual(await points('aos.trace.queue.size'), [
      [{ 'aos.trace.state': 'queued' }, 1],
      [{ 'aos.trace.state': 'spooled' }, 3],
    ])
  })

  test('does nothing where no meter provider is there', async () => {
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => search(aos), {
      sinks: [metricsSink()],
    })
    equal(await agent.run('go'), 'found')
    ok(await agent.flush())
  })
})

describe('BoundedNames', () => {
  test('keeps those it knows', () => {
    const names = new BoundedNames(1)
    deepEqual(
      ['a', 'b', 'a'].map((name) => names.of(name)),
      ['a', '_OTHER', 'a'],
    )
  })
})
