import type { Context, HrTime, Span, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api'

/** Attributes as either OpenTelemetry line has them; the newer one allows more kinds of values. */
export type SpanAttributes = Readonly<Record<string, unknown>>

/** Something that happened during a span, as the OpenTelemetry SDK keeps it. */
export interface TimedEvent {
  readonly time: HrTime
  readonly name: string
  readonly attributes?: SpanAttributes | undefined
}

/** An ended span; the ReadableSpan of both OpenTelemetry SDK lines fits. */
export interface ReadableSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly spanContext: () => SpanContext
  readonly parentSpanContext?: SpanContext | undefined
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: SpanStatus
  readonly attributes: SpanAttributes
  readonly links: readonly {
    readonly context: SpanContext
    readonly attributes?: SpanAttributes | undefined
  }[]
  readonly events: readonly TimedEvent[]
  readonly resource: SpanResource
  readonly instrumentationScope: { readonly name: string; readonly version?: string | undefined }
}

/** What a span belongs to. */
export interface SpanResource {
  readonly attributes: SpanAttributes
}

/** A span processor; those of both OpenTelemetry SDK lines fit. */
export interface SpanProcessor {
  // declared as methods, so that processors for the SDK's own, wider span types fit too
  onStart(span: Span, parentContext: Context): void
  onEnd(span: ReadableSpan): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** A span exporter; those of both OpenTelemetry SDK lines fit. */
export interface SpanExporter {
  export(spans: ReadableSpan[], done: (result: { code: number; error?: Error }) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

/** A sampler; those of both OpenTelemetry SDK lines fit. */
export interface Sampler {
  shouldSample(...args: SamplerArguments): {
    readonly decision: number
    readonly attributes?: SpanAttributes | undefined
  }
  toString(): string
}

/** What a sampler decides on (OpenTelemetry, ShouldSample). */
export type SamplerArguments = [
  context: Context,
  traceId: string,
  spanName: string,
  spanKind: SpanKind,
  attributes: Record<string, never>,
  links: never[],
]
