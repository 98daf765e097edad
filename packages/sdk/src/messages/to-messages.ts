import type { Message, Part } from './message.ts'

type Bag = Readonly<Record<string, unknown>>

/**
 * Reads a conversation in any of the usual forms: a text, or messages as the AI SDK, LangChain, OpenAI and Anthropic
 * write them. What has no known form is a part of type `value`.
 */
export function toMessages(value: unknown, role = 'user'): readonly Message[] {
  if (value === undefined || value === null) return []
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (given.every(isMessage)) return given.map((message) => toMessage(message, role))
  return [{ role, parts: toParts(value) }]
}

/** Reads one message; one without a role has the given one. */
export function toMessage(message: unknown, role = 'user'): Message {
  if (!isMessage(message)) return { role, parts: toParts(message) }
  const said = roleOf(message) ?? role
  const { content } = message
  const callId = message['tool_call_id'] ?? message['toolCallId']
  if (said === 'tool' && callId !== undefined)
    return { role: said, parts: [{ type: 'tool_call_response', id: callId, content }] }
  const calls = callsOf(message['tool_calls'])
  const parts = toParts(content).filter((part) => !isRepeated(part, calls))
  return { role: said, parts: [...parts, ...calls] }
}

function isMessage(value: unknown): value is Bag {
  return isBag(value) && 'content' in value && (roleOf(value) !== undefined || 'tool_calls' in value)
}

const ROLES: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', function: 'tool' }

function roleOf(message: Bag): string | undefined {
  const { role, getType } = message
  const said: unknown =
    role ?? (typeof getType === 'function' ? Reflect.apply(getType, message, []) : undefined)
  return typeof said === 'string' ? (ROLES[said] ?? said) : undefined
}

// some providers tell of a call among what they say and beside it
function isRepeated(part: Part, calls: readonly Part[]): boolean {
  return part.type === 'tool_call' && calls.some((call) => 'id' in call && call.id === part.id)
}

function callsOf(calls: unknown): readonly Part[] {
  if (!Array.isArray(calls)) return []
  return calls.filter(isBag).map((call): Part => {
    const named = isBag(call['function']) ? call['function'] : call
    return {
      type: 'tool_call',
      id: call['id'],
      name: named['name'],
      content: argumentsOf(named['args'] ?? named['arguments'] ?? named['input']),
    }
  })
}

function toParts(content: unknown): readonly Part[] {
  if (content === undefined || content === null || content === '') return []
  if (!Array.isArray(content)) return [toPart(content)]
  return content.map(toPart)
}

function toPart(part: unknown): Part {
  if (typeof part === 'string') return { type: 'text', content: part }
  if (!isBag(part)) return { type: 'value', content: part }
  switch (part['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { type: 'text', content: part['text'] }
    case 'reasoning':
    case 'thinking':
      return { type: 'reasoning', content: part['text'] ?? part['reasoning'] ?? part['thinking'] }
    case 'tool-call':
    case 'tool_call':
    case 'tool_use':
      return {
        type: 'tool_call',
        id: part['toolCallId'] ?? part['id'],
        name: part['toolName'] ?? part['name'],
        content: argumentsOf(part['input'] ?? part['args']),
      }
    case 'tool-result':
    case 'tool_result':
      return {
        type: 'tool_call_response',
        id: part['toolCallId'] ?? part['tool_use_id'],
        content: resultOf(part['output'] ?? part['result'] ?? part['content']),
      }
    case 'file':
    case 'image':
    case 'image_url':
      return toFile(part)
    default:
      return { type: 'value', content: part }
  }
}

const MAX_ARGUMENTS = 256 * 1024

// as a text they would hide from a redactor which members are secret
function argumentsOf(given: unknown): unknown {
  if (typeof given !== 'string' || given.length > MAX_ARGUMENTS || !/^\s*[[{]/.test(given)) return given
  try {
    const parsed: unknown = JSON.parse(given)
    return parsed
  } catch {
    return given
  }
}

const WRAPPED = new Set<unknown>(['text', 'json', 'content', 'error-text', 'error-json'])

// the AI SDK says of a result in which form it is
function resultOf(output: unknown): unknown {
  return isBag(output) && WRAPPED.has(output['type']) && 'value' in output ? output['value'] : output
}

function toFile(part: Bag): Part {
  const { data, image, image_url: linked, url } = part
  const content = data ?? image ?? (isBag(linked) ? linked['url'] : linked) ?? url
  return {
    type: 'file',
    mimeType: part['mediaType'] ?? part['mimeType'] ?? part['mime_type'],
    content: typeof content === 'string' && !isAddress(content) ? `[${content.length} characters]` : content,
  }
}

function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]{1,31}:\/\//i.test(text)
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
