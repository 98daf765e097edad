import { rules, type Requirements } from '../requirement.ts'

/** What AOS and MCP ask of messages of the Model Context Protocol. */
export const MCP: Requirements = {
  ...rules('AOS, extending MCP: the observed agent enforces what was decided of each message', 'MUST', {
    'mcp.aos.allow':
      'an allowed message of any kind goes on unchanged in meaning, in both directions and on both sides',
    'mcp.aos.deny':
      'a denied request or notification is not sent, or not processed; who asked gets an error with the same id',
    'mcp.aos.deny.answer': 'a denied answer is withheld, and who asked gets an error with the same id',
    'mcp.aos.modify': 'of a modified message its new params arrive, under the same id and method',
    'mcp.aos.modify.answer': 'of a modified answer its new result arrives, under the same id',
  }),
  ...rules('design 4, thrown', 'MUST', {
    'mcp.aos.thrown':
      'where a handler throws nothing is sent or processed, the run ends with that, and who asked gets an error',
  }),
  ...rules('JSON-RPC 2.0, request and response objects; MCP, base protocol, messages', 'MUST', {
    'mcp.jsonrpc.id': "a message that asks gets the one answer with its id; any other is nobody's",
    'mcp.jsonrpc.malformed':
      'what is no message is neither processed nor taken for an answer, and ends nothing',
  }),
  ...rules('MCP, utilities, cancellation', 'MUST', {
    'mcp.cancelled':
      'a cancelled request is cancelled, and the cancellation of one that is unknown or done is no matter',
  }),
  ...rules('MCP 2026-07-28, multi round-trip requests', 'MUST', {
    'mcp.input-required':
      'a result that requires input is judged as an answer, and the retry with that input as a call',
  }),
  ...rules('design 5, streams and connections that are cut', 'MUST', {
    'mcp.disconnect':
      'nothing waits for a connection that has ended, and nothing is executed for it any more',
  }),
  ...rules('design, bounds', 'MUST', {
    'mcp.bounded': 'a connection keeps nothing of a message once it is over, whatever the other side does',
  }),
  ...rules('design 3, one call is one step', 'MUST', {
    'mcp.tool-call.once':
      'a handler that has judged a tool call is not asked again for the message it is made of, unless that is wanted',
    'mcp.tool-call.span':
      "a tool call of an agent that MCP serves is one span, with the server's name and version",
  }),
}
