import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import type { TracerProvider } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { AlwaysOnSampler, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-node'
import { AOSTraceProvider, formatSpan, OpenTelemetryTracer } from './index.ts'

const tracer = new OpenTelemetryTracer({
  serviceName: 'typed',
  sampler: new AlwaysOnSampler(),
  spanProcessors: [new BatchSpanProcessor(new InMemorySpanExporter())],
})
void new OpenTelemetryTracer({ exporter: new OTLPTraceExporter() })

// a view has the type of the agent
const agent = new AOSInstrument(async (input: string, _aos: GuardedRun) => input.length)
const traced: typeof agent = tracer.instrument(agent)
void traced

export const provider: TracerProvider = new AOSTraceProvider()
export const value: number = tracer.startActiveSpan('n', () => 1)
export const later: Promise<string> = tracer.startActiveSpan('n', async (span) => span.spanContext().traceId)
export const printed: string[] = new InMemorySpanExporter()
  .getFinishedSpans()
  .map((span) => formatSpan(span).operationName)

// @ts-expect-error an option that does not exist
void new OpenTelemetryTracer({ servicename: 'typed' })
// @ts-expect-error a sampler is not a number
void new OpenTelemetryTracer({ sampler: 0.5 })
