import type { ProtocolMessage } from '@aos/sdk'
import { isFromServer, isNotification, legOf } from '../protocol-side.ts'
import type { WireStep } from './codec.ts'
import { protocolOf, toMcpEnds } from './protocol-peer.ts'
import {
  defined,
  isRecord,
  member,
  readAs,
  textMember,
  unreadable,
  type JsonRecord,
  type Reading,
} from './read.ts'
import { readProtocol } from './step-facts.ts'
import { isSentAsError } from './protocol-error.ts'
import { toWireJson } from './wire-json.ts'
import type { ValueForm } from './wire-value.ts'

/** Makes the inner JSON-RPC message that a protocol step judges; an id that is not known is one of ours. */
export function toInnerMessage(step: WireStep): {
  readonly message: Record<string, unknown>
  readonly form: ValueForm | undefined
} {
  const protocol = protocolOf(step)
  const { method } = protocol
  const value = step.value === undefined ? undefined : toWireJson(step.value)
  const isRequest = legOf(protocol) === 'request'
  const isError = isSentAsError(step)
  const id = isRequest && isNotification(method) ? protocol.id : (protocol.id ?? madeUpId(step))
  return {
    message: defined({
      jsonrpc: '2.0',
      id,
      method: isRequest ? method : undefined,
      params: isRequest ? value : undefined,
      result: isRequest || isError ? undefined : value,
      error: isError ? value : undefined,
    }),
    form: value === undefined ? 'none' : undefined,
  }
}

function madeUpId({ executionId, decisionId }: WireStep): string {
  return executionId ?? decisionId
}

/** Tells of a protocol message what it does not tell itself: `context.mcp`, `context.a2a`. */
export function toExtension(step: WireStep): JsonRecord {
  const { name, direction, method, leg, id, version, target } = protocolOf(step)
  if (name === 'mcp') return defined({ direction, method, leg, id, version, target, ...toMcpEnds(step) })
  return defined({ direction, method, leg, id, protocolVersion: version, target })
}

/** The inner message of a protocol step, as it was read. */
export interface InnerMessage {
  readonly id: string | number | undefined
  readonly method: string | undefined
  readonly leg: 'request' | 'response'
  readonly isError: boolean
  readonly value: unknown
}

/** Reads an inner message: its params, or its result or error. */
export function readInnerMessage(message: unknown): Reading<InnerMessage> {
  if (!isRecord(message)) return unreadable('there is no protocol message')
  const method = textMember(message, 'method')
  const id = readId(member(message, 'id'))
  if (method !== undefined)
    return readAs({ id, method, leg: 'request', isError: false, value: member(message, 'params') })
  const name = ['result', 'params', 'error'].find((key) => member(message, key) !== undefined)
  const value = member(message, name ?? 'result')
  return readAs({ id, method, leg: 'response', isError: name === 'error', value })
}

function readId(id: unknown): InnerMessage['id'] {
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** What tells which way a message goes where our extension does not. */
export interface Hints {
  readonly inner: InnerMessage
  readonly direction?: ProtocolMessage['direction'] | undefined
  readonly method?: string | undefined
}

/** Tells which way a message goes and what it is about: as our extension says, otherwise as it shows itself. */
export function readMessageFacts(
  name: 'mcp' | 'a2a',
  extension: JsonRecord | undefined,
  { inner, direction, method }: Hints,
): ProtocolMessage {
  const said = readProtocol(extension, name)
  if (said !== undefined) return said
  const asked = inner.method ?? method
  const guess = (inner.leg === 'request') === isFromServer(asked ?? '') ? 'inbound' : 'outbound'
  return defined<ProtocolMessage>({
    name,
    direction: direction ?? guess,
    method: asked,
    leg: inner.leg,
    id: inner.id,
    target: inner.leg === 'request' ? targetOf(asked, inner.value) : undefined,
  })
}

const TARGETS: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'id'],
  ['tasks/cancel', 'id'],
  ['tasks/resubscribe', 'id'],
  ['GetTask', 'id'],
  ['CancelTask', 'id'],
  ['SubscribeToTask', 'id'],
])

function targetOf(method: string | undefined, params: unknown): string | undefined {
  const key = method === undefined ? undefined : TARGETS.get(method)
  return key === undefined ? undefined : textMember(params, key)
}
