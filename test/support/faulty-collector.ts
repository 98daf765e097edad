import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { decodeTraceRequest } from './otlp-protobuf.ts'
import { spansOfRequest, type ReceivedSpan } from './otlp-spans.ts'

/** What a collector does with one request. */
export type Fault =
  | 'accept'
  /** Keeps the connection open and never answers; the spans are not taken. */
  | 'hang'
  /** Answers late, but well. */
  | 'slow'
  /** Resets the connection before it has read anything. */
  | 'reset'
  /** Takes the spans and cuts the connection before the answer: unavoidably, they come again. */
  | 'accept-unanswered'
  /** Takes the spans and cuts the connection in the middle of the answer. */
  | 'cut-answer'
  /** Takes all spans but one, and says so. */
  | 'partial'
  | { readonly status: number; readonly retryAfter?: string }

/** A collector that fails as it is told to, on a port that it keeps. */
export interface FaultyCollector extends AsyncDisposable {
  /** Address without a path. */
  readonly endpoint: string
  readonly port: number
  /** Every span that was taken, in order, repeated ones included. */
  readonly spans: readonly ReceivedSpan[]
  /** Ids of spans that may come twice, as their request was taken and never answered. */
  readonly unanswered: ReadonlySet<string>
  /** Requests that have arrived, refused ones included. */
  readonly requests: number
  /** Spans that were refused in partial answers. */
  readonly refused: number
  /** Chooses what happens to the requests from now on, one after the other; the last one holds. */
  behave(...faults: readonly [Fault, ...Fault[]]): void
  /** Refuses bodies above this many bytes, as they are on the wire, with 413. */
  limitBody(maxBytes: number): void
  /** Listens no more, so that connections are refused. */
  refuse(): Promise<void>
  /** Listens again. */
  listen(): Promise<void>
}

/** Time that `'slow'` takes. */
const SLOW_MS = 300

/** Starts a collector on a free port of the loopback interface. */
export async function startFaultyCollector(): Promise<FaultyCollector> {
  const collector = new Collector()
  await collector.listen()
  return collector
}

class Collector implements FaultyCollector {
  readonly spans: ReceivedSpan[] = []
  readonly unanswered = new Set<string>()
  requests = 0
  refused = 0
  port = 0
  #faults: Fault[] = ['accept']
  #maxBytes = Infinity
  #server: Server | undefined

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  behave(...faults: readonly [Fault, ...Fault[]]): void {
    this.#faults = [...faults]
  }

  limitBody(maxBytes: number): void {
    this.#maxBytes = maxBytes
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        // a client that has gone is what many faults are about
        if (!response.headersSent && !response.destroyed) response.writeHead(400).end(String(error))
      })
    })
    this.#server = server
    for (let attempts = 1; !server.listening; attempts += 1) {
      // outside the range that systems hand out, so that the port stays ours while nobody listens
      if (attempts > 1 || this.port === 0) this.port = randomInt(18_000, 32_000)
      server.listen(this.port, '127.0.0.1')
      await once(server, 'listening').catch((error: unknown) => {
        if (attempts === 20) throw error
      })
    }
  }

  refuse(): Promise<void> {
    return new Promise((resolve) => {
      this.#server?.close(() => resolve())
      this.#server?.closeAllConnections()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.listening === true) await this.refuse()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1
    const fault = this.#faults.length > 1 ? this.#faults.shift() : this.#faults[0]
    if (fault === 'reset') return void request.socket.resetAndDestroy()
    const { spans, wireBytes } = await readSpans(request)
    if (fault === 'hang' || fault === undefined) return
    if (typeof fault === 'object') return answer(response, fault)
    if (wireBytes > this.#maxBytes) return answer(response, { status: 413 })
    if (fault === 'slow')
      await new Promise((resolve) => {
        setTimeout(resolve, SLOW_MS)
      })
    this.#take(fault === 'partial' ? spans.slice(1) : spans, response)
    if (fault === 'accept-unanswered') {
      return void request.socket.destroy()
    }
    const contentType = request.headers['content-type'] ?? 'application/json'
    if (fault === 'cut-answer') {
      response.writeHead(200, { 'content-type': contentType, 'content-length': '100' }).flushHeaders()
      response.write('{', () => request.socket.destroy())
      return
    }
    if (fault === 'partial') this.refused += 1
    response.writeHead(200, { 'content-type': contentType })
    response.end(fault === 'partial' ? partialAnswer(contentType) : '')
  }

  #take(spans: readonly ReceivedSpan[], response: ServerResponse): void {
    this.spans.push(...spans)
    response.once('close', () => {
      if (!response.writableFinished) for (const { spanId } of spans) this.unanswered.add(spanId)
    })
  }
}

function answer(
  response: ServerResponse,
  { status, retryAfter }: { readonly status: number; readonly retryAfter?: string },
): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
}

async function readSpans(
  request: IncomingMessage,
): Promise<{ readonly spans: readonly ReceivedSpan[]; readonly wireBytes: number }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const wire = Buffer.concat(chunks)
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire
  const isJson = request.headers['content-type']?.includes('json') === true
  const decoded: unknown = isJson ? JSON.parse(body.toString('utf8')) : decodeTraceRequest(body)
  return { spans: spansOfRequest(decoded), wireBytes: wire.byteLength }
}

/** ExportTraceServiceResponse with one rejected span. */
function partialAnswer(contentType: string): string | Buffer {
  if (contentType.includes('json')) return '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'
  return Buffer.from([0x0a, 0x02, 0x08, 0x01])
}
