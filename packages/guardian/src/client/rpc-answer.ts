import type { HttpAnswer } from './exchange.ts'
import type { Failure, FailureCode } from './failure.ts'
import { parseGuardedJson } from './json-guard.ts'

/** A JSON-RPC answer to one request. */
export interface RpcMessage {
  readonly message: object
  /** Set where the answer is an error. */
  readonly errorCode: number | undefined
}

/** A JSON-RPC answer, or why there is none. */
export type RpcAnswer =
  | (RpcMessage & { readonly ok: true })
  /** `notHere` is set where nothing listens at the path, so that another dialect may be meant. */
  | { readonly ok: false; readonly failure: Failure; readonly notHere?: boolean }

/** What a guardian answers that knows no such method (JSON-RPC 2.0, 5.1). */
export const METHOD_NOT_FOUND = -32601

const BY_STATUS: ReadonlyMap<number, readonly [FailureCode, string]> = new Map([
  [401, ['guardian_unauthorized', 'it does not know this client']],
  [403, ['guardian_unauthorized', 'it refuses this client']],
  [407, ['guardian_unauthorized', 'a proxy wants credentials']],
  [408, ['guardian_unavailable', 'it did not wait for the request']],
  [413, ['guardian_request_too_large', 'the request is larger than it takes']],
  [429, ['guardian_overloaded', 'it has too many requests']],
  [502, ['guardian_unavailable', 'a gateway does not reach it']],
  [503, ['guardian_unavailable', 'it is out of service']],
  [504, ['guardian_unavailable', 'a gateway waits for it']],
])

/** Whether an answer with this status is more than the status: something that must be read and believed. */
export function isRead(status: number): boolean {
  return status === 200 || (status >= 400 && !BY_STATUS.has(status))
}

/** The request that an answer must belong to. */
export interface AnsweredRequest {
  readonly id: string | number
  /** Takes a result that has no id: then nothing but its connection, which must be new, binds it to the request. */
  readonly idless: boolean
}

/** Reads an HTTP answer to a JSON-RPC request. */
export function readRpcAnswer(answer: HttpAnswer, request: AnsweredRequest): RpcAnswer {
  const { status } = answer
  const known = BY_STATUS.get(status)
  if (known !== undefined) return failed(known[0], `${known[1]} (HTTP ${status})`)
  if (status >= 300 && status < 400)
    return failed('guardian_redirect_refused', `it redirects (HTTP ${status})`)
  if (status === 200) return readEnvelope(answer, request)
  const read = isRead(status) ? readEnvelope(answer, request) : undefined
  // an error may come with a status of its own, a decision may not
  if (read?.ok === true && read.errorCode !== undefined) return read
  if (status === 404 || status === 405)
    return { ...failed('guardian_error', `nothing listens at this path (HTTP ${status})`), notHere: true }
  return status >= 400
    ? failed('guardian_error', `it answered with HTTP ${status}`)
    : failed('guardian_invalid_response', `it answered with HTTP ${status}`)
}

function readEnvelope({ headers, body }: HttpAnswer, request: AnsweredRequest): RpcAnswer {
  const type = headers['content-type'] ?? ''
  if (!/^application\/json[\t ]*(?:;|$)/i.test(type)) return invalid('its answer is not application/json')
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    return invalid('its answer is compressed, which was not asked for')
  const json = parseGuardedJson(body)
  if (!json.ok) return invalid(`of its answer, ${json.problem}`)
  const message = json.value
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return invalid('its answer is not one JSON-RPC response')
  return readMessage(message, request)
}

function readMessage(message: object, { id, idless }: AnsweredRequest): RpcAnswer {
  if (member(message, 'jsonrpc') !== '2.0') return invalid('its answer is not JSON-RPC 2.0')
  const hasResult = Object.hasOwn(message, 'result')
  if (hasResult === Object.hasOwn(message, 'error'))
    return invalid('its answer has not one of result and error')
  const answered = member(message, 'id')
  // a guardian that could not read the id says null (JSON-RPC 2.0, 5)
  const isBound = answered === id || (hasResult ? answered === undefined && idless : answered === null)
  if (!isBound) return invalid('its answer is to another request')
  if (hasResult) return { ok: true, message, errorCode: undefined }
  const error = member(message, 'error')
  const code = typeof error === 'object' && error !== null ? member(error, 'code') : undefined
  if (typeof code !== 'number' || !Number.isInteger(code)) return invalid('its error has no code')
  return { ok: true, message, errorCode: code }
}

/** Milliseconds that an answer asks to wait (RFC 9110, 10.2.3). */
export function retryAfterMs({ headers }: HttpAnswer, now: number): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function member(source: object, name: string): unknown {
  return Object.hasOwn(source, name) ? Reflect.get(source, name) : undefined
}

function invalid(problem: string): RpcAnswer {
  return failed('guardian_invalid_response', problem)
}

function failed(code: FailureCode, problem: string): RpcAnswer & { readonly ok: false } {
  return { ok: false, failure: { code, problem } }
}
