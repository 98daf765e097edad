import type { OutboxClock } from '../outbox/index.ts'
import type { ReporterSettings } from './reporter-options.ts'

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly ok: boolean
  readonly retryAfterMs: number | undefined
  /** The body where it was asked for, is JSON and is not too long. */
  readonly body?: unknown
  readonly isTooLong?: boolean
}

/** One request, apart from what all have in common. */
export interface RunRequest {
  readonly signal: AbortSignal
  readonly body?: Uint8Array | undefined
  /** Whether the answer's body is read: for a moment only, or as long as it takes. */
  readonly read?: 'briefly' | 'wholly' | undefined
}

const MAX_BODY_BYTES = 4 * 1024 * 1024
/** Ids that would lead to another path. */
const NO_SEGMENT = /^\.{0,2}$/
/** Time for the rest of an answer whose status is known. */
const BODY_MS = 1_000

/** Speaks with an agent-run server; rejects when there is no answer. */
export class RunsClient {
  readonly #settings: ReporterSettings

  constructor(settings: ReporterSettings) {
    this.#settings = settings
  }

  create(request: RunRequest): Promise<Answer> {
    return this.#send('POST', this.#settings.url, request)
  }

  update(id: string, request: RunRequest): Promise<Answer> {
    return this.#sendTo('PATCH', [id], request)
  }

  get(id: string, request: RunRequest): Promise<Answer> {
    return this.#sendTo('GET', [id], request)
  }

  putDocument(id: string, kind: string, request: RunRequest): Promise<Answer> {
    return this.#sendTo('PUT', [id, 'documents', kind], request)
  }

  async #sendTo(method: string, segments: readonly string[], request: RunRequest): Promise<Answer> {
    if (!segments.every(hasPath)) return { status: 405, ok: false, retryAfterMs: undefined }
    return this.#send(method, this.#urlOf(segments), request)
  }

  #urlOf(segments: readonly string[]): string {
    const url = new URL(this.#settings.url)
    const path = segments.map((segment) => encodeURIComponent(segment)).join('/')
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
    return url.href
  }

  async #send(method: string, url: string, { signal, body, read }: RunRequest): Promise<Answer> {
    const { fetch, headers, clock } = this.#settings
    const response = await fetch(url, {
      method,
      // a redirect could carry the key to somebody else
      redirect: 'manual',
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      signal,
    })
    const { status, ok } = response
    const retryAfterMs = toRetryAfterMs(response.headers.get('retry-after'), clock.now())
    if (read !== undefined && ok) {
      // what was done is known from the status
      const content = readJson(response, read === 'briefly' ? clock : undefined)
      return {
        status,
        ok,
        retryAfterMs,
        ...(await (read === 'briefly' ? content.catch(() => ({})) : content)),
      }
    }
    await response.body?.cancel()
    return { status, ok, retryAfterMs }
  }
}

async function readJson(
  response: Response,
  clock: OutboxClock | undefined,
): Promise<Pick<Answer, 'body' | 'isTooLong'>> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  if (reader === undefined) return {}
  const chunks: Uint8Array[] = []
  let bytes = 0
  const stop = (): void => void reader.cancel().catch(() => undefined)
  const cancelTimeout = clock?.schedule(stop, BODY_MS, false)
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength
      if (bytes > MAX_BODY_BYTES) {
        stop()
        return { isTooLong: true }
      }
      chunks.push(part.value)
    }
  } finally {
    cancelTimeout?.()
  }
  return { body: parseJson(Buffer.concat(chunks).toString('utf8')) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// seconds, or a date (RFC 9110, 10.2.3)
function toRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const seconds = Number(value)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** Whether a run can be reached by its id. */
export function hasPath(id: string): boolean {
  return !NO_SEGMENT.test(id)
}

/** Whether a server may do better another time. */
export function isTemporary({ status }: Answer): boolean {
  return status === 408 || status === 429 || status >= 500
}

const NO_UPDATES: ReadonlySet<number> = new Set([403, 405, 501])

/** Whether a server updates no run, or none for us. */
export function refusesUpdates({ status }: Answer): boolean {
  return NO_UPDATES.has(status)
}

/** Whether the server may have done what it was asked for, though a gateway says that it failed. */
export function isAmbiguous({ status }: Answer): boolean {
  return status === 502 || status === 504
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])

/** Whether a request that failed cannot have reached the server. */
export function neverConnected(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && NEVER_CONNECTED.has(cause.code)
}
