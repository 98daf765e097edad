import { constants, gzip } from 'node:zlib'
import { context, createContextKey } from '@opentelemetry/api'
import type { Deliver, DeliveryResult, OutboxItem } from '@aos/sdk/outbox'
import type { OtlpTarget } from '../config/tracer-options.ts'
import type { OtlpSerializer } from '../otel/otel-sdk.ts'

/** What {@link createOtlpDelivery} needs. */
export interface OtlpDeliveryOptions {
  readonly target: OtlpTarget
  readonly serializer: Pick<OtlpSerializer, 'deserializeResponse'>
  /** Hears how many spans of a delivered request the receiver refused (OTLP, partial success). */
  readonly onPartialSuccess: (rejectedSpans: number) => void
  /** Hears of a request that the receiver finds too large. */
  readonly onTooLarge: (item: OutboxItem) => void
}

// the key by which instrumentations know that a request must not be traced itself
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Statuses that say the request itself is wrong; everything else can heal, so the spans are kept. */
const HOPELESS = new Set([400, 406, 410, 411, 414, 415, 422, 431])

/** Creates the function that posts one OTLP request to a collector. */
export function createOtlpDelivery({
  target,
  serializer,
  onPartialSuccess,
  onTooLarge,
}: OtlpDeliveryOptions): Deliver {
  const compressed = target.compression === 'gzip'
  return async (item, signal) => {
    const body = compressed ? await compress(item.body) : item.body
    const encoding: Record<string, string> = compressed ? { 'content-encoding': 'gzip' } : {}
    const response = await withoutTracing(() =>
      fetch(target.url, {
        method: 'POST',
        headers: { ...target.headers, 'content-type': item.contentType, ...encoding },
        body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) as Uint8Array<ArrayBuffer>,
        // a redirected POST may arrive as a GET without its body
        redirect: 'manual',
        signal,
      }),
    )
    // read to the end, so that the connection is used again
    const answer = await readAnswer(response)
    if (!response.ok) {
      const failure = failureOf(response)
      if (failure.status === 'too_large') onTooLarge(item)
      return failure
    }
    // a receiver may answer in another encoding than it was asked in
    if (response.headers.get('content-type')?.startsWith(item.contentType) === true) {
      onPartialSuccess(rejectedSpans(serializer, answer))
    }
    return { status: 'delivered' }
  }
}

// the default level makes it little smaller and takes several times as long
const FASTEST = { level: constants.Z_BEST_SPEED }

function compress(body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(body, FASTEST, (error, compressed) => (error === null ? resolve(compressed) : reject(error)))
  })
}

/** The answer, as far as it comes: its status has told already whether the request was taken. */
async function readAnswer(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch {
    return new Uint8Array()
  }
}

/** Runs a request that instrumentations of HTTP must not turn into a span. */
export function withoutTracing<Result>(request: () => Result): Result {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), request)
}

/** What a refused request means for what it carried. */
export function failureOf(response: Response): DeliveryResult {
  const reason = `HTTP ${response.status}`
  if (response.status === 413) return { status: 'too_large', reason }
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
