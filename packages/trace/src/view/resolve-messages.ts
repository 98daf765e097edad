import { isJson, type Json } from './json-access.ts'
import type { ViewSpan, ViewTrace } from './view-trace.ts'

/** Where a text of a trace is recorded: in an attribute, or in a part of a message in it. */
export interface TextPlace {
  /** Place of the span in the trace. */
  readonly span: number
  readonly attribute: string
  readonly message?: number
  readonly part?: number
}

/** A part of a message, with the text it has or refers to. */
export interface ResolvedPart {
  /** As the conventions call it: `text`, `reasoning`, `tool_call`, `tool_call_response`, … */
  readonly type: string
  /** Absent where it is recorded nowhere in the trace. */
  readonly text?: string
  readonly id?: string
  readonly name?: string
  /** Id of the span that has the text, where that is another one. */
  readonly recordedIn?: string
}

/** A message of a model call. */
export interface ResolvedMessage {
  readonly role: string
  readonly parts: readonly ResolvedPart[]
  /** Id of the span that recorded it. */
  readonly spanId: string
  /** Whether it found no room when it was recorded; nothing else is known of it then. */
  readonly omitted?: true
}

export const INPUT = 'gen_ai.input.messages'
export const OUTPUT = 'gen_ai.output.messages'
export const REFERENCE = 'aos.reference'
const MAX_OMITTED = 10_000

/**
 * Gives all messages that a model call had: those that an earlier span recorded, then its own, with every reference
 * replaced by the text it stands for.
 */
export function resolveMessages(trace: ViewTrace, span: ViewSpan): readonly ResolvedMessage[] {
  let messages: readonly ResolvedMessage[] = []
  for (const { call, earlier, omitted } of callsBefore(trace, span)) {
    const gap: ResolvedMessage = { role: '', parts: [], spanId: call.spanId, omitted: true }
    const holes = Array.from({ length: Math.min(omitted, MAX_OMITTED) }, () => gap)
    messages = [...messages.slice(0, earlier), ...holes, ...ownMessages(trace, call)]
  }
  return messages
}

/** Gives the messages that a span has in one attribute, with references resolved; none where it has no messages. */
export function ownMessages(
  trace: ViewTrace,
  span: ViewSpan,
  attribute: string = INPUT,
): readonly ResolvedMessage[] {
  return messagesIn(span, attribute).map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => resolvePart(trace, span, part)),
    spanId: span.spanId,
  }))
}

interface ModelCall {
  readonly call: ViewSpan
  readonly earlier: number
  readonly omitted: number
}

/** A call and those that its messages go back to, the first one first; a ring is cut. */
function callsBefore(trace: ViewTrace, last: ViewSpan): readonly ModelCall[] {
  const calls = new Set<ViewSpan>()
  let call: ViewSpan | undefined = last
  while (call !== undefined && !calls.has(call)) {
    calls.add(call)
    call = callBefore(trace, call)
  }
  return [...calls].toReversed().map((span) => ({
    call: span,
    earlier: countIn(span, 'aos.messages.earlier'),
    omitted: countIn(span, 'aos.messages.omitted'),
  }))
}

function callBefore(trace: ViewTrace, { attributes }: ViewSpan): ViewSpan | undefined {
  const step = attributes['aos.messages.earlier_step']
  if (typeof step !== 'string') return undefined
  return trace.spans.find(({ attributes: other }) => other['aos.step.id'] === step)
}

function countIn({ attributes }: ViewSpan, name: string): number {
  const count = attributes[name]
  return typeof count === 'number' && count > 0 ? Math.trunc(count) : 0
}

function resolvePart(trace: ViewTrace, span: ViewSpan, part: Json): ResolvedPart {
  const { type, id, name } = part
  const named = {
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  }
  if (type !== REFERENCE) return { type: typeof type === 'string' ? type : 'text', ...named, ...textIn(part) }
  const place = typeof part['digest'] === 'string' ? placeOf(trace, part['digest']) : undefined
  const holder = place === undefined ? undefined : trace.spans[place.span]
  const found = place === undefined || holder === undefined ? undefined : recordedAt(holder, place)
  return {
    type: typeof part['of'] === 'string' ? part['of'] : 'text',
    ...found?.named,
    ...named,
    ...(found?.text === undefined ? {} : { text: found.text }),
    ...(holder === undefined || holder === span ? {} : { recordedIn: holder.spanId }),
  }
}

function placeOf({ texts }: ViewTrace, digest: string): TextPlace | undefined {
  return Object.hasOwn(texts, digest) ? texts[digest] : undefined
}

function recordedAt(
  span: ViewSpan,
  { attribute, message, part }: TextPlace,
): { readonly text?: string; readonly named?: { readonly name?: string } } {
  const value = span.attributes[attribute]
  if (message === undefined || part === undefined) return typeof value === 'string' ? { text: value } : {}
  const recorded = messagesIn(span, attribute)[message]?.parts[part]
  if (recorded === undefined) return {}
  const { name } = recorded
  return { ...textIn(recorded), ...(typeof name === 'string' ? { named: { name } } : {}) }
}

/** The text of a part, whatever the member is called. */
export function textIn(part: Json): { readonly text?: string } {
  const value = part['content'] ?? part['arguments'] ?? part['response'] ?? part['text']
  if (typeof value === 'string') return { text: value }
  return value === undefined ? {} : { text: JSON.stringify(value) }
}

/** The messages that an attribute holds in the form of the conventions. */
export function messagesIn(
  { attributes }: ViewSpan,
  attribute: string,
): readonly { readonly role: string; readonly parts: readonly Json[] }[] {
  const value = attributes[attribute]
  if (typeof value !== 'string' || !value.startsWith('[')) return []
  try {
    const parsed: unknown = JSON.parse(value)
    if (!Array.isArray(parsed)) return []
    return parsed
      .filter(isJson)
      .flatMap(({ role, parts }) =>
        typeof role === 'string' && Array.isArray(parts) ? [{ role, parts: parts.filter(isJson) }] : [],
      )
  } catch {
    return []
  }
}
