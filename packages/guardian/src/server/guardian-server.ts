import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { HeaderFields, SignableRequest } from '../client/message-signer.ts'
import { GuardianAgent } from '../guardian-agent.ts'
import { policyFrom } from '../policies/policy-from.ts'
import { isPolicySource } from '../policy/policy-source.ts'
import type { JsonRpcResponse } from '../wire/codec.ts'
import { ApprovalInbox } from './approval-inbox.ts'
import { answerRoute } from './http-routes.ts'
import { isAnswer, readRpcBody, RPC_ERRORS, rpcError } from './json-rpc.ts'
import { ANONYMOUS, createRecognition, type Principal, type Recognise } from './principal.ts'
import { readBody } from './read-body.ts'
import { RpcMethods } from './rpc-methods.ts'
import { HttpWaiting, type Waiting } from './waiting.ts'
import { checkServerOptions, type GuardianServerOptions } from './server-options.ts'
import { ServerPolicies } from './server-policies.ts'

/** A guardian that agents ask over HTTP. */
export interface GuardianServer {
  /** Decides by its policies; kills and revives. */
  readonly guardian: GuardianAgent
  readonly approvals: ApprovalInbox
  /** Starts to listen and gives the URL (the path of the socket, where it listens at one). */
  listen(): Promise<string>
  /** Takes no more requests, answers those under way within the deadline (milliseconds, default 5000), and closes. */
  close(deadlineMs?: number): Promise<void>
}

const MEBIBYTE = 1024 * 1024
const CLOSE_MS = 5000
const REQUEST_MS = 30_000

/** Makes a guardian server; throws `invalid_options` and `invalid_policy`. It listens once `listen()` is called. */
export function createGuardianServer(options: GuardianServerOptions): GuardianServer {
  checkServerOptions(options)
  return new HttpGuardian(options)
}

