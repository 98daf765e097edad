import { trace, type Span } from '@opentelemetry/api'
import type { Step } from '../run/step.ts'
import { safely } from '../spans/span-port.ts'

/**
 * The span of a tool call for the message it is made of: decisions are told on it, what it says of itself stays
 * (OpenTelemetry, MCP: a call that has a span gets no second one).
 */
export function sharedSpan({ run, context, trace: ids }: Step): Span | undefined {
  if (!run.recording || ids === undefined) return undefined
  const span = safely(() => trace.getSpan(context), undefined)
  if (span === undefined) return undefined
  const shared = trace.wrapSpanContext(span.spanContext())
  shared.addEvent = (...event) => {
    span.addEvent(...event)
    return shared
  }
  return shared
}
