import {
  validateA2aMessageSendRequest,
  validateA2aMessageStreamRequest,
  validateA2aPushConfigGetRequest,
  validateA2aPushConfigSetRequest,
  validateA2aTaskCancelRequest,
  validateA2aTaskGetRequest,
  validateA2aTaskResubscribeRequest,
  validateAgbomGenerateRequest,
  validateAgentCreateRequest,
  validateAgentTriggerRequest,
  validateAosResponse,
  validateEvaluateRequest,
  validateEvaluateResponse,
  validateKnowledgeRetrievalRequest,
  validateMcpRequest,
  validateMemoryContextRetrievalRequest,
  validateMemoryStoreRequest,
  validateMessageRequest,
  validatePingRequest,
  validatePingResponse,
  validateProtocolA2aRequest,
  validateRegisterHookRequest,
  validateToolCallRequest,
  validateToolCallResultRequest,
  validateTraceEmitRequest,
  type Validator,
} from '../generated/aos-validators.ts'

const BY_METHOD: ReadonlyMap<string, Validator> = new Map([
  ['steps/agentTrigger', validateAgentTriggerRequest],
  ['steps/message', validateMessageRequest],
  ['steps/toolCallRequest', validateToolCallRequest],
  ['steps/toolCallResult', validateToolCallResultRequest],
  ['steps/knowledgeRetrieval', validateKnowledgeRetrievalRequest],
  ['steps/memoryContextRetrieval', validateMemoryContextRetrievalRequest],
  ['steps/memoryStore', validateMemoryStoreRequest],
  ['protocols/MCP', validateMcpRequest],
  ['protocols/A2A', validateProtocolA2aRequest],
  ['message/send', validateA2aMessageSendRequest],
  ['message/stream', validateA2aMessageStreamRequest],
  ['tasks/get', validateA2aTaskGetRequest],
  ['tasks/cancel', validateA2aTaskCancelRequest],
  ['tasks/resubscribe', validateA2aTaskResubscribeRequest],
  ['tasks/pushNotificationConfig/set', validateA2aPushConfigSetRequest],
  ['tasks/pushNotificationConfig/get', validateA2aPushConfigGetRequest],
  ['ping', validatePingRequest],
  ['guardian/evaluate', validateEvaluateRequest],
  ['aos/registerHook', validateRegisterHookRequest],
  ['agent/create', validateAgentCreateRequest],
  ['aos/trace/emit', validateTraceEmitRequest],
  ['aos/agbom/generate', validateAgbomGenerateRequest],
])

/** Says what the schema of its method has against a request, if anything. */
export function problemOfRequest(message: unknown, method: string): string | undefined {
  const validate = BY_METHOD.get(method)
  return validate === undefined ? 'its method has no schema' : problemOf(validate, message)
}

/** Says what the schema has against an answer, if anything. */
export function problemOfResponse(message: unknown, dialect: 'aos' | 'landing' | 'ping'): string | undefined {
  const validate = { aos: validateAosResponse, landing: validateEvaluateResponse, ping: validatePingResponse }
  return problemOf(validate[dialect], message)
}

function problemOf(validate: Validator, message: unknown): string | undefined {
  if (validate(message)) return undefined
  const [issue] = validate.errors ?? []
  // the text of the first issue names what is missing or of the wrong type, and no value
  return `${issue?.instancePath ?? ''} ${issue?.message ?? 'is not valid'}`.trim()
}
