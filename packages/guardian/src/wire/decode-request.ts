import { randomUUID } from 'node:crypto'
import type { DecodedRequest, DecodeOptions, WireStep } from './codec.ts'
import { readSides } from './a2a-context.ts'
import { isLandingRequest, readLandingRequest } from './landing-request.ts'
import { parseMethod } from './methods.ts'
import { isRecord, member, namesPrototype, textMember, type JsonRecord } from './read.ts'
import { contextOf, readParams, type ParamFacts } from './read-params.ts'
import { invalidParams, invalidRequest, methodNotFound } from './rpc-error.ts'
import { withoutAbsentPeer } from './protocol-peer.ts'
import { readStepContext, type Unsaid } from './step-context.ts'
import { problemOfRequest } from './validate-message.ts'

/** How a request is read: what it does not say is made up by `newId` and `now`. */
export interface DecodeRequestOptions extends DecodeOptions {
  readonly newId?: (() => string) | undefined
  readonly now?: (() => number) | undefined
}

/**
 * Reads a request for a decision, in whichever dialect it is. Never throws; what is no such request is answered by a
 * JSON-RPC error with the text that the schema gives it.
 */
export function decodeRequest(message: unknown, options: DecodeRequestOptions = {}): DecodedRequest {
  try {
    return decode(message, options)
  } catch {
    // reading a member of something that was not parsed from JSON may do anything
    return refuse(invalidRequest('it cannot be read'))
  }
}

function decode(message: unknown, options: DecodeRequestOptions): DecodedRequest {
  const { lenient = true, newId = randomUUID, now = Date.now } = options
  if (!isRecord(message) || member(message, 'jsonrpc') !== '2.0')
    return refuse(invalidRequest('it is not one JSON-RPC 2.0 request'))
  const method = textMember(message, 'method')
  if (method === undefined) return refuse(invalidRequest('it has no method'))
  if (namesPrototype(message)) return refuse(invalidRequest('it names __proto__, or is too deep'))
  const isLanding = isLandingRequest(method)
  const id = member(message, 'id') ?? undefined
  const idless = id === undefined && isLanding && lenient
  if (!idless && !isId(id)) return refuse(invalidRequest('its id is neither text nor an integer'))
  if (!isLanding && !isKnown(method, lenient)) return refuse(methodNotFound(method))
  const problem = lenient ? undefined : problemOfRequest(message, method)
  if (problem !== undefined) return refuse(invalidParams(problem))
  const unsaid: Unsaid = { newId, now }
  const read = isLanding ? readLandingRequest(message, unsaid) : readAosRequest(message, unsaid)
  if (!read.ok) return read
  const named = isId(id) ? { id } : { id: read.step.decisionId, idless: true }
  // the step was made just now, and is nobody's yet
  Object.assign(read.step, named)
  return read
}

// what an encoder of ours fills in where a step has nothing, and says so
const MADE_UP: ReadonlySet<string> = new Set([
  'executionId',
  'toolName',
  'messageId',
  'role',
  'isError',
  'trigger',
  'protocol',
  'mcpServer',
])

function readAosRequest(message: JsonRecord, unsaid: Unsaid): DecodedRequest {
  const known = parseMethod(textMember(message, 'method') ?? '')
  if (known === undefined) return refuse(methodNotFound(textMember(message, 'method') ?? ''))
  const params = member(message, 'params') ?? {}
  if (!isRecord(params)) return refuse(invalidParams('params is not an object'))
  const { method, hook } = known
  const envelope = { hook, method, params, message }
  const { facts, form, absent, codec } = readStepContext(contextOf(envelope), unsaid, observedAgent(envelope))
  const read = readParams({ ...envelope, form })
  if (!read.ok) return refuse(invalidParams(read.problem))
  const reasoning = textMember(params, 'reasoning') ?? textMember(message, 'reasoning')
  const step: WireStep = { value: undefined, ...facts, id: '', hook }
  if (reasoning !== undefined) Object.assign(step, { reasoning })
  Object.assign(step, withoutMadeUp(read.value, absent))
  // what a trigger has no member for stands among the facts
  if (facts.trigger !== undefined) Object.assign(step, { trigger: facts.trigger })
  if (facts.mcpServer !== undefined) Object.assign(step, { mcpServer: facts.mcpServer })
  return { ok: true, step, codec }
}

function withoutMadeUp(given: ParamFacts, absent: ReadonlySet<string>): ParamFacts {
  if (absent.size === 0) return given
  const entries = Object.entries(given).filter(([name]) => !MADE_UP.has(name) || !absent.has(name))
  const kept: ParamFacts = { value: undefined, ...Object.fromEntries(entries) }
  return kept.protocol === undefined ? kept : { ...kept, protocol: withoutAbsentPeer(kept.protocol, absent) }
}

function observedAgent({ hook, params, message }: Parameters<typeof contextOf>[0]): unknown {
  return hook === 'a2a' ? readSides(member(params, 'context') ?? member(message, 'context')).agent : undefined
}

// the corrected schema has neither the other names of its methods nor the method of an earlier draft
function isKnown(name: string, lenient: boolean): boolean {
  const known = parseMethod(name)
  return lenient ? known !== undefined : known?.method === name && name !== 'protocols/A2A'
}

function isId(id: unknown): id is string | number {
  return typeof id === 'string' || Number.isSafeInteger(id)
}

function refuse(error: Extract<DecodedRequest, { ok: false }>['error']): DecodedRequest {
  return { ok: false, error }
}