class HttpGuardian implements GuardianServer {
  readonly guardian: GuardianAgent
  readonly approvals: ApprovalInbox
  readonly #options: GuardianServerOptions
  readonly #policies: ServerPolicies
  readonly #methods: RpcMethods
  readonly #recognise: Recognise
  readonly #server: Server
  readonly #underWay = new Set<ServerResponse>()
  #closing = false
  #lastTarget: { readonly url: string; readonly base: string; readonly uri: string | undefined } = {
    url: '',
    base: '',
    uri: undefined,
  }

  constructor(options: GuardianServerOptions) {
    const clock = options.clock ?? Date.now
    const { policies } = options
    const base = isPolicySource(policies)
      ? policies
      : policies.map((given) => policyFrom(given, options.factories))
    this.#options = options
    this.#recognise = createRecognition(options.auth)
    this.#policies = new ServerPolicies(base, options.default ?? 'allow')
    this.guardian = new GuardianAgent({
      name: 'guardian server',
      policies: this.#policies,
      clock,
      timeoutMs: options.timeoutMs,
    })
    this.approvals = new ApprovalInbox({ ...options.approvals, clock })
    this.#methods = new RpcMethods({
      guardian: this.guardian,
      policies: this.#policies,
      inbox: this.approvals,
      upstream: options.upstream ?? {},
      strict: options.strict ?? false,
      clock,
      onDecision: options.onDecision,
      onTrace: options.onTrace,
      agbom: options.agbom,
    })
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#serve(request, response)
    this.#server =
      options.tls === undefined
        ? createHttpServer(listener)
        : createHttpsServer({ minVersion: 'TLSv1.2', rejectUnauthorized: true, ...options.tls }, listener)
    this.#server.requestTimeout = REQUEST_MS
  }

  listen(): Promise<string> {
    const { host = '127.0.0.1', port = 0, socketPath, tls } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      const listening = (): void => {
        this.#server.off('error', reject)
        if (socketPath !== undefined) return resolve(socketPath)
        const { port: bound } = this.#server.address() as AddressInfo
        const name = host.includes(':') ? `[${host}]` : host
        resolve(`http${tls === undefined ? '' : 's'}://${name}:${bound}`)
      }
      if (socketPath === undefined) this.#server.listen(port, host, listening)
      else this.#server.listen(socketPath, listening)
    })
  }

  async close(deadlineMs: number = CLOSE_MS): Promise<void> {
    this.#closing = true
    this.approvals.close()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    // their connections end with their answers
    for (const response of this.#underWay) response.shouldKeepAlive = false
    const timer = setTimeout(() => this.#server.closeAllConnections(), deadlineMs)
    await closed
    clearTimeout(timer)
    await this.guardian.close()
    this.#policies.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay.add(response)
    const waiting = new HttpWaiting(response)
    response.once('close', () => {
      this.#underWay.delete(response)
      waiting.left()
    })
    if (this.#closing) response.shouldKeepAlive = false
    try {
      await this.#answer(request, response, waiting)
    } catch {
      // a fault of ours is told to nobody but as one
      if (!response.headersSent) send(response, 500, rpcError(null, RPC_ERRORS.internal))
      else response.destroy()
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, waiting: Waiting): Promise<void> {
    const read = await readBody(request, this.#options.maxRequestBytes ?? MEBIBYTE)
    if (!read.ok) {
      response.setHeader('connection', 'close')
      return send(response, read.status, { error: read.problem })
    }
    const signable = this.#signable(request, read.body)
    const caller = await this.#callerOf(request, signable)
    const route = await this.#routed(request, read.body, caller)
    if (route !== undefined) return send(response, route.status, route.body)
    if (request.method !== 'POST') return send(response, 405, { error: 'send JSON-RPC 2.0 as POST' })
    if (caller === undefined) {
      response.setHeader('www-authenticate', 'Bearer')
      return send(response, 401, { error: 'not authenticated' })
    }
    if (!isJson(request)) return send(response, 415, { error: 'send application/json' })
    await this.#answerRpc({ response, body: read.body, caller, waiting, signable })
  }

  #routed(
    request: IncomingMessage,
    body: Uint8Array,
    caller: Principal | undefined,
  ): ReturnType<typeof answerRoute> {
    const { url: asked = '/', method = 'GET' } = request
    // JSON-RPC is asked for here, and nothing else is
    if (asked === '/') return undefined
    const url = new URL(asked, 'http://guardian')
    const isOpen = this.#options.auth === undefined && this.#options.signature === undefined
    return answerRoute(
      {
        method,
        path: url.pathname,
        query: url.searchParams,
        body,
        caller: isOpen ? ANONYMOUS : caller,
      },
      {
        guardian: this.guardian,
        inbox: this.approvals,
        policyHash: () => this.#policies.hash,
        agbomRequest: this.#options.agbomRequest,
      },
    )
  }

  async #callerOf(
    request: IncomingMessage,
    signable: SignableRequest | undefined,
  ): Promise<Principal | undefined> {
    const { signature, auth } = this.#options
    const caller = await this.#recognise(request)
    if (signature === undefined || caller === undefined) return caller
    // what is read and changed by people carries no signature
    if (request.method !== 'POST' || !isJson(request)) return auth === undefined ? undefined : caller
    if (signable === undefined) return undefined
    const checked = signature.verifier.verify(signable)
    if (!checked.ok) return undefined
    return auth === undefined ? { name: checked.keyId, roles: ['agent'] } : caller
  }

  #signable(request: IncomingMessage, body: Uint8Array): SignableRequest | undefined {
    // what is read and changed by people carries no signature
    if (this.#options.signature === undefined || request.method !== 'POST' || !isJson(request))
      return undefined
    const targetUri = this.#targetUri(request)
    if (targetUri === undefined) return undefined
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers))
      headers[name] = typeof value === 'string' ? value : (value?.join(', ') ?? '')
    return { method: 'POST', targetUri, headers, body }
  }

  #targetUri({ headers, url = '/' }: IncomingMessage): string | undefined {
    const { publicUrl, tls } = this.#options
    const base = publicUrl ?? `http${tls === undefined ? '' : 's'}://${headers.host ?? ''}`
    // nearly every caller asks for the same as the one before
    const known = this.#lastTarget
    if (known.url === url && known.base === base) return known.uri
    const uri = URL.canParse(url, base) ? new URL(url, base).href : undefined
    this.#lastTarget = { url, base, uri }
    return uri
  }

  async #answerRpc(call: {
    readonly response: ServerResponse
    readonly body: Uint8Array
    readonly caller: Principal
    readonly waiting: Waiting
    readonly signable: SignableRequest | undefined
  }): Promise<void> {
    const { response, body, caller, waiting, signable } = call
    const { batch, items } = readRpcBody(body)
    const answerOf = async (item: (typeof items)[number]): Promise<JsonRpcResponse | undefined> =>
      isAnswer(item) ? item : this.#methods.answer(item, caller, waiting)
    const answers = await Promise.all(items.map(answerOf))
    const given = answers.filter((answer) => answer !== undefined)
    if (given.length === 0) return send(response, 202, undefined)
    const text = JSON.stringify(batch ? given : given[0])
    const headers = this.#signed(text, signable)
    sendText(response, 200, { text, headers })
  }

  #signed(text: string, request: SignableRequest | undefined): HeaderFields {
    const { signature } = this.#options
    if (signature === undefined || request === undefined) return {}
    const headers = { 'content-type': 'application/json' }
    return signature.signer.signResponse({ status: 200, headers, body: Buffer.from(text) }, request)
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json *(;|$)/i.test(headers['content-type'] ?? '')
}

function send(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, { text: body === undefined ? '' : JSON.stringify(body), headers: {} })
}

function sendText(
  response: ServerResponse,
  status: number,
  { text, headers }: { readonly text: string; readonly headers: HeaderFields },
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(text)
}
