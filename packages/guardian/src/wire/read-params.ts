import type { HookName } from '@aos/sdk'
import type { WireStep } from './codec.ts'
import { a2aExtension, readSides } from './a2a-context.ts'
import type { StepMethod } from './methods.ts'
import { readInnerMessage, readMessageFacts, type InnerMessage } from './protocol-message.ts'
import { readMcpEnds } from './protocol-peer.ts'
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
import { readBoolean, readRole, readTexts } from './step-facts.ts'
import {
  fromContent,
  fromInputs,
  fromMemory,
  fromOutputs,
  fromResults,
  type ValueForm,
} from './wire-value.ts'

/** What the params of a request tell of a step beside its context. */
export interface ParamFacts extends Partial<
  Pick<
    WireStep,
    | 'executionId'
    | 'toolName'
    | 'mcpServer'
    | 'role'
    | 'messageId'
    | 'trigger'
    | 'query'
    | 'keywords'
    | 'isError'
    | 'protocol'
  >
> {
  readonly value: unknown
}

/** A request whose envelope was read. */
export interface RequestParts {
  readonly hook: HookName
  readonly method: StepMethod
  readonly params: Readonly<Record<string, unknown>>
  /** The whole message, for the variant that has the members of an A2A request beside `params`. */
  readonly message: Readonly<Record<string, unknown>>
  readonly form: ValueForm | undefined
}

/** Gives the context of a step: of an A2A request it is our extension. */
export function contextOf({ hook, params, message }: Omit<RequestParts, 'form'>): unknown {
  const context = member(params, 'context')
  if (hook !== 'a2a') return context
  return member(context ?? member(message, 'context'), 'step')
}

/** Reads the member that a request of its method judges, and what stands beside it. */
export function readParams(parts: RequestParts): Reading<ParamFacts> {
  const { hook, params, form } = parts
  switch (hook) {
    case 'agentTrigger':
      return readTrigger(recordMember(params, 'trigger'), form)
    case 'message':
      return readMessage(recordMember(params, 'message'), form)
    case 'toolCallRequest':
      return readToolCall(recordMember(params, 'toolCallRequest'), form)
    case 'toolCallResult':
      // the specification text has its members in params themselves
      return readToolResult(recordMember(params, 'toolCallResult') ?? params)
    case 'knowledgeRetrieval':
      return readRetrieval(recordMember(params, 'knowledgeStep'), form)
    case 'memoryStore':
    case 'memoryContextRetrieval':
      return withValue(fromMemory(member(params, 'memory'), form), {})
    case 'mcp':
      return readMcp(parts)
    default:
      return readA2a(parts)
  }
}

type Facts = Omit<ParamFacts, 'value'>

function withValue(value: Reading<unknown>, facts: Facts): Reading<ParamFacts> {
  return value.ok ? readAs({ ...defined(facts), value: value.value }) : value
}

function readTrigger(trigger: unknown, form: ValueForm | undefined): Reading<ParamFacts> {
  if (!isRecord(trigger)) return unreadable('params.trigger is not an object')
  const event = member(trigger, 'event')
  const type = member(trigger, 'type') === 'user' ? 'user' : 'autonomous'
  return withValue(fromContent(member(trigger, 'content'), form), {
    trigger: defined<NonNullable<WireStep['trigger']>>({ type, event }),
  })
}

function readMessage(message: unknown, form: ValueForm | undefined): Reading<ParamFacts> {
  const role = readRole(member(message, 'role'))
  if (role === undefined) return unreadable('params.message.role is not user, agent or system')
  const messageId = textMember(message, 'id')
  return withValue(fromContent(member(message, 'content'), form), { role, messageId })
}

function readToolCall(call: unknown, form: ValueForm | undefined): Reading<ParamFacts> {
  const toolName = textMember(call, 'toolId')
  if (toolName === undefined) return unreadable('params.toolCallRequest.toolId is missing')
  const executionId = textMember(call, 'executionId')
  return withValue(fromInputs(member(call, 'inputs'), form), { toolName, executionId })
}

function readToolResult(source: unknown): Reading<ParamFacts> {
  const result = recordMember(source, 'result')
  if (result === undefined) return unreadable('params.toolCallResult.result is not an object')
  const executionId = textMember(source, 'executionId')
  const isError = readBoolean(member(result, 'isError'))
  return withValue(fromOutputs(member(result, 'outputs')), { executionId, isError })
}

function readRetrieval(retrieval: unknown, form: ValueForm | undefined): Reading<ParamFacts> {
  const query = textMember(retrieval, 'query')
  const keywords = readTexts(member(retrieval, 'keywords'))
  return withValue(fromResults(member(retrieval, 'results'), form), { query, keywords })
}

/** Gives the protocol message within a request, in params, beside them, or as the params themselves. */
export function innerOf({ hook, params, message }: Omit<RequestParts, 'form'>): Reading<InnerMessage> {
  const given = member(params, 'message')
  if (hook === 'a2a')
    return readInnerMessage(member(params, 'payload') ?? given ?? member(message, 'payload'))
  return readInnerMessage(given === undefined && member(params, 'jsonrpc') !== undefined ? params : given)
}

function readMcp(parts: RequestParts): Reading<ParamFacts> {
  const inner = innerOf(parts)
  if (!inner.ok) return inner
  const extension = recordMember(recordMember(parts.params, 'context'), 'mcp')
  const facts = readMessageFacts('mcp', extension, { inner: inner.value })
  const { peer, mcpServer } = readMcpEnds(extension, facts)
  return withMessage(inner.value, { protocol: defined({ ...facts, peer }), mcpServer })
}

function readA2a(parts: RequestParts): Reading<ParamFacts> {
  const inner = innerOf(parts)
  if (!inner.ok) return inner
  const { params, message, method } = parts
  const context = member(params, 'context') ?? member(message, 'context')
  const { direction, peer } = readSides(context)
  const facts = readMessageFacts('a2a', a2aExtension(context), {
    inner: inner.value,
    direction: isRecord(context) ? direction : undefined,
    method: method === 'protocols/A2A' ? undefined : method,
  })
  const protocol = defined({ ...facts, peer })
  return withMessage(inner.value, { protocol, mcpServer: peer?.name ?? peer?.url })
}

function withMessage({ value, isError }: InnerMessage, facts: Facts): Reading<ParamFacts> {
  return withValue(readAs(value), isError ? { ...facts, isError } : facts)
}
