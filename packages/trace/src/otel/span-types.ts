import type {
  Attributes,
  Context,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
} from '@opentelemetry/api'

/** Something that happened during a span, as the OpenTelemetry SDK keeps it. */
export interface TimedEvent {
  readonly time: HrTime
  readonly name: string
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: number
}

/** What a span belongs to, as far as this package reads it. */
export interface SpanResource {
  readonly attributes: Attributes
}

/** An ended span; the ReadableSpan of both OpenTelemetry SDK lines fits. */
export interface ReadableSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly spanContext: () => SpanContext
  readonly parentSpanContext?: SpanContext
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: SpanStatus
  readonly attributes: Attributes
  readonly links: Link[]
  readonly events: TimedEvent[]
  readonly duration: HrTime
  readonly ended: boolean
  readonly resource: SpanResource
  readonly instrumentationScope: { readonly name: string; readonly version?: string }
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
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): { decision: number; attributes?: Readonly<Attributes> }
  toString(): string
}
