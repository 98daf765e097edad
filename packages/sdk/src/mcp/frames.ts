import type { Run } from '../run/run.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import { snapshot } from '../values/snapshot.ts'
import { withKeptMembers } from './kept-members.ts'

/** A JSON-RPC message of MCP. */
export interface Frame {
  readonly jsonrpc?: string
  readonly id?: string | number | undefined
  readonly method?: string | undefined
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** A message that asks for an answer. */
export type RequestFrame = Frame & { readonly id: string | number; readonly method: string }

/** What a message is to the two sides. */
export type FrameKind = 'request' | 'notification' | 'answer'

/** Which way a message goes, seen from this process. */
export type Direction = 'outbound' | 'inbound'

/** Code of a message that was refused here; of the range that JSON-RPC leaves to us and MCP does not use. */
const DENIED_CODE = -32010

/** Code of a message that is none (JSON-RPC 2.0, error object). */
export const INVALID_REQUEST: number = -32600

/**
 * What a message is, or nothing for one that JSON-RPC does not know: what could be taken for two things is none, so
 * that nobody behind this takes it for the other.
 */
export function kindOf(frame: unknown): FrameKind | undefined {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) return undefined
  const { jsonrpc, id, method, result, error } = frame as Frame
  if (jsonrpc !== '2.0' || !isIdOrNone(id)) return undefined
  if (method !== undefined) {
    if (typeof method !== 'string' || result !== undefined || error !== undefined) return undefined
    return id === undefined ? 'notification' : 'request'
  }
  if ((result === undefined) === (error === undefined)) return undefined
  // an error may answer what could not be read, and has no id then
  return id === undefined && error === undefined ? undefined : 'answer'
}

function isIdOrNone(id: unknown): boolean {
  return id === undefined || typeof id === 'string' || Number.isInteger(id)
}

/** The member of a message that is judged, and may be replaced. */
export function bodyKey(frame: Frame): 'params' | 'result' | 'error' {
  if (frame.method !== undefined) return 'params'
  return frame.error === undefined ? 'result' : 'error'
}

/** Says that nobody can judge a message, so that it goes no further. */
export class UnjudgeableError extends Error {
  constructor(problem: string) {
    super(`Denied: the message cannot be judged: ${problem}`)
    this.name = 'UnjudgeableError'
  }
}

/**
 * What is judged of a message, in the form in which it is on the wire; throws where somebody is to judge it who could
 * not see all of it.
 */
export function bodyOf(frame: Frame, run: Pick<Run, 'hears'>): unknown {
  const own = frame[bodyKey(frame)] ?? {}
  if (!run.hears('mcp')) return own
  const taken = snapshot(own)
  if (taken.ok) return own
  let written: unknown
  try {
    written = JSON.parse(JSON.stringify(own))
  } catch {
    throw new UnjudgeableError(taken.reason)
  }
  const again = snapshot(written)
  if (!again.ok) throw new UnjudgeableError(again.reason)
  return written
}

/** A message with another body, and what the protocol needs of its own; the message itself where that is the same. */
export function withBody(frame: Frame, body: unknown): Frame {
  const key = bodyKey(frame)
  const own = frame[key] ?? {}
  if (isDeepStrictEqual(own, body)) return frame
  return { ...frame, [key]: withKeptMembers(body, own, { key, method: frame.method }) }
}

/** Says what is wrong with a body that takes the place of another, or nothing. */
export function bodyProblem(key: 'params' | 'result' | 'error'): (body: unknown) => string | undefined {
  return (body) => {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return 'the body of an MCP message is an object'
    if (key !== 'error') return undefined
    const { code, message } = body as { readonly code?: unknown; readonly message?: unknown }
    return typeof code === 'number' && typeof message === 'string'
      ? undefined
      : 'an error has a code and a message'
  }
}

/** The answer of an error to a request. */
export function errorFor(
  id: string | number | undefined,
  message: string,
  code: number = DENIED_CODE,
): Frame {
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message } }
}

/** A member of a message's params or of what is in them; what is inherited is not there. */
export function memberOf(holder: unknown, ...path: readonly string[]): unknown {
  let value = holder
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

/** A member that is an id or a token. */
export function idAt(holder: unknown, ...path: readonly string[]): string | number | undefined {
  const id = memberOf(holder, ...path)
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

const MAX_NAME = 512

/** A member that is a text no longer than names are. */
export function nameAt(holder: unknown, ...path: readonly string[]): string | undefined {
  const text = memberOf(holder, ...path)
  return typeof text === 'string' && text !== '' && text.length <= MAX_NAME ? text : undefined
}

/** What a request is about: the name of a tool or prompt, the uri of a resource, the id of a task. */
export function targetOf({ method, params }: Frame): string | undefined {
  if (method === 'tools/call' || method === 'prompts/get') return nameAt(params, 'name')
  if (method === 'completion/complete') return nameAt(params, 'ref', 'name') ?? nameAt(params, 'ref', 'uri')
  if (method?.startsWith('resources/') === true || method === 'notifications/resources/updated')
    return nameAt(params, 'uri')
  return method?.startsWith('tasks/') === true ? nameAt(params, 'taskId') : undefined
}
