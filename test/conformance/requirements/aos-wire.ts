import { rules, type Requirements } from '../requirement.ts'

/** How the guardian wire of AOS is spoken. */
export const AOS_WIRE: Requirements = {
  ...rules('AOS specification 4, methods', 'MUST', {
    'aos.wire.agentTrigger': 'steps/agentTrigger carries the event and its content as parts',
    'aos.wire.message': 'steps/message carries id, role and content of a message of user, agent and system',
    'aos.wire.toolCallRequest':
      'steps/toolCallRequest carries executionId, toolId and the arguments as inputs',
    'aos.wire.toolCallResult': 'steps/toolCallResult carries executionId, the outputs as text, and isError',
    'aos.wire.knowledgeRetrieval': 'steps/knowledgeRetrieval carries query, keywords and results',
    'aos.wire.memoryContextRetrieval': 'steps/memoryContextRetrieval carries the memory as texts',
    'aos.wire.memoryStore': 'steps/memoryStore carries the items as texts',
    'aos.wire.mcp': 'protocols/MCP carries the MCP message, requests and responses',
    'aos.wire.mcp.server':
      'an MCP message says which way it goes, its leg, method and id, and name, version and address of the server',
    'aos.wire.a2a': 'each of the seven A2A methods carries the A2A message and who sends it to whom',
    'aos.wire.a2a.peer':
      'the peer of an A2A message is shown with address, name and version, in its role on each of the four legs',
    'aos.wire.a2a.versions':
      'methods of A2A 0.3 and 1.0 go under the names that AOS has, the others as protocols/A2A, with the version',
    'aos.wire.protocol.error': 'an error of a protocol is carried as error, and read as one',
    'aos.wire.ping': 'ping is answered with status, version and timestamp',
    'aos.wire.schema': 'every request and every answer that is emitted is valid by the corrected schema',
    'aos.wire.roundTrip': 'a step and a decision are read as they were sent, in each dialect',
  }),
  ...rules('AOS, contradictions resolved', 'MUST', {
    'aos.wire.C2': 'permit and block are read, in any case; allow, deny and modify are emitted',
    'aos.wire.C6': 'the result of a tool call is emitted nested, and read from params too',
    'aos.wire.C7': 'citations are always emitted; citation and no citations are read',
    'aos.wire.C8': 'an MCP message is emitted as params.message, and read as params too',
    'aos.wire.C9': 'an MCP request carries a step context as an extension',
    'aos.wire.C10': 'payload and context of an A2A request are emitted in params, and read beside them',
    'aos.wire.C11': 'A2A methods are emitted as tasks/…, and read as task/… too',
    'aos.wire.C12': 'the address of an agent is emitted where it is known, and always in the literal dialect',
    'aos.wire.C13': 'the observed agent is emitted in full; instruction is read for instructions',
    'aos.wire.C14': 'the timestamp of a ping is emitted in params, and beside them in the literal dialect',
    'aos.wire.C15': 'user and identity are both emitted, and each is read',
    'aos.wire.C16': 'every extension of a context is an object',
    'aos.wire.C18': 'method names that only the pages beside the specification use are read',
    'aos.wire.C19': 'errors are emitted with the constants of the schema and told apart by code',
    'aos.wire.C20': 'a call of the landing page without an id is read, and answered with the id null',
    'aos.wire.C21': 'a trigger is emitted as autonomous, whatever started the run',
    'aos.wire.C22': 'outputs that are no text are emitted as JSON text with their media type',
    'aos.wire.C23': 'a modify without a modified request is no decision',
  }),
  ...rules('AOS specification 5, responses', 'MUST', {
    'aos.wire.response.word': 'an answer whose decision is none of the known words is no decision',
    'aos.wire.response.message': 'an answer without a message is no decision',
    'aos.wire.response.id': 'an answer with another id is no decision on the request',
    'aos.wire.response.error': 'a JSON-RPC error is no decision, and says which',
    'aos.wire.response.contradiction': 'an answer that says two things is no decision',
    'aos.wire.modify.scope': 'of a modified request only what its hook may change is taken',
    'aos.wire.modify.fixed':
      'a modified request of another method, id, tool, execution, message or role is refused',
    'aos.wire.modify.protocol':
      'a change of params, result or error of a protocol message arrives; its method, id and kind stay',
    'aos.wire.modify.prototype': 'a member named __proto__ is refused in requests and in modifications',
    'aos.wire.ask': 'ask goes as a deny approval_required with data.approval, and is read as ask',
  }),
}
