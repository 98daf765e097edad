import type { ParseIssue } from '@agent-run/types'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { readTraceRequest } from '../otlp/read-protobuf.ts'
import { toRequest } from '../otlp/to-request.ts'
import { toStoredSpans } from '../otlp/to-stored-spans.ts'
import { writePartialSuccess, writeStatus } from '../otlp/write-answer.ts'
import type { RunStore } from '../store/run-store.ts'
import type { App, Request } from './app-types.ts'
import { requireRole } from './authenticate.ts'
import { invalid, notFound } from './problem.ts'
import { readBytes, readJson } from './read-body.ts'
import { readPart } from './read-query.ts'

/** What the routes of spans and events work with. */
export interface IngestRoutes {
  readonly store: RunStore
  /** Most bytes of one request, unpacked. */
  readonly maxBytes: number
}

const PROTOBUF = 'application/x-protobuf'
// google.rpc.Code, for those that are answered
const CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 413: 8, 429: 8, 503: 14 }
const INTERNAL = 13

/** Adds the route that takes spans (OTLP/HTTP, JSON and protobuf). */
export function addTraceRoute(app: App, { store, maxBytes }: IngestRoutes): void {
  app.post('/v1/traces', requireRole('operator'), async (context) => {
    const request = isProtobuf(context)
      ? fromProtobuf(await readBytes(context, maxBytes))
      : await readJson(context, maxBytes)
    const read = toStoredSpans(request)
    if (read === undefined)
      throw invalid('trace request', [
        { path: '/resourceSpans', message: 'must be a list of objects (OTLP, ExportTraceServiceRequest)' },
      ])
    const { spans, rejected, reason = '' } = read
    await store.addSpans(spans)
    if (isProtobuf(context)) return protobuf(context, writePartialSuccess(rejected, reason), 200)
    const partialSuccess = { rejectedSpans: String(rejected), errorMessage: reason }
    return context.json(rejected === 0 ? {} : { partialSuccess })
  })
}

/** Adds the route that gives the spans of a run back. */
export function addSpanRoutes(app: App, { store }: Pick<IngestRoutes, 'store'>): void {
  app.get('/runs/:id/spans', async (context) => {
    const id = context.req.param('id')
    const spans = await store.spansOf(id, readPart(context))
    if (spans.length === 0 && (await store.get(id)) === undefined) throw notFound()
    return context.json(toRequest(spans))
  })
}

/** The answer to a refused request of OTLP, in the encoding of the request. */
export function refuseTraces(
  context: Request,
  answer: {
    readonly status: number
    readonly message: string
    readonly issues: readonly ParseIssue[] | undefined
  },
): Response {
  const { status, issues = [] } = answer
  const message = [answer.message, ...issues.map((issue) => `${issue.path} ${issue.message}`.trim())].join(
    ': ',
  )
  const code = CODES[status] ?? INTERNAL
  if (isProtobuf(context)) return protobuf(context, writeStatus(code, message), status)
  return context.newResponse(JSON.stringify({ error: answer.message, code, message, issues }), {
    status: status as ContentfulStatusCode,
    headers: { 'content-type': 'application/json' },
  })
}

function isProtobuf({ req }: Request): boolean {
  return (req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() === PROTOBUF
}

function protobuf(context: Request, body: Buffer, status: number): Response {
  const headers = { 'content-type': PROTOBUF }
  return context.newResponse(new Uint8Array(body), { status: status as ContentfulStatusCode, headers })
}

function fromProtobuf(bytes: Buffer): unknown {
  try {
    return readTraceRequest(bytes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    throw invalid('body', [{ path: '', message: `it is no protobuf of OTLP: ${reason}` }])
  }
}
