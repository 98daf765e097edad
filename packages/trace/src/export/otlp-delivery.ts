import { context, createContextKey } from '@opentelemetry/api'
import type { Deliver, DeliveryResult, OutboxItem } from '@aos/sdk/outbox'
import type { OtlpTarget } from '../config/tracer-options.ts'
import type { OtlpSerializer } from '../otel/otel-sdk.ts'

/** What {@link createOtlpDelivery} needs. */
export interface OtlpDeliveryOptions {
  readonly target: OtlpTarget
  readonly serializer: Pick<OtlpSerializer, 'deserializeResponse'>
  /** Hears how many spans of a delivered request the receiver refused (OTLP, partial success). */
  readonly onPartialSuccess: (item: OutboxItem, rejectedSpans: number) => void
}

// the key by which instrumentations know that a request must not be traced itself
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Statuses that say the request itself is wrong; everything else can heal, so the spans are kept. */
const HOPELESS = new Set([400, 406, 410, 411, 413, 414, 415, 422, 431])

/** Creates the function that posts one OTLP request to a collector. */
export function createOtlpDelivery({ target, serializer, onPartialSuccess }: OtlpDeliveryOptions): Deliver {
  return async (item, signal) => {
    const response = await withoutTracing(() =>
      fetch(target.url, {
        method: 'POST',
        headers: { ...target.headers, 'content-type': item.contentType },
        body: Buffer.from(
          item.body.buffer,
          item.body.byteOffset,
          item.body.byteLength,
        ) as Uint8Array<ArrayBuffer>,
        // a redirected POST may arrive as a GET without its body
        redirect: 'manual',
        signal,
      }),
    )
    // read to the end, so that the connection is used again
    const answer = new Uint8Array(await response.arrayBuffer())
    if (!response.ok) return failureOf(response)
    // a receiver may answer in another encoding than it was asked in
    if (response.headers.get('content-type')?.startsWith(item.contentType) === true) {
      onPartialSuccess(item, rejectedSpans(serializer, answer))
    }
    return { status: 'delivered' }
  }
}

/** Runs a request that instrumentations of HTTP must not turn into a span. */
export function withoutTracing<Result>(request: () => Result): Result {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), request)
}

/** What a refused request means for what it carried. */
export function failureOf(response: Response): DeliveryResult {
  const reason = `HTTP ${response.status}`
  if (HOPELESS.has(response.status)) return { status: 'rejected', reason }
  return { status: 'retry', reason, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}

function rejectedSpans(serializer: OtlpDeliveryOptions['serializer'], answer: Uint8Array): number {
  try {
    const rejected = Number(serializer.deserializeResponse(answer).partialSuccess?.rejectedSpans ?? 0)
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  } catch {
    return 0
  }
}
