import type { OtlpRequests } from './otlp-request.ts'
import { createTruncation, TRUNCATED, type Truncation } from './truncation.ts'

const HEAD = Buffer.from('{"resourceSpans":[')
const TAIL = Buffer.from(']}')
const COMMA = Buffer.from(',')

interface Value {
  stringValue?: string
  arrayValue?: { values?: Value[] }
  kvlistValue?: { values?: KeyValue[] }
}

interface KeyValue {
  key: string
  value: Value
}

interface WithAttributes {
  attributes?: KeyValue[]
}

interface Span extends WithAttributes {
  events?: WithAttributes[]
  links?: WithAttributes[]
  status?: { message?: string }
}

interface ScopeSpans {
  spans: readonly Span[]
}

interface ResourceSpans {
  scopeSpans: readonly ScopeSpans[]
}

interface Placed {
  readonly resource: ResourceSpans
  readonly scope: ScopeSpans
  readonly span: Span
}

/** OTLP trace requests in JSON. */
export const jsonRequests: OtlpRequests = {
  join(bodies) {
    const parts: Uint8Array[] = [HEAD]
    for (const body of bodies) {
      if (parts.length > 1) parts.push(COMMA)
      parts.push(inner(body))
    }
    return Buffer.concat([...parts, TAIL])
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
    forEachText(placed.span, (text) => {
      lengths.push(Buffer.byteLength(JSON.stringify(text)))
      return text
    })
    const truncation = createTruncation(lengths, body.byteLength - maxBytes)
    if (truncation === undefined) return undefined
    cutTexts(placed.span, truncation)
    const cut = render([placed])
    // what is left may consist of characters that JSON has to escape
    return cut.byteLength > maxBytes && cut.byteLength < body.byteLength ? this.truncate(cut, maxBytes) : cut
  },
}

/** The content of the one list that a request is. */
function inner(body: Uint8Array): Uint8Array {
  const isPlain =
    HEAD.equals(body.subarray(0, HEAD.byteLength)) &&
    TAIL.equals(body.subarray(body.byteLength - TAIL.byteLength))
  const plain = isPlain ? body : render(spansOf(body))
  return plain.subarray(HEAD.byteLength, plain.byteLength - TAIL.byteLength)
}

function spansOf(body: Uint8Array): readonly Placed[] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  // a request that this package has rendered
  const request = JSON.parse(text) as { readonly resourceSpans: readonly ResourceSpans[] }
  return request.resourceSpans.flatMap((resource) =>
    resource.scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ resource, scope, span }))),
  )
}

function render(placed: readonly Placed[]): Uint8Array {
  const resourceSpans = groupBy(placed, ({ resource }) => resource).map(([resource, inside]) => ({
    ...resource,
    scopeSpans: groupBy(inside, ({ scope }) => scope).map(([scope, members]) => ({
      ...scope,
      spans: members.map(({ span }) => span),
    })),
  }))
  return Buffer.from(JSON.stringify({ resourceSpans }), 'utf8')
}

function groupBy<Key>(
  placed: readonly Placed[],
  keyOf: (entry: Placed) => Key,
): readonly (readonly [Key, readonly Placed[]])[] {
  const groups = new Map<Key, Placed[]>()
  for (const entry of placed) {
    const group = groups.get(keyOf(entry))
    if (group === undefined) groups.set(keyOf(entry), [entry])
    else group.push(entry)
  }
  return [...groups]
}

function cutTexts(span: Span, truncation: Truncation): void {
  const attributes = span.attributes ?? []
  const earlier = attributes.find(({ key }) => key === TRUNCATED)
  for (const { stringValue = '' } of earlier?.value.arrayValue?.values ?? []) truncation.keep(stringValue)
  span.attributes = attributes.filter((attribute) => attribute !== earlier)
  forEachText(span, (text, key) => {
    const bytes = Buffer.from(text, 'utf8')
    const cut = truncation.cut(bytes, key)
    return cut === bytes ? text : Buffer.from(cut).toString('utf8')
  })
  const values = truncation.entries.map((stringValue) => ({ stringValue }))
  span.attributes.push({ key: TRUNCATED, value: { arrayValue: { values } } })
}

function forEachText(span: Span, replace: (text: string, key: string) => string): void {
  const inValue = (value: Value, key: string): void => {
    if (value.stringValue !== undefined) value.stringValue = replace(value.stringValue, key)
    for (const entry of value.arrayValue?.values ?? []) inValue(entry, key)
    for (const entry of value.kvlistValue?.values ?? []) inValue(entry.value, key)
  }
  for (const holder of [span, ...(span.events ?? []), ...(span.links ?? [])])
    for (const { key, value } of holder.attributes ?? []) inValue(value, key)
  if (span.status?.message !== undefined) span.status.message = replace(span.status.message, 'status.message')
}
