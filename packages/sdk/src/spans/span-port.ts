import {
  context as contextApi,
  diag,
  INVALID_SPAN_CONTEXT,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'

/** Name of the instrumentation scope of every span of the SDK. */
export const SCOPE_NAME = '@aos/sdk'

let reported = false

/** Runs telemetry code whose failure must not reach the agent; the first failure is reported through `diag`. */
export function safely<T>(work: () => T, otherwise: T): T {
  try {
    return work()
  } catch (error) {
    if (!reported) {
      reported = true
      diag.warn('aos: a span could not be written', error instanceof Error ? error.message : '')
    }
    return otherwise
  }
}

/** A span of nobody, for when telemetry is off or failed. */
export function noSpan(): Span {
  return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
}

/** Gives the SDK's tracer of the given provider, or of the global one. */
export function tracerOf(provider: TracerProvider | undefined, version: string): Tracer {
  return safely(() => (provider ?? trace.getTracerProvider()).getTracer(SCOPE_NAME, version), NO_TRACER)
}

const NO_TRACER: Tracer = new ProxyTracerProvider().getTracer(SCOPE_NAME)

/** The context the caller stands in. */
export function activeContext(): Context {
  return safely(() => contextApi.active(), ROOT_CONTEXT)
}

/** The span of a context, if it has one. */
export function spanOf(context: Context): Span | undefined {
  return safely(() => trace.getSpan(context), undefined)
}

/** The trace a context belongs to, if it has a span. */
export function traceIdOf(context: Context): string | undefined {
  return safely(() => trace.getSpan(context)?.spanContext().traceId, undefined)
}

/** What opening a span needs. */
export interface SpanStart {
  readonly name: string
  readonly kind?: SpanKind | undefined
  readonly attributes: Attributes
  /** Milliseconds since the epoch. */
  readonly startTime: number
  readonly parent: Context
}

/** Opens a span; never throws. */
export function openSpan(tracer: Tracer, start: SpanStart): Span {
  const { name, kind = SpanKind.INTERNAL, attributes, startTime, parent } = start
  return safely(() => tracer.startSpan(name, { kind, attributes, startTime }, parent), noSpan())
}

/** The context in which new spans become children of `span`, or `base` where the span has no identity. */
export function contextOf(span: Span, base: Context): Context {
  return traceIds(span) === undefined ? base : safely(() => trace.setSpan(base, span), base)
}

/** Runs work with a context active, also where the caller's telemetry fails. */
export function withContext<T>(active: Context, work: () => T): T {
  let started = false
  const start = (): T => {
    started = true
    return work()
  }
  try {
    return contextApi.with(active, start)
  } catch (error) {
    if (started) throw error
    return work()
  }
}

/** Marks a span as failed. */
export function markError(span: Span, error: { readonly type: string; readonly message: string }): void {
  safely(() => {
    span.setAttribute('error.type', error.type)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    span.addEvent('exception', { 'exception.type': error.type, 'exception.message': error.message })
  }, undefined)
}

/** Ends a span at a time in milliseconds since the epoch. */
export function endSpan(span: Span, endTime: number): void {
  safely(() => span.end(endTime), undefined)
}

/** The ids of a span, or nothing where it records nowhere. */
export function traceIds(span: Span): { readonly traceId: string; readonly spanId: string } | undefined {
  const ids = safely(() => span.spanContext(), INVALID_SPAN_CONTEXT)
  return trace.isSpanContextValid(ids) === true ? { traceId: ids.traceId, spanId: ids.spanId } : undefined
}
