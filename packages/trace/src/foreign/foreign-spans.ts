import { createRedactor, currentRun, type Redactor } from '@aos/sdk'
import type { Context, Span } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '../otel/span-types.ts'
import { redactSpan, SDK_SCOPE } from './redact-span.ts'

const NOBODY = {}

function isOurs(span: Span): boolean {
  const scope: unknown = Reflect.get(span, 'instrumentationScope')
  return typeof scope === 'object' && scope !== null && Reflect.get(scope, 'name') === SDK_SCOPE
}

/** How spans of other instrumentations are treated. */
export interface ForeignSpansOptions {
  /** Default: everything that `createRedactor()` finds. */
  readonly redactor?: Redactor | undefined
}

/**
 * Wraps a span processor so that spans of other instrumentations on the same provider are treated like those of the SDK:
 * they say whose run they belong to, and their texts are redacted before the processor sees them ended. For a provider
 * of your own; `OpenTelemetryTracer` does it by itself.
 */
export function guardForeignSpans(
  processor: SpanProcessor,
  options: ForeignSpansOptions = {},
): SpanProcessor {
  const redactor = options.redactor ?? createRedactor()
  return {
    onStart(span: Span, parentContext: Context) {
      if (!isOurs(span)) span.setAttributes(currentRun()?.run.identity ?? NOBODY)
      processor.onStart(span, parentContext)
    },
    onEnd: (span: ReadableSpan) => processor.onEnd(redactSpan(span, redactor)),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}
