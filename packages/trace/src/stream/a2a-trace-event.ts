import { formatTime } from '../format-span.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import { runFactsOf } from './run-facts.ts'

/** A run as the AOS landing page hands it on between agents (A2A trace event). */
export interface A2ATraceEvent {
  readonly apiVersion: 'a2a.io/v1'
  readonly kind: 'TraceEvent'
  readonly metadata: { readonly traceId: string; readonly spanId: string; readonly timestamp: string }
  readonly spec: {
    readonly eventType: 'agent.execution'
    readonly agent: { readonly name: string; readonly session?: string }
    readonly execution: { readonly reasoningSteps: number; readonly toolsCalled: readonly string[] }
    readonly observability: { readonly format: 'opentelemetry'; readonly endpoint?: string }
  }
}

/** Makes the A2A trace event of a run from its ended span, or from the caller's span around it; any YAML writer renders it. */
export function toA2ATraceEvent(
  span: ReadableSpan,
  options: { readonly endpoint?: string | undefined } = {},
): A2ATraceEvent {
  const { traceId, spanId } = span.spanContext()
  const { agent, session, reasoningSteps, toolsCalled } = runFactsOf(span)
  return {
    apiVersion: 'a2a.io/v1',
    kind: 'TraceEvent',
    metadata: { traceId, spanId, timestamp: formatTime(span.startTime) },
    spec: {
      eventType: 'agent.execution',
      agent: { name: agent, ...(session === undefined ? {} : { session }) },
      execution: { reasoningSteps, toolsCalled },
      observability: {
        format: 'opentelemetry',
        ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      },
    },
  }
}
