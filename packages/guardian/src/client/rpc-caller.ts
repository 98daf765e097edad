import type { JsonRpcRequest } from '../wire/codec.ts'
import type { CallScope, Ending } from './call-scope.ts'
import { startExchange, type Exchange, type HttpAnswer, type HttpFailure } from './exchange.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { GuardianClock } from './guardian-clock.ts'
import type { HeaderFields, MessageSigner, SignableRequest } from './message-signer.ts'
import { isRead, readRpcAnswer, retryAfterMs, type RpcAnswer } from './rpc-answer.ts'
import type { Transport } from './transport.ts'

/** Gives the token of the moment. */
export type Bearer = string | (() => string | PromiseLike<string>)

/** What calls are made with. */
export interface RpcCallerOptions {
  readonly transport: Transport
  readonly clock: GuardianClock
  readonly bearer?: Bearer | undefined
  readonly signer?: MessageSigner | undefined
  readonly maxRequestBytes: number
  readonly maxResponseBytes: number
  /** Exchanges whose time is over and that may still wait for their answer, so that it is counted. */
  readonly maxLate: number
}

/** One call. */
export interface RpcCall {
  readonly target: URL
  readonly message: JsonRpcRequest
  /** Id of the message, which its answer must have. */
  readonly id: string | number
  /** Takes a result without an id, as the landing page prints them. */
  readonly idless?: boolean
  readonly scope: CallScope
  /** Told when the message goes out. */
  readonly onSend?: () => void
}

interface ReadyRequest extends SignableRequest {
  readonly body: Buffer
}

const RETRY_DELAY_MS = 25
const LATE_MS = 1000

/** Makes JSON-RPC calls over HTTP; what fails is an answer, too. */
export class RpcCaller {
  readonly #options: RpcCallerOptions
  readonly #late = new Set<Exchange>()
  /** Messages sent, retries included. */
  requests = 0
  retries = 0
  /** Answers that came when nobody waited for them any more. */
  late = 0

  constructor(options: RpcCallerOptions) {
    this.#options = options
  }

  async call(call: RpcCall): Promise<RpcAnswer> {
    const { maxRequestBytes, signer } = this.#options
    const body = Buffer.from(JSON.stringify(call.message))
    if (body.length > maxRequestBytes)
      return failed('guardian_request_too_large', `the request is over ${maxRequestBytes} bytes`)
    const request = await this.#request(call, body)
    if ('problem' in request) return { ok: false, failure: request }
    if (call.scope.ending !== undefined) return ended(call.scope.ending)
    call.onSend?.()
    const answer = await this.#exchange(call, request)
    if (!answer.ok) return answer
    const idless = call.idless === true && !answer.reused
    const problem =
      signer === undefined || !isRead(answer.status)
        ? undefined
        : await signatureProblem(signer, answer, request)
    const read =
      problem === undefined
        ? readRpcAnswer(answer, { id: call.id, idless })
        : failed('guardian_signature_invalid', `of its answer, ${problem}`)
    if (!read.ok || !Object.hasOwn(read.message, 'id')) answer.discard()
    return read
  }

  async #request({ target, scope }: RpcCall, body: Buffer): Promise<ReadyRequest | Failure> {
    const { bearer, signer } = this.#options
    const headers: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-length': String(body.length),
      'content-type': 'application/json',
    }
    if (bearer !== undefined) {
      const token = typeof bearer === 'string' ? bearer : await tokenOf(bearer)
      if (token === undefined)
        return { code: 'guardian_credentials_failed', problem: 'there is no token to show it' }
      headers['authorization'] = `Bearer ${token}`
    }
    const request: ReadyRequest = { method: 'POST', targetUri: target.href, headers, body }
    if (signer === undefined || scope.ending !== undefined) return request
    const signature = await signatureOf(signer, request)
    if (signature === undefined)
      return { code: 'guardian_signature_failed', problem: 'the request could not be signed' }
    return { ...request, headers: { ...headers, ...signature } }
  }

  async #exchange(call: RpcCall, request: ReadyRequest): Promise<HttpAnswer | HttpFailure> {
    const { clock, transport } = this.#options
    const { scope } = call
    const first = await this.#send(call, request)
    const delayMs = scope.ending === undefined ? retryDelay(first, clock.date()) : undefined
    if (delayMs === undefined || delayMs >= scope.remainingMs()) return first
    // where one connection was left behind by a guardian that restarted, the others are, too
    if (!first.ok && first.reused) transport.dropIdle()
    if (delayMs > 0 && !(await scope.wait(delayMs))) return first
    this.retries++
    return this.#send(call, request)
  }

  async #send({ target, scope }: RpcCall, request: ReadyRequest): Promise<HttpAnswer | HttpFailure> {
    const { transport, maxResponseBytes } = this.#options
    const client = transport.request(target, request.headers)
    this.requests++
    const exchange = startExchange(client, request.body, maxResponseBytes)
    let cancelTimer: (() => void) | undefined
    const stop = scope.onEnd((ending) => {
      cancelTimer = this.#leave(exchange, ending)
    })
    const outcome = await exchange.done
    stop()
    cancelTimer?.()
    this.#late.delete(exchange)
    if (outcome.ok && scope.ending === 'timeout') this.late++
    return scope.ending === undefined ? outcome : { ...ended(scope.ending), again: false, reused: false }
  }

  /** Gives up an exchange, at once or once an answer that is only late has had its time. */
  #leave(exchange: Exchange, ending: Ending): (() => void) | undefined {
    const { clock, maxLate } = this.#options
    if (ending === 'aborted' || this.#late.size >= maxLate) {
      exchange.cancel()
      return undefined
    }
    this.#late.add(exchange)
    return clock.schedule(() => exchange.cancel(), LATE_MS)
  }
}

/** Milliseconds after which a request may be sent once more, `undefined` if it may not. */
function retryDelay(first: HttpAnswer | HttpFailure, now: number): number | undefined {
  if (!first.ok) {
    if (!first.again) return undefined
    return first.reused ? 0 : RETRY_DELAY_MS
  }
  if (first.status === 429) return retryAfterMs(first, now)
  if (first.status < 502 || first.status > 504) return undefined
  return retryAfterMs(first, now) ?? RETRY_DELAY_MS
}

async function tokenOf(bearer: () => string | PromiseLike<string>): Promise<string | undefined> {
  try {
    const token: unknown = await bearer()
    return isToken(token) ? token : undefined
  } catch {
    return undefined
  }
}

/** Whether something can be sent as a bearer token (RFC 6750, 2.1). */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\w.~+/-]+=*$/.test(token)
}

async function signatureOf(
  signer: MessageSigner,
  request: SignableRequest,
): Promise<HeaderFields | undefined> {
  try {
    return await signer.signRequest(request)
  } catch {
    return undefined
  }
}

async function signatureProblem(
  signer: MessageSigner,
  { status, headers, body }: HttpAnswer,
  request: SignableRequest,
): Promise<string | undefined> {
  try {
    const problem: unknown = await signer.verifyResponse({ status, headers, body }, request)
    if (problem === undefined) return undefined
    return typeof problem === 'string' ? problem : 'the signature could not be checked'
  } catch {
    return 'the signature could not be checked'
  }
}

function ended(ending: Ending): { readonly ok: false; readonly failure: Failure } {
  return ending === 'aborted'
    ? failed('guardian_aborted', 'the caller has given up')
    : failed('guardian_timeout', 'it did not answer in time')
}

function failed(code: FailureCode, problem: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, problem } }
}
