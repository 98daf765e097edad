import type { PingResponse, PingResult } from '../generated/aos-types.ts'
import type { CodecName, DecodeOptions, JsonRpcError, JsonRpcRequest } from './codec.ts'
import {
  defined,
  isRecord,
  member,
  readAs,
  recordMember,
  textMember,
  unreadable,
  type Reading,
} from './read.ts'
import { invalidParams, invalidRequest, methodNotFound } from './rpc-error.ts'
import { toTimestamp } from './step-context.ts'
import { problemOfRequest, problemOfResponse } from './validate-message.ts'

/** A ping on its way. */
export interface Ping {
  readonly id: string | number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** Milliseconds after which the guardian counts as lost. */
  readonly timeout?: number | undefined
}

/** A ping as it was read, or the JSON-RPC error that answers it. */
export type DecodedPing =
  | { readonly ok: true; readonly ping: Ping }
  | { readonly ok: false; readonly error: JsonRpcError }

/** Makes a ping; the published schema wants the timestamp beside params, too. */
export function encodePing({ id, timestamp, timeout }: Ping, codec: CodecName): JsonRpcRequest {
  const time = toTimestamp(timestamp)
  const params = defined({ timestamp: time, timeout })
  const beside = codec === 'aos-0.1-literal' ? { timestamp: time } : {}
  return { jsonrpc: '2.0', id, method: 'ping', params, ...beside }
}

/** Reads a ping, with its timestamp in params or beside. */
export function decodePing(message: unknown, { lenient = true }: DecodeOptions = {}): DecodedPing {
  if (!isRecord(message) || member(message, 'jsonrpc') !== '2.0')
    return { ok: false, error: invalidRequest('it is not one JSON-RPC 2.0 request') }
  const method = textMember(message, 'method') ?? ''
  if (method !== 'ping') return { ok: false, error: methodNotFound(method) }
  const id = member(message, 'id')
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id)))
    return { ok: false, error: invalidRequest('its id is neither text nor an integer') }
  const problem = lenient ? undefined : problemOfRequest(message, method)
  const params = recordMember(message, 'params')
  const time = Date.parse(textMember(params, 'timestamp') ?? textMember(message, 'timestamp') ?? '')
  if (problem !== undefined || Number.isNaN(time))
    return { ok: false, error: invalidParams(problem ?? 'params.timestamp is not a date and time') }
  const timeout = member(params, 'timeout')
  const isTimeout = typeof timeout === 'number' && Number.isSafeInteger(timeout)
  return { ok: true, ping: defined({ id, timestamp: time, timeout: isTimeout ? timeout : undefined }) }
}

/** What a guardian answers to a ping. */
export interface PingState {
  readonly status: PingResult['status']
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** Makes the answer to a ping. */
export function encodePingResponse(ping: Ping, { status, version, timestamp }: PingState): PingResponse {
  return { jsonrpc: '2.0', id: ping.id, result: { status, version, timestamp: toTimestamp(timestamp) } }
}

/** Reads the answer to a ping; an error, or an answer to another request, is no answer. */
export function decodePingResponse(ping: Ping, answer: unknown): Reading<PingState> {
  const problem = problemOfResponse(answer, 'ping')
  if (problem !== undefined) return unreadable(`it is no answer to a ping: ${problem}`)
  const { id, result } = answer as PingResponse
  if (id !== ping.id) return unreadable('it answers another request')
  const { status, version, timestamp } = result
  return readAs({ status, version, timestamp: Date.parse(timestamp) })
}
