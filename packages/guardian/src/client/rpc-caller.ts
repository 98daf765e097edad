import type { ClientRequest } from 'node:http'
import type { JsonRpcRequest } from '../wire/codec.ts'
import type { CallScope, Ending } from './call-scope.ts'
import type { Target } from './endpoint.ts'
import { startExchange, type Exchange, type HttpAnswer, type HttpFailure } from './exchange.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { GuardianClock } from './guardian-clock.ts'
import type { SignableRequest } from './message-signer.ts'
import { prepareRequest, signatureProblem, type Credentials, type Outgoing } from './outgoing-request.ts'
import { isRead, readRpcAnswer, retryAfterMs, type RpcAnswer } from './rpc-answer.ts'
import type { Transport } from './transport.ts'

/** What calls are made with. */
export interface RpcCallerOptions extends Credentials {
  readonly transport: Transport
  readonly clock: GuardianClock
  readonly maxRequestBytes: number
  readonly maxResponseBytes: number
  /** Exchanges whose time is over and that may still wait for their answer, so that it is counted. */
  readonly maxLate: number
}

/** One call. */
export interface RpcCall {
  readonly target: Target
  readonly message: JsonRpcRequest
  /** Id of the message, which its answer must have. */
  readonly id: string | number
  /** Takes a result without an id, as the landing page prints them. */
  readonly idless?: boolean
  readonly scope: CallScope
  /** Told when the message goes out. */
  readonly onSend?: () => void
}

interface SignedAnswer extends HttpAnswer {
  /** The request it answers, if that was signed. */
  readonly signed: SignableRequest | undefined
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
    const text = JSON.stringify(call.message)
    const bytes = Buffer.byteLength(text)
    if (bytes > maxRequestBytes)
      return failed('guardian_request_too_large', `the request is over ${maxRequestBytes} bytes`)
    const outgoing: Outgoing = { href: call.target.href, text, bytes, scope: call.scope }
    const answer = await this.#exchange(call, outgoing)
    if (!answer.ok) return answer
    const { signed } = answer
    const problem =
      signer === undefined || signed === undefined || !isRead(answer.status)
        ? undefined
        : await signatureProblem(signer, answer, signed)
    const idless = call.idless === true && !answer.reused
    const read =
      problem === undefined
        ? readRpcAnswer(answer, { id: call.id, idless })
        : failed('guardian_signature_invalid', `of its answer, ${problem}`)
    if (!read.ok || !Object.hasOwn(read.message, 'id')) answer.discard()
    return read
  }

  async #exchange(call: RpcCall, outgoing: Outgoing): Promise<SignedAnswer | HttpFailure> {
    const { clock, transport } = this.#options
    const { scope } = call
    const first = await this.#attempt(call, outgoing)
    const delayMs = scope.ending === undefined ? retryDelay(first, clock.date()) : undefined
    if (delayMs === undefined || delayMs >= scope.remainingMs()) return first
    // where one connection was left behind by a guardian that restarted, the others are, too
    if (!first.ok && first.reused) transport.dropIdle()
    if (delayMs > 0 && !(await scope.wait(delayMs))) return first
    this.retries++
    return this.#attempt(call, outgoing)
  }

  // a retry has the same id and body, by which a guardian knows it, and a signature of its own, which counts once
  async #attempt(call: RpcCall, outgoing: Outgoing): Promise<SignedAnswer | HttpFailure> {
    const { scope, target } = call
    const request = await prepareRequest(this.#options, outgoing)
    if (!request.ok) return { ...request, again: false, reused: false }
    if (scope.ending !== undefined) return { ...ended(scope.ending), again: false, reused: false }
    call.onSend?.()
    const outcome = await this.#send(
      scope,
      this.#options.transport.request(target, request.headers),
      outgoing.text,
    )
    return outcome.ok ? { ...outcome, signed: request.signed } : outcome
  }

  async #send(scope: CallScope, request: ClientRequest, text: string): Promise<HttpAnswer | HttpFailure> {
    this.requests++
    const exchange = startExchange(request, text, this.#options.maxResponseBytes)
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

function ended(ending: Ending): { readonly ok: false; readonly failure: Failure } {
  return ending === 'aborted'
    ? failed('guardian_aborted', 'the caller has given up')
    : failed('guardian_timeout', 'it did not answer in time')
}

function failed(code: FailureCode, problem: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, problem } }
}
