import { isDeepStrictEqual } from '../../../values/deep-equal.ts'

/** A JSON-RPC message of MCP. */
export interface Frame {
  readonly jsonrpc?: string
  readonly id?: string | number | undefined
  readonly method?: string | undefined
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** Which member of a message is judged. */
export type Body = 'params' | 'result' | 'error'

/** Code of a message that was refused here; of the range that JSON-RPC leaves to us and MCP does not use. */
export const DENIED_CODE: number = -32010

/** Which member of a message is judged, and may be replaced. */
export function bodyOf(frame: Frame): Body {
  if (frame.method !== undefined) return 'params'
  return frame.error === undefined ? 'result' : 'error'
}

/** Whether a message asks for an answer. */
export function isRequest(frame: Frame): frame is Frame & { readonly id: string | number } {
  return frame.method !== undefined && frame.id !== undefined
}

/** Whether a message is the answer to one. */
export function isResponse(frame: Frame): frame is Frame & { readonly id: string | number } {
  return frame.method === undefined && frame.id !== undefined
}

/** A message with another body; the message itself where that is the same. */
export function withBody(frame: Frame, body: unknown): Frame {
  const key = bodyOf(frame)
  const own = frame[key]
  if (isDeepStrictEqual(own ?? {}, body)) return frame
  return { ...frame, [key]: body }
}

/** Says what is wrong with a body that takes the place of another, or nothing. */
export function bodyProblem(frame: Frame): (body: unknown) => string | undefined {
  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return 'the body of an MCP message is an object'
    if (bodyOf(frame) !== 'error') return undefined
    const { code, message } = body as { readonly code?: unknown; readonly message?: unknown }
    return typeof code === 'number' && typeof message === 'string'
      ? undefined
      : 'an error has a code and a message'
  }
}

/** The answer of an error to a request. */
export function errorFor(id: string | number, message: string): Frame {
  return { jsonrpc: '2.0', id, error: { code: DENIED_CODE, message } }
}

/** The request a progress notification or a cancellation is about. */
export function requestOf(frame: Frame): string | number | undefined {
  const key =
    frame.method === 'notifications/progress'
      ? 'progressToken'
      : frame.method === 'notifications/cancelled'
        ? 'requestId'
        : undefined
  if (key === undefined || typeof frame.params !== 'object' || frame.params === null) return undefined
  const id: unknown = Reflect.get(frame.params, key)
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}
