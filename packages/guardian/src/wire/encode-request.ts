import type { AosRequest, ProtocolA2ARequest, TriggerEvent } from '../generated/aos-types.ts'
import type { CodecName, JsonRpcRequest, WireStep } from './codec.ts'
import { toA2aContext } from './a2a-context.ts'
import { a2aMethodOf } from './methods.ts'
import { toExtension, toInnerMessage } from './protocol-message.ts'
import { absentPeer } from './protocol-peer.ts'
import { defined, textMember } from './read.ts'
import { toStepContext } from './step-context.ts'
import { isNaturalTrigger } from './step-facts.ts'
import { toWireJson } from './wire-json.ts'
import { toContent, toInputs, toMemory, toOutputs, toResults, type ValueForm } from './wire-value.ts'

type AosCodecName = Exclude<CodecName, 'landing'>
/** Params of a request without context and reasoning, and what its context has to say of them. */
interface StepParams {
  readonly params: Readonly<Record<string, unknown>>
  readonly form?: ValueForm | undefined
  readonly absent?: readonly string[]
}

/** Makes the request of the AOS wire that asks for a decision on a step. */
export function encodeAosRequest(step: WireStep, codec: AosCodecName): JsonRpcRequest {
  const { id } = step
  const request = step.hook === 'a2a' ? a2aRequest(step, codec) : stepRequest(step, codec)
  const message: JsonRpcRequest = { jsonrpc: '2.0', id, ...request }
  // what the encoder makes and the schema says is compared by the tests
  return message as JsonRpcRequest & (AosRequest | ProtocolA2ARequest)
}

function stepRequest(step: WireStep, codec: AosCodecName): Pick<JsonRpcRequest, 'method' | 'params'> {
  const { params, form, absent = [] } = stepParams(step)
  const isMcp = step.hook === 'mcp'
  const more = isMcp ? { mcp: toExtension(step) } : undefined
  const context = toStepContext(step, { codec, form, absent: [...absent, ...absentProtocol(step)], more })
  const reasoning = step.hook === 'agentTrigger' ? undefined : step.reasoning
  return {
    method: isMcp ? 'protocols/MCP' : `steps/${step.hook}`,
    params: defined({ ...params, reasoning, context }),
  }
}

function stepParams(step: WireStep): StepParams {
  switch (step.hook) {
    case 'agentTrigger':
      return triggerParams(step)
    case 'message':
      return messageParams(step)
    case 'toolCallRequest':
      return toolCallParams(step)
    case 'toolCallResult':
      return toolResultParams(step)
    case 'knowledgeRetrieval': {
      const { member: results, form } = toResults(step.value)
      const { query, keywords } = step
      return { params: { knowledgeStep: defined({ query, keywords, results }) }, form }
    }
    case 'memoryStore':
    case 'memoryContextRetrieval': {
      const { member: memory, form } = toMemory(step.value)
      return { params: { memory }, form }
    }
    default: {
      const { message, form } = toInnerMessage(step)
      return { params: { message }, form }
    }
  }
}

function triggerParams(step: WireStep): StepParams {
  const { member: content, form } = toContent(step.value)
  const event = isNaturalTrigger(step) ? toWireJson(step.trigger?.event) : madeUpEvent(step)
  const absent = step.trigger === undefined ? ['trigger'] : []
  return { params: { trigger: { type: 'autonomous', event, content } }, form, absent }
}

function madeUpEvent({ trigger, decisionId }: WireStep): TriggerEvent {
  return {
    type: textMember(trigger?.event, 'type') ?? 'unknown',
    id: textMember(trigger?.event, 'id') ?? decisionId,
  }
}

function messageParams(step: WireStep): StepParams {
  const { member: content, form } = toContent(step.value)
  const { messageId: id = step.decisionId, role = 'agent' } = step
  return {
    params: { message: { id, role, content }, citations: [] },
    form,
    absent: missing(step, ['messageId', 'role']),
  }
}

function toolCallParams(step: WireStep): StepParams {
  const { member: inputs, form } = toInputs(step.value)
  const { executionId = step.decisionId, toolName: toolId = 'unknown' } = step
  return {
    params: { toolCallRequest: { executionId, toolId, inputs } },
    form,
    absent: missing(step, ['executionId', 'toolName']),
  }
}

function toolResultParams(step: WireStep): StepParams {
  const { member: outputs, form } = toOutputs(step.value)
  const { executionId = step.decisionId, isError = false } = step
  return {
    params: { toolCallResult: { executionId, result: { outputs, isError } } },
    form,
    absent: missing(step, ['executionId', 'isError']),
  }
}

function a2aRequest(step: WireStep, codec: AosCodecName): Pick<JsonRpcRequest, 'method' | 'params'> {
  const { message, form } = toInnerMessage(step)
  const method = a2aMethodOf(step.protocol?.method)
  const context = {
    ...toA2aContext(step, codec),
    a2a: toExtension(step),
    step: toStepContext(step, { codec, form, absent: absentProtocol(step) }),
  }
  const { reasoning } = step
  return {
    method,
    params: defined({ [method === 'protocols/A2A' ? 'message' : 'payload']: message, reasoning, context }),
  }
}

function absentProtocol(step: WireStep): readonly string[] {
  if (step.hook !== 'mcp' && step.hook !== 'a2a') return []
  return [...(step.protocol === undefined ? ['protocol'] : []), ...absentPeer(step)]
}

function missing(step: WireStep, names: readonly (keyof WireStep)[]): readonly string[] {
  return names.filter((name) => step[name] === undefined)
}
