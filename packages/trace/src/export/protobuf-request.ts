import type { OtlpRequests } from './otlp-request.ts'
import { createTruncation, TRUNCATED, type Truncation } from './truncation.ts'

interface Field {
  readonly number: number
  readonly start: number
  readonly end: number
  /** Only of fields that have a length: texts, bytes and messages. */
  readonly content: Uint8Array | undefined
}

/** The fields of a message in which texts are, by number. */
interface Schema {
  readonly [field: number]: Schema | 'key' | 'text' | undefined
}

interface Placed {
  /** Everything of the resource and of the scope but their spans. */
  readonly resource: Uint8Array
  readonly scope: Uint8Array
  readonly span: Uint8Array
}

const anyValue: { [field: number]: Schema | 'text' } = { 1: 'text' }
const keyValue: Schema = { 1: 'key', 2: anyValue }
Object.assign(anyValue, { 5: { 1: anyValue }, 6: { 1: keyValue } })
const SPAN_ATTRIBUTES = 9
const SPAN_TEXTS: Schema = {
  [SPAN_ATTRIBUTES]: keyValue,
  11: { 3: keyValue },
  13: { 4: keyValue },
  15: { 2: 'text' },
}

/** Below this size of a part, what it says of its resource is worth leaving out. */
const SMALL_BYTES = 16 * 1024

/** OTLP trace requests in protobuf; a request is a list, so one after the other is one request. */
export const protobufRequests: OtlpRequests = {
  join(bodies) {
    const bytes = bodies.reduce((sum, body) => sum + body.byteLength, 0)
    return bytes / bodies.length < SMALL_BYTES ? render(bodies.flatMap(spansOf)) : Buffer.concat(bodies)
  },
  split(body) {
    const spans = spansOf(body)
    if (spans.length < 2) return undefined
    const half = Math.ceil(spans.length / 2)
    return [render(spans.slice(0, half)), render(spans.slice(half))]
  },
  truncate(body, maxBytes) {
    const [placed, another] = spansOf(body)
    if (placed === undefined || another !== undefined) return undefined
    const lengths: number[] = []
    rewrite(placed.span, SPAN_TEXTS, (text) => {
      lengths.push(text.byteLength)
      return text
    })
    const truncation = createTruncation(lengths, body.byteLength - maxBytes)
    return truncation && render([{ ...placed, span: cutTexts(placed.span, truncation) }])
  },
}

function spansOf(body: Uint8Array): readonly Placed[] {
  return members(body, 1).inside.flatMap((resourceSpans) => {
    const { inside: scopes, rest: resource } = members(resourceSpans, 2)
    return scopes.flatMap((scopeSpans) => {
      const { inside: spans, rest: scope } = members(scopeSpans, 2)
      return spans.map((span) => ({ resource, scope, span }))
    })
  })
}

/** One after the other, with what neighbours have in common written once. */
function render(placed: readonly Placed[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { resource, scopes } of neighbours(placed)) {
    const inside = scopes.map(({ scope, spans }) =>
      field(2, Buffer.concat([scope, ...spans.map((span) => field(2, span))])),
    )
    parts.push(field(1, Buffer.concat([resource, ...inside])))
  }
  return Buffer.concat(parts)
}

interface Neighbours {
  readonly resource: Uint8Array
  readonly scopes: { readonly scope: Uint8Array; readonly spans: Uint8Array[] }[]
}

function neighbours(placed: readonly Placed[]): readonly Neighbours[] {
  const groups: Neighbours[] = []
  for (const { resource, scope, span } of placed) {
    let group = groups.at(-1)
    if (group === undefined || !isEqual(group.resource, resource)) {
      group = { resource, scopes: [] }
      groups.push(group)
    }
    const last = group.scopes.at(-1)
    if (last !== undefined && isEqual(last.scope, scope)) last.spans.push(span)
    else group.scopes.push({ scope, spans: [span] })
  }
  return groups
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left === right || Buffer.compare(left, right) === 0
}

/** Takes the messages of one field out of a message. */
function members(
  message: Uint8Array,
  number: number,
): { readonly inside: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const inside: Uint8Array[] = []
  const rest: Uint8Array[] = []
  for (const { number: own, content, start, end } of fieldsOf(message)) {
    if (own === number && content !== undefined) inside.push(content)
    else rest.push(message.subarray(start, end))
  }
  return { inside, rest: Buffer.concat(rest) }
}

function cutTexts(span: Uint8Array, truncation: Truncation): Uint8Array {
  const kept: Uint8Array[] = []
  for (const { number, content, start, end } of fieldsOf(span)) {
    const isEarlier = number === SPAN_ATTRIBUTES && content !== undefined && keyOf(content) === TRUNCATED
    if (!isEarlier) kept.push(span.subarray(start, end))
    else
      rewrite(content, keyValue, (text) => {
        truncation.keep(Buffer.from(text).toString('utf8'))
        return text
      })
  }
  const cut = rewrite(Buffer.concat(kept), SPAN_TEXTS, (text, key) => truncation.cut(text, key))
  const values = truncation.entries.map((entry) => field(1, field(1, Buffer.from(entry, 'utf8'))))
  const value = field(5, Buffer.concat(values))
  const marker = Buffer.concat([field(1, Buffer.from(TRUNCATED)), field(2, value)])
  return Buffer.concat([cut, field(SPAN_ATTRIBUTES, marker)])
}

function keyOf(attribute: Uint8Array): string {
  for (const { number, content } of fieldsOf(attribute))
    if (number === 1 && content !== undefined) return Buffer.from(content).toString('utf8')
  return ''
}

/** Replaces the texts of a message, and the lengths of what they are in. */
function rewrite(
  message: Uint8Array,
  schema: Schema,
  replace: (text: Uint8Array, key: string) => Uint8Array,
): Uint8Array {
  const pieces: Uint8Array[] = []
  let copied = 0
  let key = 'status.message'
  for (const { number, content, start, end } of fieldsOf(message)) {
    const kind = schema[number]
    if (kind === undefined || content === undefined) continue
    if (kind === 'key') {
      key = Buffer.from(content).toString('utf8')
      continue
    }
    const inKey = key
    // what is inside an attribute counts for it
    const named = inside(schema) ? (text: Uint8Array): Uint8Array => replace(text, inKey) : replace
    const made = kind === 'text' ? replace(content, key) : rewrite(content, kind, named)
    if (made === content) continue
    pieces.push(message.subarray(copied, start), field(number, made))
    copied = end
  }
  return pieces.length === 0 ? message : Buffer.concat([...pieces, message.subarray(copied)])
}

function inside(schema: Schema): boolean {
  return schema[1] === 'key'
}

function field(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint((number << 3) | 2), varint(content.byteLength), content])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  bytes.push(left)
  return Uint8Array.from(bytes)
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let offset = 0
  const read = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = message[offset]
      if (byte === undefined) throw new RangeError('a field goes beyond the end of its message')
      offset += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (offset < message.byteLength) {
    const start = offset
    const tag = read()
    const wire = tag % 8
    let content: Uint8Array | undefined
    if (wire === 0) read()
    else if (wire === 1) offset += 8
    else if (wire === 5) offset += 4
    else if (wire === 2) {
      const length = read()
      content = message.subarray(offset, offset + length)
      offset += length
    } else throw new RangeError(`wire type ${wire} is not known`)
    yield { number: Math.floor(tag / 8), start, end: offset, content }
  }
}
