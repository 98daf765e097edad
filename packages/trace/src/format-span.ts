import type { HrTime } from '@opentelemetry/api'
import type { ReadableSpan, SpanAttributes } from './otel/span-types.ts'

/** A span as the AOS Trace page prints one. */
export interface FormattedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly operationName: string
  readonly startTime: string
  readonly attributes: SpanAttributes
  readonly events: readonly {
    readonly name: string
    readonly timestamp: string
    readonly attributes: SpanAttributes
  }[]
}

/** Renders an ended span for reading, with the members that the AOS Trace page prints; what is exported is OTLP. */
export function formatSpan(span: ReadableSpan): FormattedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    operationName: span.name,
    startTime: formatTime(span.startTime),
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      timestamp: formatTime(time),
      attributes,
    })),
  }
}

/** Formats a time of a span as the AOS Trace page does: UTC, without a fraction where there is none. */
export function formatTime([seconds, nanoseconds]: HrTime): string {
  return new Date(seconds * 1000 + nanoseconds / 1_000_000).toISOString().replace('.000Z', 'Z')
}
