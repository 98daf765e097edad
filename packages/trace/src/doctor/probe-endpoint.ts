import type { OtlpTarget } from '../config/tracer-options.ts'
import { withoutTracing } from '../export/otlp-delivery.ts'
import type { Finding } from './finding.ts'

const EMPTY_REQUEST = '{"resourceSpans":[]}'

/** Posts an empty request to the collector and tells why spans would not arrive. */
export async function probeEndpoint(
  { url, headers }: OtlpTarget,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  try {
    const response = await withoutTracing(() =>
      fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: EMPTY_REQUEST,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      }),
    )
    await response.body?.cancel()
    if (response.ok) return []
    const message = `${url} answers HTTP ${response.status} to an empty request`
    return [{ code: 'endpoint_refused', severity: 'error', message, fix: fixFor(response.status) }]
  } catch (error) {
    return [
      {
        code: 'endpoint_unreachable',
        severity: 'error',
        message: `${url} cannot be reached: ${reasonOf(error)}`,
        fix: 'start the collector, or correct the endpoint (OTLP over HTTP listens on port 4318 by custom)',
      },
    ]
  }
}

function fixFor(status: number): string {
  if (status === 401 || status === 403)
    return 'check the credentials in headers or OTEL_EXPORTER_OTLP_HEADERS'
  if (status === 404 || status === 405) return 'check the path: an endpoint with a path is used as it is'
  if (status >= 300 && status < 400) return 'use the address it redirects to'
  return 'look at the log of the collector'
}

function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof Error)
    return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return 'unknown error'
}
