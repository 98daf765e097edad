import { rules, type Requirements } from '../requirement.ts'

/** When each hook fires and what its decisions do, in process. */
export const AOS_HOOKS: Requirements = {
  ...rules('AOS Instrument, hooks', 'MUST', {
    'aos.hook.agentTrigger.fires':
      'agentTrigger fires after the content is known and before the agent starts',
    'aos.hook.agentTrigger.deny': 'a denied agentTrigger leaves the agent unstarted',
    'aos.hook.agentTrigger.modify': 'a modified agentTrigger starts the agent with the changed content',
    'aos.hook.message.user.deny': 'a denied message of the user does not reach the agent',
    'aos.hook.message.user.modify': 'the agent gets the changed message of the user',
    'aos.hook.message.agent.deny': 'a denied message of the agent does not reach the user',
    'aos.hook.message.agent.modify': 'the user gets the changed message of the agent',
    'aos.hook.message.system': 'a denied message of the system does not reach the user',
    'aos.hook.toolCallRequest.fires':
      'toolCallRequest fires once the arguments are known and before the tool is called',
    'aos.hook.toolCallRequest.deny': 'a denied tool is not called',
    'aos.hook.toolCallRequest.modify': 'the tool is called with the changed inputs',
    'aos.hook.toolCallResult.fires':
      'toolCallResult fires after the tool has finished, for errors too, and before its result is used',
    'aos.hook.toolCallResult.deny': 'a denied result is not used at all',
    'aos.hook.toolCallResult.modify': 'the changed result is used',
    'aos.hook.knowledgeRetrieval.fires':
      'knowledgeRetrieval fires after the retrieval, with query, keywords and results',
    'aos.hook.knowledgeRetrieval.deny': 'nothing of a denied retrieval is attached',
    'aos.hook.memoryContextRetrieval.deny': 'denied memory is not attached to the context',
    'aos.hook.memoryContextRetrieval.modify': 'the changed memory is attached',
    'aos.hook.memoryStore.deny': 'denied items are not stored',
    'aos.hook.memoryStore.modify': 'the changed items are stored',
    'aos.hook.executionId': 'executionId links the request of a tool call and its result',
    'aos.hook.ids':
      'stepId and turnId name the step and the turn; a step belongs to one turn, a turn to one session',
  }),
  ...rules('AOS Instrument, extending MCP', 'MUST', {
    'aos.hook.mcp.outbound':
      'an MCP message is judged before it is sent: a denied one is not sent, a modified one is sent changed',
    'aos.hook.mcp.inbound':
      'an MCP message is judged before it is processed: a denied one is not, a modified one is processed changed',
  }),
  ...rules('AOS Instrument, extending A2A', 'MUST', {
    'aos.hook.a2a.outbound':
      'an A2A message is judged before it is sent: a denied one is not sent, a modified one is sent changed',
    'aos.hook.a2a.inbound':
      'an A2A message is judged before it is processed: a denied one is not, a modified one is processed changed',
  }),
  ...rules('AOS, contradictions resolved', 'MUST', {
    'aos.decision.C1':
      'knowledgeRetrieval may not modify, as the published table says: a modify is a deny modify_unsupported; retrievalModify allows it, as the specification text does',
    'aos.decision.C2':
      'ALLOW, DENY, MODIFY and allow, deny, modify, permit, block mean the same, in either member',
    'aos.decision.C3':
      'modifications and a whole modifiedRequest change the same: for tools the inputs, and nothing else of the request',
    'aos.decision.C4': 'hooks are registered under their short names and under their wire names',
    'aos.decision.C5': 'the hooks of the specification text exist beside the five of the published table',
    'aos.decision.C21': 'agentTrigger fires for every run, with trigger.type user or autonomous',
  }),
  ...rules('AOS, what a deny does in the run loop', 'MUST', {
    'aos.deny.agentTrigger.returned':
      'a returned deny rejects the run with AOSDeniedError "Denied: <reason>", and no model is called',
    'aos.deny.agentTrigger.thrown': 'a thrown error rejects the run as that same object',
    'aos.deny.message.user.returned':
      'a returned deny rejects the run with AOSDeniedError, and no model is called',
    'aos.deny.message.user.thrown':
      'a thrown error rejects the run as that same object, and no model is called',
    'aos.deny.message.agent.returned': 'a returned deny puts a notice in place of the answer',
    'aos.deny.message.agent.thrown': 'a thrown error rejects the run as that same object',
    'aos.deny.toolCallRequest.returned': 'the model is told why, and the loop goes on',
    'aos.deny.toolCallRequest.thrown': 'the run is aborted with that same object',
    'aos.deny.toolCallResult.returned': 'the result is withheld, and the loop goes on',
    'aos.deny.toolCallResult.thrown': 'the run is aborted with that same object',
    'aos.deny.knowledgeRetrieval.returned': 'the results are withheld',
    'aos.deny.knowledgeRetrieval.thrown': 'the run is aborted with that same object',
    'aos.deny.memoryContextRetrieval.returned': 'the memory is withheld',
    'aos.deny.memoryContextRetrieval.thrown': 'the run is aborted with that same object',
    'aos.deny.memoryStore.returned': 'nothing is stored, and the agent is told',
    'aos.deny.memoryStore.thrown': 'the run is aborted with that same object, and nothing is stored',
    'aos.deny.protocol.returned': 'the caller of a denied MCP or A2A message gets an error',
    'aos.deny.protocol.thrown': 'the run is aborted with that same object, and nothing is sent',
  }),
}
