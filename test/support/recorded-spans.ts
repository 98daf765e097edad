import type { AttributeValue, TracerProvider } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-node'

/** A provider of the OpenTelemetry SDK that keeps its ended spans. */
export interface RecordedSpans {
  readonly provider: TracerProvider
  /** Ended spans, in the order in which they ended. */
  spans(): readonly ReadableSpan[]
  /** The one ended span with this name; throws unless there is exactly one. */
  only(name: string): ReadableSpan
  clear(): void
}

/** Makes a {@link RecordedSpans}; it is not registered anywhere. */
export function recordedSpans(sampler?: Sampler): RecordedSpans {
  const exporter = new InMemorySpanExporter()
  const spanProcessors = [new SimpleSpanProcessor(exporter)]
  const provider = new BasicTracerProvider({ spanProcessors, ...(sampler === undefined ? {} : { sampler }) })
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans()
  return {
    provider,
    spans,
    only(name) {
      const [span, ...more] = spans().filter((ended) => ended.name === name)
      if (span === undefined || more.length > 0) {
        throw new Error(
          `${more.length + (span === undefined ? 0 : 1)} spans ${name} among ${spans()
            .map((ended) => ended.name)
            .join(', ')}`,
        )
      }
      return span
    },
    clear: () => exporter.reset(),
  }
}

/** The attributes of a span whose names begin so. */
export function attributesOf(
  span: ReadableSpan,
  ...prefixes: readonly string[]
): Record<string, AttributeValue | undefined> {
  return Object.fromEntries(
    Object.entries(span.attributes).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
  )
}

/** Everything a span would send, as text. */
export function spanText(span: ReadableSpan): string {
  const { name, attributes, events, status } = span
  return JSON.stringify({
    name,
    attributes,
    events: events.map((event) => [event.name, event.attributes]),
    status,
  })
}
