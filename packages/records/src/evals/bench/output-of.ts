import { isRecord } from '../scoring/observation.ts'

/**
 * What an agent has to say, out of its framework's result: the text of the AI SDK, of LangChain the structured response or
 * the text of the last message, and anything else as it is.
 */
export function outputOf(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result
  const { text, structuredResponse, messages } = result as Record<string, unknown>
  if (typeof text === 'string') return text
  if (structuredResponse !== undefined) return structuredResponse
  if (!Array.isArray(messages)) return result
  const last: unknown = messages.at(-1)
  const content: unknown =
    typeof last === 'object' && last !== null ? Reflect.get(last, 'content') : undefined
  return Array.isArray(content) ? content.map(textOf).join('') : content
}

function textOf(block: unknown): string {
  if (typeof block === 'string') return block
  return isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''
}
