import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A JSON-RPC request as a guardian has received it. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly id: unknown
  readonly method: unknown
  readonly params: unknown
  readonly text: string
  readonly socket: Socket
}

/** Answers one request, or leaves it. */
export type Reply = (request: ReceivedRequest, response: http.ServerResponse) => void

/** Where it listens, if not on a port of the loopback address. */
export interface ScriptedGuardianOptions {
  readonly tls?: https.ServerOptions
  readonly socketPath?: string
}

/** A server that answers as a test says, and remembers what it was asked. */
export class ScriptedGuardian {
  readonly #server: http.Server
  readonly #sockets = new Set<Socket>()
  readonly #tls: boolean
  readonly requests: ReceivedRequest[] = []
  /** Connections that were opened so far. */
  connections = 0
  /** Given in this order; the last one stays. */
  replies: Reply[]

  constructor(replies: Reply[], tls?: https.ServerOptions) {
    this.replies = replies
    this.#tls = tls !== undefined
    this.#server = tls === undefined ? http.createServer() : https.createServer(tls)
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      // a test closes connections in the middle of things
      socket.on('error', () => socket.destroy())
    })
    this.#server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      void this.#receive(request, response)
    })
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${port}/aos`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The requests that are not pings. */
  get steps(): readonly ReceivedRequest[] {
    return this.requests.filter(({ method }) => method !== 'ping')
  }

  async listen(at: { readonly socketPath?: string; readonly port?: number } = {}): Promise<this> {
    if (at.socketPath === undefined) this.#server.listen(at.port ?? 0, '127.0.0.1')
    else this.#server.listen(at.socketPath)
    await once(this.#server, 'listening')
    return this
  }

  /** Resolves with the next request once it is here. */
  async received(): Promise<ReceivedRequest> {
    const [request] = (await once(this.#server, 'received')) as [ReceivedRequest]
    return request
  }

  /** Cuts every connection, in use or not. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const message = JSON.parse(text) as { id?: unknown; method?: unknown; params?: unknown }
    const received: ReceivedRequest = {
      path: request.url ?? '',
      headers: request.headers,
      id: message.id,
      method: message.method,
      params: message.params,
      text,
      socket: request.socket,
    }
    this.requests.push(received)
    const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0]
    reply?.(received, response)
    this.#server.emit('received', received)
  }
}

/** Starts a guardian on the loopback address, or on a socket. */
export async function startScriptedGuardian(
  replies: Reply | Reply[],
  { tls, socketPath }: ScriptedGuardianOptions = {},
): Promise<ScriptedGuardian> {
  const guardian = new ScriptedGuardian(Array.isArray(replies) ? replies : [replies], tls)
  return guardian.listen(socketPath === undefined ? {} : { socketPath })
}

/** Sends a JSON text. */
export function sendJson(response: http.ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Answers with a result. */
export function replies(result: unknown): Reply {
  return ({ id }, response) => sendJson(response, { jsonrpc: '2.0', id, result })
}

/** Answers with a JSON-RPC error. */
export function repliesError(code: number, status = 200): Reply {
  return ({ id }, response) =>
    sendJson(response, { jsonrpc: '2.0', id, error: { code, message: 'as scripted' } }, status)
}

/** Answers with a status and nothing else. */
export function repliesStatus(status: number, headers: http.OutgoingHttpHeaders = {}): Reply {
  return (_request, response) => {
    response.writeHead(status, headers)
    response.end()
  }
}

/** Answers `ping` as alive and everything else with another reply. */
export function alive(otherwise: Reply): Reply {
  const result = { status: 'connected', version: '0.1.0', timestamp: '2026-01-01T00:00:00Z' }
  return (request, response) => (request.method === 'ping' ? replies(result) : otherwise)(request, response)
}

/** Never answers. */
export const hangs: Reply = () => undefined

/** Allows. */
export const allows: Reply = replies({ decision: 'allow', message: 'fine' })
