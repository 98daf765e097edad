import { createServer, type IncomingMessage, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { decodeTraceRequest } from './otlp-protobuf.ts'
import { spansOfRequest, type ReceivedSpan } from './otlp-spans.ts'

/** A request as it arrived, decoded where it could be. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly bodyBytes: number
  readonly spans: readonly ReceivedSpan[]
}

/** How the receiver answers; `'hang'` never answers. Spans count as received only with a status of 200. */
export type ReceiverReply =
  | 'hang'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** Chooses the answer to a request; a promise delays it. */
export type ReceiverBehaviour = (request: ReceivedRequest) => ReceiverReply | Promise<ReceiverReply>

/** An OTLP/HTTP collector on loopback that keeps what it receives. */
export interface OtlpReceiver extends AsyncDisposable {
  /** Address without a path. */
  readonly endpoint: string
  /** Spans of all accepted requests, in the order of their arrival. */
  readonly spans: readonly ReceivedSpan[]
  /** All requests, refused ones included. */
  readonly requests: readonly ReceivedRequest[]
  /** Changes how requests are answered from now on; without an argument they are accepted again. */
  behave(behaviour?: ReceiverBehaviour): void
  /** Resolves as soon as what was received fulfils a condition. */
  until(condition: (receiver: OtlpReceiver) => boolean): Promise<void>
  close(): Promise<void>
}

const ACCEPT: ReceiverReply = { status: 200, body: '{}' }

/** Refuses bodies above a limit with status 413. */
export function limitBody(maxBytes: number): ReceiverBehaviour {
  return ({ bodyBytes }) => (bodyBytes > maxBytes ? { status: 413 } : ACCEPT)
}

/** Starts a receiver on a free port of the loopback interface, or on the given one. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const requests: ReceivedRequest[] = []
  const waiters = new Set<() => void>()
  let behaviour: ReceiverBehaviour = () => ACCEPT

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = toRequest(incoming, await readBody(incoming))
    requests.push(request)
    for (const check of waiters) check()
    const reply = await behaviour(request)
    if (reply === 'hang') return
    if (reply.status === 200) spans.push(...request.spans)
    const contentType = incoming.headers['content-type'] ?? 'application/json'
    const body = contentType.includes('json') ? (reply.body ?? '') : ''
    outgoing.writeHead(reply.status, { 'content-type': contentType, ...reply.headers }).end(body)
    for (const check of waiters) check()
  }
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(400)
      outgoing.end(String(error))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: chosen } = server.address() as AddressInfo

  const receiver: OtlpReceiver = {
    endpoint: `http://127.0.0.1:${chosen}`,
    spans,
    requests,
    behave(next = () => ACCEPT) {
      behaviour = next
    },
    until: (condition) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (!condition(receiver)) return
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    [Symbol.asyncDispose]: () => receiver.close(),
  }
  return receiver
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}

function toRequest({ url = '', headers }: IncomingMessage, body: Buffer): ReceivedRequest {
  const isJson = headers['content-type']?.includes('json') ?? false
  const decoded: unknown = isJson ? JSON.parse(body.toString('utf8')) : decodeTraceRequest(body)
  return { path: url, headers, bodyBytes: body.byteLength, spans: spansOfRequest(decoded) }
}
