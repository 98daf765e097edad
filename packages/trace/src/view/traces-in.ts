import { buildTraces } from './build-traces.ts'
import { readOtlp } from './otlp-json.ts'
import type { ViewTrace } from './view-trace.ts'

/**
 * The traces in a value of OTLP JSON, the earliest first; `undefined` where it is none. It needs nothing of Node, so that
 * pages can use it; messages that refer to recorded texts stay as they are.
 */
export function tracesIn(value: unknown): readonly ViewTrace[] | undefined {
  const content = readOtlp(value)
  return content === undefined ? undefined : buildTraces(content.spans)
}
