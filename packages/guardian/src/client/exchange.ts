import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { RefusedAddressError } from './address-guard.ts'
import type { Failure, FailureCode } from './failure.ts'

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly ok: true
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether it came over a connection that had been used before. */
  readonly reused: boolean
  /** Closes the connection, over which nothing more is to be believed. */
  readonly discard: () => void
}

/** An exchange that brought no answer. */
export interface HttpFailure {
  readonly ok: false
  readonly failure: Failure
  /** Whether the request may be sent again: no part of an answer has come. */
  readonly again: boolean
  /** Whether it was sent over a connection that had been used before. */
  readonly reused: boolean
}

/** One request under way. */
export interface Exchange {
  readonly done: Promise<HttpAnswer | HttpFailure>
  cancel(): void
}

/** Sends a body and reads the answer, of which no more than `maxBytes` are ever held. */
export function startExchange(request: ClientRequest, body: string, maxBytes: number): Exchange {
  const done = new Promise<HttpAnswer | HttpFailure>((resolve) => {
    // once an answer has begun, what becomes of it is said by its reader
    let begun = false
    const failed = (error?: Error): void => {
      if (!begun) resolve(transportFailure(error, request))
    }
    request.on('response', (response) => {
      begun = true
      void readAnswer(response, { reused: request.reusedSocket, maxBytes }).then(resolve)
    })
    request.on('error', failed)
    // an upgrade, or a connection that closes without a word
    request.on('close', () => failed())
  })
  request.end(body)
  return { done, cancel: () => void request.destroy() }
}

function readAnswer(
  response: IncomingMessage,
  { reused, maxBytes }: { readonly reused: boolean; readonly maxBytes: number },
): Promise<HttpAnswer | HttpFailure> {
  return new Promise((resolve) => {
    const { socket } = response
    const refuse = (code: FailureCode, problem: string): void => {
      resolve({ ok: false, failure: { code, problem }, again: false, reused: false })
      socket.destroy()
    }
    const tooLarge = (): void => refuse('guardian_response_too_large', `its answer is over ${maxBytes} bytes`)
    if (Number(response.headers['content-length']) > maxBytes) {
      tooLarge()
      return
    }
    const chunks: Buffer[] = []
    let bytes = 0
    let ended = false
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) tooLarge()
      else chunks.push(chunk)
    })
    response.on('end', () => {
      ended = true
      resolve({
        ok: true,
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
        reused,
        discard: () => void socket.destroy(),
      })
    })
    const broken = (): void => {
      if (!ended) refuse('guardian_unavailable', 'the connection broke in the middle of its answer')
    }
    response.on('error', broken)
    response.on('close', broken)
  })
}

// errors of connections say only their code: their text may name what the guardian's address is made of
function transportFailure(error: Error | undefined, request: ClientRequest): HttpFailure {
  const code =
    error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const reused = request.reusedSocket
  const failed = (failure: FailureCode, problem: string, again = false): HttpFailure => ({
    ok: false,
    failure: { code: failure, problem },
    again,
    reused,
  })
  if (error instanceof RefusedAddressError)
    return failed('guardian_address_refused', 'its name leads to an address at which no guardian may be')
  if (code?.startsWith('HPE_') === true)
    return failed('guardian_invalid_response', `its answer is not HTTP (${code})`)
  if (request.protocol === 'https:' && code !== undefined && isTlsError(code))
    return failed('guardian_untrusted', `the secure connection failed (${code})`)
  const again = code === undefined || RETRIED.has(code)
  return failed('guardian_unavailable', `the connection failed (${code ?? 'closed'})`, again)
}

// the system's errors are words such as ECONNRESET and EAI_AGAIN; what else fails has to do with certificates
function isTlsError(code: string): boolean {
  return code === 'EPROTO' || !/^E(?:AI_)?[A-Z0-9]+$/.test(code)
}

const RETRIED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])
