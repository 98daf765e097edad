import { createTraceState, trace, type Context } from '@opentelemetry/api'
import { safely, traceIdOf } from '../spans/span-port.ts'
import type { RemoteCaller } from './remote-caller.ts'

/**
 * The context a run of a remote caller opens its span in: the caller's span, unless the context given belongs to the
 * same trace already and is therefore nearer.
 */
export function remoteContext(remote: RemoteCaller | undefined, base: Context): Context {
  const { traceparent, tracestate } = remote ?? {}
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? []
  if (traceId === undefined || spanId === undefined || traceIdOf(base) === traceId) return base
  return safely(
    () =>
      trace.setSpanContext(base, {
        traceId,
        spanId,
        traceFlags: Number.parseInt(flags ?? '0', 16) & 1,
        isRemote: true,
        ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
      }),
    base,
  )
}
