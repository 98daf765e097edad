// What a collector of others makes of our spans, by each protocol: what we sent.
import { deny, AOSInstrument, type GuardedRun } from '@aos/sdk'
import { OpenTelemetryTracer, type ReadableSpan, type TracerOptions } from '@aos/trace'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { expect, test } from 'vitest'
import type { ReceivedSpan } from '../../support/otlp-spans.ts'
import { startMockCollector, type MockCollector } from './mock-collector.ts'

const TARGETS: Readonly<Record<string, (collector: MockCollector) => TracerOptions>> = {
  'http/json': ({ httpUrl: endpoint }) => ({ endpoint, protocol: 'http/json', compression: 'none' }),
  'http/protobuf': ({ httpUrl: endpoint }) => ({ endpoint, protocol: 'http/protobuf', compression: 'none' }),
  'gRPC, by the exporter of OpenTelemetry': ({ grpcUrl: url }) => ({
    exporter: new OTLPTraceExporter({ url }),
  }),
}

test.each(Object.entries(TARGETS))('over %s', async (_name, optionsOf) => {
  await using collector = await startMockCollector()
  const kept = new InMemorySpanExporter()
  const tracer = new OpenTelemetryTracer({
    ...optionsOf(collector),
    spool: false,
    serviceName: 'tests 🧪',
    spanProcessors: [new SimpleSpanProcessor(kept)],
  })
  await tracer.instrument(agentOf(tracer)).run('go')
  const sent = kept.getFinishedSpans().map(expectedOf)
  // shutting down forgets what was kept
  const { created, delivered } = await tracer.shutdown()
  expect([created, delivered]).toEqual([sent.length, sent.length])
  await collector.received(created)
  expect(collector.spans.toSorted(byId)).toEqual(sent.toSorted(byId))
})

function agentOf(tracer: OpenTelemetryTracer): AOSInstrument<object> {
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      await aos.model({ model: 'm-1', provider: 'acme', messages: ['hi'] }, (_messages, report) => {
        report({ usage: { inputTokens: 10, outputTokens: 5 }, finishReasons: ['stop'] })
        return 'said'
      })
      await aos.toolCall({ toolName: 'search', parameters: { q: 'é 🧪 "\\' } }, () =>
        tracer.startActiveSpan('inside', (span) => {
          const attributes = { text: 'é 🧪', yes: true, whole: -7, half: 0.5, list: ['a', 'b'], none: [] }
          span.setAttributes(attributes).addEvent('happened', attributes)
        }),
      )
      await aos.toolCall({ toolName: 'delete', parameters: {} }, () => 'gone').catch(() => 'denied')
      await aos
        .toolCall({ toolName: 'broken', parameters: {} }, () => {
          throw new TypeError('broken')
        })
        .catch(() => 'failed')
    },
    { agent: { name: 'worker' } },
  )
  agent.registerHook('toolCallRequest', () => deny('not that'), { match: 'delete' })
  return agent
}

const nanos = ([seconds, rest]: readonly [number, number]): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(rest)

function expectedOf(span: ReadableSpan): ReceivedSpan {
  const { traceId, spanId } = span.spanContext()
  const { name, kind, status, parentSpanContext, startTime, endTime } = span
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanContext?.spanId,
    name,
    kind: kind + 1,
    startTimeUnixNano: nanos(startTime),
    endTimeUnixNano: nanos(endTime),
    attributes: span.attributes,
    events: span.events.map(({ name: what, time, attributes = {} }) => ({
      name: what,
      timeUnixNano: nanos(time),
      attributes,
    })),
    status: { code: status.code, message: status.message },
    resource: span.resource.attributes,
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version },
  }
}

function byId(a: { readonly spanId: string }, b: { readonly spanId: string }): number {
  return a.spanId < b.spanId ? -1 : 1
}
