import type { Message, Part } from '../messages/message.ts'
import { toMessages } from '../messages/to-messages.ts'
import { snapshot } from '../values/snapshot.ts'
import type { RecordedValue } from './entries.ts'
import { recordedValue } from './recorded-value.ts'

/**
 * Takes down what a model is told or says: as it is, or where it is made of objects of a framework, as plain messages.
 * No hook judges it in this form, so that a replay needs no more of it.
 */
export function recordedModelValue(value: unknown, role: 'user' | 'assistant'): RecordedValue {
  const recorded = recordedValue(value)
  if (!('opaque' in recorded)) return recorded
  const plain = snapshot(toMessages(value, role).map(plainMessage))
  return plain.ok && Array.isArray(plain.json) ? { messages: plain.json } : recorded
}

function plainMessage({ role, parts }: Message): object {
  return { role, content: parts.map(plainPart) }
}

// in the words of the AI SDK, which are read back as the same parts
function plainPart(part: Part): object {
  switch (part.type) {
    case 'tool_call':
      return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.content }
    case 'tool_call_response':
      return { type: 'tool-result', toolCallId: part.id, output: part.content }
    case 'file':
      return { type: 'file', mediaType: part.mimeType, url: part.content }
    default:
      return { type: part.type, text: part.content }
  }
}
