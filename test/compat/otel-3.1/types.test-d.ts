import { formatSpan, OpenTelemetryTracer } from '@aos/trace'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { AlwaysOnSampler, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace'

void new OpenTelemetryTracer({
  sampler: new AlwaysOnSampler(),
  spanProcessors: [new BatchSpanProcessor({ exporter: new InMemorySpanExporter() })],
})
void new OpenTelemetryTracer({ exporter: new OTLPTraceExporter() })
export const printed: string[] = new InMemorySpanExporter()
  .getFinishedSpans()
  .map((span) => formatSpan(span).operationName)
