import type { JsonRpcError } from './codec.ts'

// clients match on codes; the texts are the constants of the schema, so the particulars stand in data

/** Makes the error for what is no JSON-RPC request. */
export function invalidRequest(problem: string): JsonRpcError {
  return { code: -32600, message: 'Request payload validation error', data: { problem } }
}

/** Makes the error for a method that is not known. */
export function methodNotFound(method: string): JsonRpcError {
  return {
    code: -32601,
    message: 'Method not found',
    data: { problem: `${JSON.stringify(method.slice(0, 80))} is not a method` },
  }
}

/** Makes the error for params that its method does not take. */
export function invalidParams(problem: string): JsonRpcError {
  return { code: -32602, message: 'Invalid parameters', data: { problem } }
}
