import type { WireStep } from './codec.ts'
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
import { toWireJson } from './wire-json.ts'
import type { ValueForm } from './wire-value.ts'

type Protocol = NonNullable<WireStep['protocol']>
type Leg = 'request' | 'response'

// what an MCP server asks of its client; everything else with a method is asked by the client
const ASKED_BY_SERVERS: ReadonlySet<string> = new Set([
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
])

/** Whether a step judges what is asked or what is answered; by its method and direction where the step does not say. */
export function legOf({ name, direction, method, leg }: Protocol): Leg {
  if (leg !== undefined) return leg
  if (method === undefined) return 'response'
  if (name === 'a2a' || method.startsWith('notifications/')) return 'request'
  return (direction === 'inbound') === ASKED_BY_SERVERS.has(method) ? 'request' : 'response'
}

/** The direction of a step that names none. */
export function protocolOf(step: WireStep): Protocol {
  return step.protocol ?? { name: step.hook === 'mcp' ? 'mcp' : 'a2a', direction: 'outbound' }
}

/** Makes the inner JSON-RPC message that a protocol step judges; its id is ours, and nothing depends on it. */
export function toInnerMessage(step: WireStep): {
  readonly message: Record<string, unknown>
  readonly form: ValueForm | undefined
} {
  const protocol = protocolOf(step)
  const { method } = protocol
  const value = step.value === undefined ? undefined : toWireJson(step.value)
  const isNotification = method?.startsWith('notifications/') === true
  const id = isNotification ? undefined : (step.executionId ?? step.decisionId)
  const isRequest = legOf(protocol) === 'request'
  return {
    message: defined({
      jsonrpc: '2.0',
      id,
      method: isRequest ? method : undefined,
      params: isRequest ? value : undefined,
      result: isRequest ? undefined : value,
    }),
    form: value === undefined ? 'none' : undefined,
  }
}

/** The inner message of a protocol step, as it was read. */
export interface InnerMessage {
  readonly method: string | undefined
  readonly leg: Leg
  readonly value: unknown
}

/** Reads an inner message: its params, or its result or error. */
export function readInnerMessage(message: unknown): Reading<InnerMessage> {
  if (!isRecord(message)) return unreadable('there is no protocol message')
  const method = textMember(message, 'method')
  if (method !== undefined) return readAs({ method, leg: 'request', value: member(message, 'params') })
  const name = ['result', 'params', 'error'].find((key) => member(message, key) !== undefined)
  return readAs({ method, leg: 'response', value: member(message, name ?? 'result') })
}

/** Tells which way a message goes: as our extension says, otherwise as its shape and the sides suggest. */
export function readDirection(
  name: 'mcp' | 'a2a',
  extension: JsonRecord | undefined,
  {
    inner,
    direction,
    method,
  }: {
    readonly inner: InnerMessage
    readonly direction?: Protocol['direction'] | undefined
    readonly method?: string | undefined
  },
): Protocol {
  const said = readProtocol(extension, name)
  if (said !== undefined) return said
  const isAsked = inner.leg === 'request'
  const asked = inner.method ?? method
  const guess = isAsked === ASKED_BY_SERVERS.has(inner.method ?? '') ? 'inbound' : 'outbound'
  const protocol: Protocol = defined({ name, direction: direction ?? guess, method: asked })
  return legOf(protocol) === inner.leg ? protocol : { ...protocol, leg: inner.leg }
}
