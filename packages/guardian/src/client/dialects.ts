import type { PolicyResponse } from '../policy-response.ts'
import type { Codec, DecodedResponse, JsonRpcRequest, WireStep } from '../wire/codec.ts'
import { problemOfRequest } from '../wire/validate-message.ts'
import { failureOf, type Failure } from './failure.ts'
import type { MaskedStep } from './field-mask.ts'
import { METHOD_NOT_FOUND, type RpcAnswer, type RpcMessage } from './rpc-answer.ts'

/** A guardian's decision, or why there is none. */
export type Outcome =
  | { readonly ok: true; readonly decision: PolicyResponse }
  | { readonly ok: false; readonly failure: Failure }

/** Sends one message in a dialect. */
export type SendMessage = (codec: Codec, message: JsonRpcRequest) => Promise<RpcAnswer>

/** Asks in the dialects that a client speaks, and keeps to the one that the guardian has understood. */
export class Dialects {
  readonly #codecs: readonly [Codec, ...Codec[]]
  #understood: Codec | undefined

  constructor(codecs: readonly [Codec, ...Codec[]]) {
    this.#codecs = codecs
  }

  /** The dialect that is understood, as far as is known. */
  get current(): Codec {
    return this.#understood ?? this.#codecs[0]
  }

  async ask({ step, seesValue }: MaskedStep, send: SendMessage): Promise<Outcome> {
    const unknown = failureOf('guardian_method_not_found', `it does not judge ${step.hook}`)
    let refused: Failure | undefined
    for (const codec of this.#understood === undefined ? this.#codecs : [this.#understood]) {
      const message = codec.encodeRequest(step)
      const problem = problemOfRequest(message, message.method)
      if (problem !== undefined)
        return failed('guardian_request_failed', `the request is not valid: ${problem}`)
      const answer = await send(codec, message)
      if (!answer.ok) {
        if (answer.notHere !== true) return answer
        refused ??= answer.failure
      } else if (answer.errorCode === METHOD_NOT_FOUND) refused = unknown
      else return this.#read({ codec, step, seesValue }, answer)
    }
    return { ok: false, failure: refused ?? unknown }
  }

  #read({ codec, step, seesValue }: MaskedStep & { readonly codec: Codec }, answer: RpcMessage): Outcome {
    const { message, errorCode } = answer
    if (errorCode !== undefined)
      return failed('guardian_error', `it answered with the JSON-RPC error ${errorCode}`)
    const decoded = decode(codec, step, message)
    if (!decoded.ok) return { ok: false, failure: { code: decoded.code, problem: decoded.problem } }
    this.#understood = codec
    return decoded.decision.decision === 'modify' && !seesValue
      ? failed('invalid_modification', 'it changes a value that it was not shown whole')
      : decoded
  }
}

function decode(codec: Codec, step: WireStep, message: object): DecodedResponse {
  try {
    return codec.decodeResponse(step, message)
  } catch {
    return { ok: false, ...failureOf('guardian_invalid_response', 'its answer could not be read') }
  }
}

function failed(...[code, problem]: Parameters<typeof failureOf>): Outcome {
  return { ok: false, failure: failureOf(code, problem) }
}
