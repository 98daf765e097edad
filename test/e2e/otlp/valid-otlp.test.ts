// Every OTLP request we make, by the definitions of OTLP: with an installed package's, and with those of AOS_SPEC_DIR.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  eventsSink,
  metricsSink,
  OpenTelemetryTracer,
  type OtlpProtocol,
  type TracerOptions,
} from '@aos/trace'
import { context, trace } from '@opentelemetry/api'
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { anyStory, liveStory, type Story } from '../../support/agent-stories.ts'
import { startByteReceiver, type Answering } from '../../support/byte-receiver.ts'
import { INSTALLED, loadDefinitions, type Json } from './definitions.ts'
import { endWeirdSpans } from './weird-spans.ts'

const spec = process.env['AOS_SPEC_DIR']
const PROTOCOLS: readonly OtlpProtocol[] = ['http/json', 'http/protobuf']
const stories: readonly Story[] = fc.sample(anyStory, { numRuns: 60, seed: 7 })

afterEach(() => {
  trace.disable()
  context.disable()
})

/** Bodies of the requests that work makes. */
async function requestsOf(
  options: TracerOptions,
  work: (tracer: OpenTelemetryTracer) => unknown,
  answering?: Answering,
): Promise<readonly Buffer[]> {
  await using receiver = await startByteReceiver(answering)
  const tracer = new OpenTelemetryTracer({
    endpoint: receiver.url,
    spool: false,
    redactForeignSpans: false,
    compression: 'none',
    ...options,
  })
  await work(tracer)
  const { created, delivered } = await tracer.shutdown(20_000)
  expect([delivered, receiver.taken.length > 0]).toEqual([created, true])
  return receiver.taken
}

const weird = (tracer: OpenTelemetryTracer): void => endWeirdSpans(tracer.getTracer('scope \ud800', '\udc00'))
const WEIRD_RESOURCE = {
  serviceName: 'half \ud83e',
  resourceAttributes: { nan: Number.NaN, big: 1e21, list: [] },
}

const DIFFERENT_EACH_TIME = /^(?:\w*[tT]imeUnixNano|traceId|spanId|parentSpanId)$/

/** The spans in the order they ended, without what is different each time. */
function contentOf(requests: readonly Json[]): readonly unknown[] {
  const inside = (holders: readonly unknown[], key: string): readonly unknown[] =>
    holders.flatMap((holder) => (holder as Json)[key] ?? [])
  const spans = ['resourceSpans', 'scopeSpans', 'spans'].reduce<readonly unknown[]>(inside, requests)
  const withoutThose = (key: string, value: unknown): unknown => {
    if (DIFFERENT_EACH_TIME.test(key)) return undefined
    return typeof value === 'bigint' ? String(value) : value
  }
  return JSON.parse(JSON.stringify(spans, withoutThose)) as unknown[]
}

describe.each([
  { name: 'of an installed package', folder: INSTALLED },
  { name: 'as published (needs AOS_SPEC_DIR)', folder: spec === undefined ? undefined : join(spec, 'otlp') },
])('by the definitions $name', ({ folder }) => {
  describe.skipIf(folder === undefined)('valid', () => {
    const definitions = loadDefinitions(folder ?? INSTALLED)
    const checked = (bodies: readonly Uint8Array[], protocol: OtlpProtocol): readonly Json[] =>
      bodies.map((body) =>
        protocol === 'http/json'
          ? definitions.parse('traces', Buffer.from(body).toString())
          : definitions.decode('traces', body),
      )

    test('are spans with whatever they hold, and both encodings say the same', async () => {
      const [json, protobuf] = await Promise.all(
        PROTOCOLS.map(async (protocol) =>
          contentOf(checked(await requestsOf({ ...WEIRD_RESOURCE, protocol }, weird), protocol)),
        ),
      )
      expect(json).toHaveLength(23)
      expect(protobuf).toEqual(json)
    })

    test.each(PROTOCOLS)('are spans that are cut, and requests that are divided (%s)', async (protocol) => {
      const long = (tracer: OpenTelemetryTracer): void => {
        const text = '🧪"\\\u0000'.repeat(10_000)
        for (let index = 0; index < 5; index += 1) {
          const attributes = { [`long ${index}`]: text, list: [text, 'short'], more: text }
          tracer.getTracer('long').startSpan(`span ${index}`, { attributes }).addEvent('e', attributes).end()
        }
        weird(tracer)
      }
      const options = { protocol, maxRequestBytes: 200_000 }
      const bodies = await requestsOf(options, long, (body) => (body.byteLength > 60_000 ? 413 : 200))
      expect(bodies.every((body) => body.byteLength <= 60_000)).toBe(true)
      expect(JSON.stringify(contentOf(checked(bodies, protocol)))).toContain('aos.truncated')
    })

    test('are the lines of a file', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'aos-valid-'))
      const file = join(folder, 'spans.jsonl')
      const tracer = new OpenTelemetryTracer({ ...WEIRD_RESOURCE, file })
      weird(tracer)
      const { created, delivered } = await tracer.shutdown(20_000)
      const lines = readFileSync(file).toString().trimEnd().split('\n')
      rmSync(folder, { recursive: true })
      expect(delivered).toBe(created)
      expect(
        checked(
          lines.map((line) => Buffer.from(line)),
          'http/json',
        ),
      ).not.toEqual([])
    })

    test.each(PROTOCOLS)('are the spans of generated runs (%s)', async (protocol) => {
      const bodies = await requestsOf({ protocol }, async (tracer) => {
        tracer.register()
        for (const story of stories) await liveStory(story, [])
      })
      expect(JSON.stringify(contentOf(checked(bodies, protocol)))).toContain('aos.decision')
    })

    test('are the logs and metrics of generated runs', async () => {
      const logs = new InMemoryLogRecordExporter()
      const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const processor = new SimpleLogRecordProcessor({ exporter: logs })
      const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 })
      const sinks = [
        eventsSink({ loggerProvider: new LoggerProvider({ processors: [processor] }) }),
        metricsSink({ meterProvider: new MeterProvider({ readers: [reader] }) }),
      ]
      for (const story of stories) await liveStory(story, sinks)
      await reader.forceFlush()
      const records = logs.getFinishedLogRecords()
      const { parse, decode } = definitions
      const text = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString()
      expect(records.length).toBeGreaterThan(100)
      expect(parse('logs', text(JsonLogsSerializer.serializeRequest(records)))).not.toEqual({})
      expect(decode('logs', ProtobufLogsSerializer.serializeRequest(records) ?? Buffer.of())).not.toEqual({})
      for (const collected of metrics.getMetrics()) {
        expect(parse('metrics', text(JsonMetricsSerializer.serializeRequest(collected)))).not.toEqual({})
        expect(
          decode('metrics', ProtobufMetricsSerializer.serializeRequest(collected) ?? Buffer.of()),
        ).not.toEqual({})
      }
    })
  })
})
