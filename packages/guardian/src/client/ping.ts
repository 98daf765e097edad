import { failureOf, type Failure } from './failure.ts'
import { METHOD_NOT_FOUND, type RpcAnswer } from './rpc-answer.ts'

/** Whether a guardian is there, or why it cannot be said to be. */
export type GuardianPing =
  | { readonly ok: true; readonly latencyMs: number; readonly version?: string | undefined }
  | ({ readonly ok: false } & Failure)

/** Reads the answer to a ping; a guardian that does not know `ping` is alive, too. */
export function readPing(answer: RpcAnswer, latencyMs: number): GuardianPing {
  if (!answer.ok) return { ok: false, ...answer.failure }
  if (answer.errorCode === METHOD_NOT_FOUND) return { ok: true, latencyMs }
  if (answer.errorCode !== undefined)
    return {
      ok: false,
      ...failureOf('guardian_error', `it answered with the JSON-RPC error ${answer.errorCode}`),
    }
  const result: unknown = Reflect.get(answer.message, 'result')
  const status: unknown =
    typeof result === 'object' && result !== null ? Reflect.get(result, 'status') : undefined
  if (status === 'error')
    return { ok: false, ...failureOf('guardian_unavailable', 'it says that it is out of order') }
  if (typeof result !== 'object' || result === null || status !== 'connected')
    return { ok: false, ...failureOf('guardian_invalid_response', 'its answer to ping is not one') }
  const version: unknown = Reflect.get(result, 'version')
  return { ok: true, latencyMs, ...(typeof version === 'string' ? { version } : {}) }
}
