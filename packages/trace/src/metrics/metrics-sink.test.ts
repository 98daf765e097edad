import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics'
import { deepEqual, equal, ok } from 'node:assert/strict'
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
