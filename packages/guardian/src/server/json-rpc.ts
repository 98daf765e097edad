import { parseGuardedJson } from '../client/json-guard.ts'
import type { JsonRpcError, JsonRpcResponse } from '../wire/codec.ts'

/** The errors of the AOS schema; detail goes into `data`. */
export const RPC_ERRORS = {
  parse: { code: -32700, message: 'Invalid JSON payload' },
  invalidRequest: { code: -32600, message: 'Request payload validation error' },
  methodNotFound: { code: -32601, message: 'Method not found' },
  invalidParams: { code: -32602, message: 'Invalid parameters' },
  internal: { code: -32603, message: 'Internal error' },
} as const

/** Refused for lack of rights; AOS leaves -32000 to -32099 to implementations. */
export const RPC_FORBIDDEN: JsonRpcError = { code: -32001, message: 'Not authorized' }

/** A request whose envelope holds. */
export interface RpcCall {
  /** Absent in what JSON-RPC calls a notification. */
  readonly id: string | number | undefined
  readonly method: string
  readonly params: unknown
  /** The whole request, as the codecs decode it. */
  readonly message: unknown
  /** The body it came in, and its place there. */
  readonly body: Uint8Array
  readonly at: number
}

/** What a request body holds, in order: calls, and answers to what is none. */
export interface RpcBody {
  readonly batch: boolean
  readonly items: readonly (RpcCall | JsonRpcResponse)[]
}

const MAX_BATCH = 50

/** Reads the body of a JSON-RPC 2.0 POST. */
export function readRpcBody(body: Uint8Array): RpcBody {
  const parsed = parseGuardedJson(body)
  if (!parsed.ok) return single(rpcError(null, RPC_ERRORS.parse, parsed.problem))
  if (!Array.isArray(parsed.value)) return single(readCall(parsed.value, body, 0))
  const messages: readonly unknown[] = parsed.value
  if (messages.length === 0) return single(rpcError(null, RPC_ERRORS.invalidRequest, 'the batch is empty'))
  if (messages.length > MAX_BATCH)
    return single(rpcError(null, RPC_ERRORS.invalidRequest, `a batch has at most ${MAX_BATCH} requests`))
  return { batch: true, items: messages.map((message, at) => readCall(message, body, at)) }
}

/** Whether an item of a body is answered already. */
export function isAnswer(item: RpcCall | JsonRpcResponse): item is JsonRpcResponse {
  return 'jsonrpc' in item
}

/** Makes an error response. */
export function rpcError(id: string | number | null, error: JsonRpcError, data?: unknown): JsonRpcResponse {
  return { jsonrpc: '2.0', id, error: data === undefined ? error : { ...error, data } }
}

function readCall(message: unknown, body: Uint8Array, at: number): RpcCall | JsonRpcResponse {
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return rpcError(null, RPC_ERRORS.invalidRequest, 'a request is an object')
  const id: unknown = Reflect.get(message, 'id')
  const method: unknown = Reflect.get(message, 'method')
  const known =
    typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : undefined
  const invalid = (problem: string): JsonRpcResponse =>
    rpcError(known ?? null, RPC_ERRORS.invalidRequest, problem)
  if (Reflect.get(message, 'jsonrpc') !== '2.0') return invalid('jsonrpc must be "2.0"')
  if (typeof method !== 'string' || method === '') return invalid('method must be a text')
  if (id !== undefined && known === undefined) return invalid('id must be a text or a whole number')
  const params: unknown = Reflect.get(message, 'params')
  if (params !== undefined && (typeof params !== 'object' || params === null))
    return invalid('params must be an object')
  return { id: known, method, params, message, body, at }
}

function single(item: RpcCall | JsonRpcResponse): RpcBody {
  return { batch: false, items: [item] }
}
