import type { HrTime } from '@opentelemetry/api'
import type { ReadableSpan, SpanAttributes } from './otel/span-types.ts'

/** A span as the AOS Trace page prints one. */
export interface FormattedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly operationName: string
  readonly startTime: string
  readonly endTime: string
  readonly attributes: SpanAttributes
  readonly events: readonly {
    readonly name: string
    readonly timestamp: string
    readonly attributes: SpanAttributes
  }[]
}

/** Renders an ended span for reading, in the form of the AOS Trace page; what is exported is OTLP. */
export function formatSpan(span: ReadableSpan): FormattedSpan {
  const { traceId, spanId } = span.spanContext()
  const parentSpanId = span.parentSpanContext?.spanId
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    operationName: span.name,
    startTime: toIso(span.startTime),
    endTime: toIso(span.endTime),
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      timestamp: toIso(time),
      attributes,
    })),
  }
}

function toIso([seconds, nanoseconds]: HrTime): string {
  return new Date(seconds * 1000 + nanoseconds / 1_000_000).toISOString()
}
