import { formatTime } from '../format-span.ts'
import type { ReadableSpan } from '../otel/span-types.ts'

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
  const { attributes } = span
  const text = (name: string): string | undefined => {
    const value = attributes[name]
    return typeof value === 'string' ? value : undefined
  }
  const session = text('aos.session.id')
  const steps = attributes['aos.reasoning.steps']
  const tools = attributes['aos.tools.called']
  return {
    apiVersion: 'a2a.io/v1',
    kind: 'TraceEvent',
    metadata: { traceId, spanId, timestamp: formatTime(span.startTime) },
    spec: {
      eventType: 'agent.execution',
      agent: {
        name: text('aos.agent.name') ?? text('gen_ai.agent.name') ?? span.name,
        ...(session === undefined ? {} : { session }),
      },
      execution: {
        reasoningSteps: typeof steps === 'number' ? steps : 0,
        toolsCalled: Array.isArray(tools) ? tools.filter((tool) => typeof tool === 'string') : [],
      },
      observability: {
        format: 'opentelemetry',
        ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      },
    },
  }
}
