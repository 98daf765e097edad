import { currentRun } from '@aos/sdk'
import type { Context, Span } from '@opentelemetry/api'
import type { ReadableSpan, SpanAttributes, SpanProcessor } from '../otel/span-types.ts'

type Repeats = (attributes: SpanAttributes) => boolean

/**
 * Instrumentations that make spans of what LangChain tells its callbacks, inside of runs that have spans of the SDK for the
 * same work. None of them makes its spans active, so nothing is below them but their own.
 */
const REPEATING: ReadonlyMap<string, Repeats> = new Map<string, Repeats>([
  ['@arizeai/openinference-instrumentation-langchain', () => true],
  ['@traceloop/instrumentation-langchain', () => true],
  // the tracer for observations by hand too
  ['langfuse-sdk', (attributes) => Object.keys(attributes).some((key) => OF_LANGCHAIN.test(key))],
])

const OF_LANGCHAIN = /^langfuse\.observation\.metadata\.(?:ls_|lc_|langgraph_)/

/** A span processor that leaves some spans out. */
export interface LeavingOut extends SpanProcessor {
  /** Spans that were left out. */
  readonly leftOut: number
}

/**
 * Wraps a span processor so that each operation of a run has one span where other instrumentations of the framework run
 * beside the SDK: theirs, which say the same as ours, are left out and counted. `OpenTelemetryTracer` does it by itself.
 */
export function leaveOutRepeatedSpans(processor: SpanProcessor): LeavingOut {
  const repeated = new WeakSet<object>()
  let leftOut = 0
  return {
    get leftOut() {
      return leftOut
    },
    onStart(span: Span, parentContext: Context) {
      if (REPEATING.has(scopeOf(span)) && currentRun()?.run.recording === true) repeated.add(span)
      processor.onStart(span, parentContext)
    },
    onEnd(span: ReadableSpan) {
      const { attributes, instrumentationScope } = span
      const isRepeated = repeated.has(span) && REPEATING.get(instrumentationScope.name)?.(attributes) === true
      if (isRepeated) leftOut++
      else processor.onEnd(span)
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

function scopeOf(span: Span): string {
  const scope: unknown = Reflect.get(span, 'instrumentationScope')
  const name: unknown = typeof scope === 'object' && scope !== null ? Reflect.get(scope, 'name') : undefined
  return typeof name === 'string' ? name : ''
}
