import type { HookName } from '@aos/sdk'
import type { Part, RetrievalResult, TextPart, ToolArgument } from '../generated/aos-types.ts'
import { validatePart } from '../generated/aos-validators.ts'
import {
  isRecord,
  isTextList,
  member,
  readAs,
  textMember,
  unreadable,
  type JsonRecord,
  type Reading,
} from './read.ts'
import { fromJsonText, toWireJson } from './wire-json.ts'

/**
 * How a value went into the member that the wire has for it, where the member alone does not tell: one text, parts as
 * they are, an object as data, a list item by item, any other value as a whole, or no value at all. It travels in
 * `context.guardian.form`; a foreign message has none and is read as it stands.
 */
export type ValueForm = 'text' | 'parts' | 'data' | 'items' | 'value' | 'none'

const FORMS: ReadonlySet<unknown> = new Set(['text', 'parts', 'data', 'items', 'value', 'none'])

/** Gives the form that a message names. */
export function parseForm(name: unknown): ValueForm | undefined {
  return FORMS.has(name) ? (name as ValueForm) : undefined
}

/** A value in the member the wire has for it. */
export interface Shaped<T> {
  readonly member: T
  readonly form?: ValueForm | undefined
}

const JSON_TYPE = 'application/json'
/** Name of the one input that carries arguments which are no object. */
const WHOLE_INPUT = 'input'

/** Shows content of a message or a trigger as parts. */
export function toContent(value: unknown): Shaped<Part[]> {
  if (value === undefined) return { member: [], form: 'none' }
  const json = toWireJson(value)
  if (typeof json === 'string') return { member: [{ kind: 'text', text: json }], form: 'text' }
  if (Array.isArray(json) && json.every(isPart)) return { member: json, form: 'parts' }
  if (isRecord(json)) return { member: [{ kind: 'data', data: json }], form: 'data' }
  return { member: [{ kind: 'data', data: { value: json } }], form: 'value' }
}

/** Reads content; where no form says otherwise, text stays text and everything else stays parts. */
export function fromContent(content: unknown, form?: ValueForm): Reading<unknown> {
  if (!Array.isArray(content)) return unreadable('content is not a list of parts')
  const parts: readonly unknown[] = content
  if (form === 'none' && parts.length === 0) return readAs(undefined)
  if (!parts.every(isRecord)) return unreadable('a part of content is not an object')
  if (form === 'parts') return readAs(parts)
  const text = joinedText(parts)
  if (text !== undefined) return readAs(text)
  const data = parts.length === 1 ? member(parts[0], 'data') : undefined
  if (form === 'data' && isRecord(data)) return readAs(data)
  if (form === 'value' && isRecord(data) && Object.hasOwn(data, 'value')) return readAs(data['value'])
  return form === undefined || form === 'none'
    ? readAs(parts)
    : unreadable(`content is no ${form === 'text' ? 'text' : 'single piece of data'}`)
}

/** Shows the arguments of a tool call as inputs; what is no object goes as one input of the name `input`. */
export function toInputs(value: unknown): Shaped<ToolArgument[]> {
  if (value === undefined) return { member: [], form: 'none' }
  const json = toWireJson(value)
  if (!isRecord(json)) return { member: [input(WHOLE_INPUT, json)], form: 'value' }
  return { member: Object.entries(json).map(([name, item]) => input(name, item)) }
}

/** Reads inputs as arguments by name. */
export function fromInputs(inputs: unknown, form?: ValueForm): Reading<unknown> {
  if (!Array.isArray(inputs)) return unreadable('inputs is not a list')
  const values: Record<string, unknown> = {}
  for (const item of inputs as readonly unknown[]) {
    const name = textMember(item, 'name')
    if (name === undefined || name === '__proto__') return unreadable('an input has no usable name')
    const value = member(item, 'value')
    if (value === undefined) return unreadable(`the input ${JSON.stringify(name)} has no value`)
    if (Object.hasOwn(values, name)) return unreadable('two inputs have one name')
    values[name] = value
  }
  if (form === 'none' && inputs.length === 0) return readAs(undefined)
  return readAs(form === 'value' && inputs.length === 1 ? Object.values(values)[0] : values)
}

function input(name: string, value: unknown): ToolArgument {
  // the wire type lists the kinds of JSON
  return { name, value: value as ToolArgument['value'] }
}

