import { resolveMessages, type ResolvedMessage, type ResolvedPart } from '../src/view/resolve-messages.ts'
import type { AttributeValue, ViewSpan, ViewTrace } from '../src/view/view-trace.ts'
import { visibleText } from '../src/view/visible-text.ts'
import { element } from './dom.ts'

const LONGEST = 4_000

/** Shows a value that went in or came out: messages as a conversation, JSON indented, everything else as it is. */
export function contentElement(value: AttributeValue): HTMLElement {
  const parsed: unknown = typeof value === 'string' ? parse(value) : value
  const messages = toMessages(parsed)
  if (messages !== undefined) {
    return element('div', { class: 'messages' }, ...messages.map(messageElement))
  }
  const text = typeof parsed === 'string' ? parsed : JSON.stringify(parsed, null, 2)
  return element('pre', { class: 'content' }, longText(text, LONGEST))
}

/** Shows all messages of a model call; those that an earlier span recorded when they are asked for. */
export function conversationElement(trace: ViewTrace, span: ViewSpan): HTMLElement {
  const messages = resolveMessages(trace, span).map(toCard)
  const earlier = messages.findIndex(({ spanId }) => spanId === span.spanId)
  const shown = (from: number, to?: number): readonly HTMLElement[] =>
    messages.slice(from, to).map((message) => messageElement(message))
  const hidden = earlier === -1 ? messages.length : earlier
  if (hidden === 0) return element('div', { class: 'messages' }, ...shown(0))
  const before = element('div', { class: 'messages' })
  before.append(
    element('button', {
      class: 'more',
      text: `show ${hidden.toLocaleString('en')} earlier ${hidden === 1 ? 'message' : 'messages'}`,
      attributes: { type: 'button' },
      onClick: () => before.replaceChildren(...shown(0, hidden)),
    }),
  )
  return element('div', { class: 'messages' }, before, ...shown(hidden))
}

function toCard({ role, parts, spanId, omitted }: ResolvedMessage): Message & { readonly spanId: string } {
  if (omitted === true) return { role: 'omitted', parts: ['not recorded: it found no room'], spanId }
  return { role, parts: parts.map(resolvedText), spanId }
}

function resolvedText({ type, name, id, text }: ResolvedPart): string {
  const said = text ?? 'recorded in a span that is not here'
  if (type === 'text' || type === 'reasoning') return said
  return [name ?? (type === 'tool_call_response' ? id : type), said].filter(Boolean).join(' ')
}

/** A text that is cut with a button that shows the rest. */
export function longText(text: string, longest: number): HTMLElement {
  const shown = visibleText(text)
  if (shown.length <= longest * 1.2) return element('span', { text: shown })
  const holder = element('span', { text: `${shown.slice(0, longest)}… ` })
  holder.append(
    element('button', {
      class: 'more',
      text: `show all ${text.length.toLocaleString('en')} characters`,
      attributes: { type: 'button' },
      onClick: () => holder.replaceChildren(shown),
    }),
  )
  return holder
}

interface Message {
  readonly role: string
  readonly parts: readonly string[]
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}

function toMessages(value: unknown): readonly Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const messages = value.map(toMessage)
  return messages.every((message) => message !== undefined) ? messages : undefined
}

function toMessage(value: unknown): Message | undefined {
  if (!isObject(value) || typeof value['role'] !== 'string') return undefined
  const content = value['parts'] ?? value['content']
  const parts = Array.isArray(content) ? content : [content]
  return { role: value['role'], parts: parts.map(partText) }
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part
  if (!isObject(part)) return JSON.stringify(part) ?? ''
  const text = part['content'] ?? part['text']
  const isText = part['type'] === undefined || part['type'] === 'text' || part['type'] === 'reasoning'
  if (isText && typeof text === 'string') return text
  const called = part['name'] ?? part['toolName']
  if (typeof called === 'string') {
    return `${called} ${JSON.stringify(part['arguments'] ?? part['args'] ?? part['input'] ?? part['output'] ?? {}, null, 2)}`
  }
  return JSON.stringify(part, null, 2)
}

function messageElement({ role, parts }: Message): HTMLElement {
  return element(
    'div',
    { class: 'message-card' },
    element('p', { class: 'role', text: visibleText(role) }),
    ...parts.map((part) => element('pre', { class: 'content' }, longText(part, LONGEST))),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
