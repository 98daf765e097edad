import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'

/** Everything spans need, in memory. */
export interface Tracing {
  readonly provider: BasicTracerProvider
  /** Finished spans. */
  spans(): readonly ReadableSpan[]
  /** How many spans were started and not ended. */
  open(): number
  childrenOf(span: ReadableSpan | undefined): readonly ReadableSpan[]
  clear(): void
}

/** Registers the context manager of Node and a tracer provider that keeps its spans. */
export function startTracing(): Tracing {
  const tracing = keptSpans()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracing.provider)
  return tracing
}

/** Makes a tracer provider that keeps its spans. */
export function keptSpans(): Tracing {
  const exporter = new InMemorySpanExporter()
  const started = new Set<string>()
  const counting: SpanProcessor = {
    onStart: (span: Span) => void started.add(span.spanContext().spanId),
    onEnd: (span: ReadableSpan) => void started.delete(span.spanContext().spanId),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
  const provider = new BasicTracerProvider({ spanProcessors: [counting, new SimpleSpanProcessor(exporter)] })
  return {
    provider,
    spans: () => exporter.getFinishedSpans(),
    open: () => started.size,
    childrenOf: (span) =>
      exporter
        .getFinishedSpans()
        .filter(
          ({ parentSpanContext }) =>
            span !== undefined && parentSpanContext?.spanId === span.spanContext().spanId,
        ),
    clear: () => exporter.reset(),
  }
}

/** Takes the globals away again. */
export function stopTracing(): void {
  context.disable()
  trace.disable()
}
