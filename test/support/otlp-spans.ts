/** A span as it arrived, whatever encoding it came in. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  /** As OTLP numbers it: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly ReceivedEvent[]
  readonly status: { readonly code: number; readonly message: string | undefined }
  readonly resource: Readonly<Record<string, unknown>>
  readonly scope: { readonly name: string; readonly version: string | undefined }
}

/** An event of a {@link ReceivedSpan}. */
export interface ReceivedEvent {
  readonly name: string
  readonly timeUnixNano: bigint
  readonly attributes: Readonly<Record<string, unknown>>
}

type Json = Readonly<Record<string, unknown>>

/** Takes an OTLP trace request apart into its spans. */
export function spansOfRequest(request: unknown): readonly ReceivedSpan[] {
  return list(request, 'resourceSpans').flatMap((resourceSpans) => {
    const resource = attributesOf(member(resourceSpans, 'resource'))
    return list(resourceSpans, 'scopeSpans').flatMap((scopeSpans) => {
      const { name, version } = member(scopeSpans, 'scope')
      const scope = { name: text(name) ?? '', version: text(version) }
      return list(scopeSpans, 'spans').map((span) => toSpan(span, resource, scope))
    })
  })
}

function toSpan(span: Json, resource: Json, scope: ReceivedSpan['scope']): ReceivedSpan {
  const status = member(span, 'status')
  return {
    traceId: text(span['traceId']) ?? '',
    spanId: text(span['spanId']) ?? '',
    parentSpanId: text(span['parentSpanId']) || undefined,
    name: text(span['name']) ?? '',
    kind: Number(span['kind'] ?? 0),
    startTimeUnixNano: nanos(span['startTimeUnixNano']),
    endTimeUnixNano: nanos(span['endTimeUnixNano']),
    attributes: attributesOf(span),
    events: list(span, 'events').map((event) => ({
      name: text(event['name']) ?? '',
      timeUnixNano: nanos(event['timeUnixNano']),
      attributes: attributesOf(event),
    })),
    status: { code: Number(status['code'] ?? 0), message: text(status['message']) || undefined },
    resource,
    scope,
  }
}

function attributesOf(holder: Json): Json {
  return Object.fromEntries(
    list(holder, 'attributes').map((entry) => [text(entry['key']) ?? '', valueOf(member(entry, 'value'))]),
  )
}

function valueOf(value: Json): unknown {
  const [[kind, content] = []] = Object.entries(value)
  if (kind === 'intValue' || kind === 'doubleValue') return Number(content)
  if (kind === 'arrayValue') return list(value, 'arrayValue', 'values').map(valueOf)
  if (kind === 'kvlistValue') {
    return Object.fromEntries(
      list(value, 'kvlistValue', 'values').map((entry) => [
        text(entry['key']),
        valueOf(member(entry, 'value')),
      ]),
    )
  }
  return content
}

function list(holder: unknown, ...path: string[]): readonly Json[] {
  const found = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), holder)
  return Array.isArray(found) ? found.filter(isObject) : []
}

function member(holder: Json, key: string): Json {
  const found = holder[key]
  return isObject(found) ? found : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function nanos(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