/** Shows what a tool gave back as text outputs; what is no text goes as JSON, marked by its media type. */
export function toOutputs(value: unknown): Shaped<TextPart[]> {
  if (value === undefined) return { member: [] }
  const json = toWireJson(value)
  if (typeof json === 'string') return { member: [{ kind: 'text', text: json }] }
  const metadata = { mimeType: JSON_TYPE, kind: 'data' }
  return { member: [{ kind: 'text', text: JSON.stringify(json), metadata }] }
}

/** Reads outputs of a tool. */
export function fromOutputs(outputs: unknown): Reading<unknown> {
  if (!Array.isArray(outputs)) return unreadable('outputs is not a list')
  const parts: readonly unknown[] = outputs
  if (parts.length === 0) return readAs(undefined)
  if (!parts.every(isRecord)) return unreadable('an output is not an object')
  const text = joinedText(parts)
  if (text === undefined) return readAs(parts)
  const isJson = parts.length === 1 && textMember(member(parts[0], 'metadata'), 'mimeType') === JSON_TYPE
  return readAs(isJson ? fromJsonText(text) : text)
}

/** Shows what a retrieval found as results. */
export function toResults(value: unknown): Shaped<RetrievalResult[]> {
  if (value === undefined) return { member: [], form: 'none' }
  const json = toWireJson(value)
  if (!Array.isArray(json)) return { member: [result(json, 0)], form: 'value' }
  if (json.every(isResult)) return { member: json }
  return { member: json.map(result), form: 'items' }
}

/** Reads results of a retrieval. */
export function fromResults(results: unknown, form?: ValueForm): Reading<unknown> {
  if (!Array.isArray(results)) return unreadable('results is not a list')
  const items: readonly unknown[] = results
  if (form === 'none' && items.length === 0) return readAs(undefined)
  if (!items.every((item) => textMember(item, 'content') !== undefined))
    return unreadable('a result has no content')
  if (form === 'items') return readAs(items.map(fromResult))
  return readAs(form === 'value' && items.length === 1 ? fromResult(items[0]) : items)
}

function isResult(item: unknown): item is RetrievalResult {
  const { metadata, mimeType, ...rest } = isRecord(item) ? item : ({} as JsonRecord)
  return (
    typeof rest['id'] === 'string' &&
    typeof rest['content'] === 'string' &&
    (mimeType === undefined || typeof mimeType === 'string') &&
    (metadata === undefined || metadata === null || isRecord(metadata))
  )
}

function result(item: unknown, index: number): RetrievalResult {
  const id = textMember(item, 'id') ?? `result-${index}`
  if (typeof item === 'string') return { id, content: item }
  return { id, content: JSON.stringify(item), mimeType: JSON_TYPE }
}

function fromResult(item: unknown): unknown {
  const content = textMember(item, 'content') ?? ''
  return textMember(item, 'mimeType') === JSON_TYPE ? fromJsonText(content) : content
}

/** Shows memory as texts; what is structured goes as JSON text. */
export function toMemory(value: unknown): Shaped<string[]> {
  if (value === undefined) return { member: [], form: 'none' }
  const json = toWireJson(value)
  if (isTextList(json)) return { member: [...json] }
  if (typeof json === 'string') return { member: [json], form: 'text' }
  if (!Array.isArray(json)) return { member: [JSON.stringify(json)], form: 'value' }
  return { member: json.map((item) => JSON.stringify(item)), form: 'items' }
}

/** Reads memory. */
export function fromMemory(memory: unknown, form?: ValueForm): Reading<unknown> {
  if (!isTextList(memory)) return unreadable('memory is not a list of texts')
  const [first] = memory
  if (form === 'none' && first === undefined) return readAs(undefined)
  if (form === 'items') return readAs(memory.map(fromJsonText))
  if (memory.length !== 1 || first === undefined) return readAs(memory)
  if (form === 'text') return readAs(first)
  return readAs(form === 'value' ? fromJsonText(first) : memory)
}

/** Gives the member under which the landing page's dialect carries the value of a hook. */
export const LANDING_VALUE: Readonly<Record<HookName, string>> = {
  agentTrigger: 'content',
  message: 'content',
  toolCallRequest: 'parameters',
  toolCallResult: 'result',
  knowledgeRetrieval: 'results',
  memoryStore: 'memory',
  memoryContextRetrieval: 'memory',
  mcp: 'parameters',
  a2a: 'parameters',
}

function isPart(item: unknown): item is Part {
  return validatePart(item)
}

function joinedText(parts: readonly JsonRecord[]): string | undefined {
  const texts = parts.map((part) => {
    const kind = part['kind'] ?? 'text'
    return kind === 'text' ? textMember(part, 'text') : undefined
  })
  return isTextList(texts) ? texts.join('') : undefined
}
