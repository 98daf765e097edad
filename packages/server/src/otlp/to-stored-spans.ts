import type { JsonObject, StoredSpan } from '../store/trace-store.ts'

/** What became of the spans of a request. */
export interface ReadSpans {
  readonly spans: readonly StoredSpan[]
  readonly rejected: number
  /** Why the first one was rejected. */
  readonly reason: string | undefined
}

const RUN_ID = 'aos.run.id'
const MAX_SPAN_CHARS = 1_048_576
// each span is kept with its resource and scope, so that a small request could become a large one
const MAX_ORIGIN_CHARS = 65_536
const MAX_REQUEST_CHARS = 134_217_728
const MAX_NANOS = 0xffff_ffff_ffff_ffffn

/** Takes the spans out of an OTLP request in JSON; `undefined` where it is none. */
export function toStoredSpans(request: unknown): ReadSpans | undefined {
  if (!isObject(request)) return undefined
  const groups = request['resourceSpans'] ?? []
  if (!Array.isArray(groups) || !groups.every(isObject)) return undefined
  const spans: StoredSpan[] = []
  let rejected = 0
  let reason: string | undefined
  let chars = 0
  for (const found of groups.flatMap(contentsOf)) {
    const made = toStoredSpan(found)
    const why = typeof made === 'string' ? made : beyond((chars += made.chars))
    if (typeof made !== 'string' && why === undefined) spans.push(made.span)
    else {
      rejected += 1
      reason ??= why
    }
  }
  return { spans, rejected, reason }
}

function beyond(chars: number): string | undefined {
  return chars > MAX_REQUEST_CHARS
    ? `the spans of a request are larger than ${MAX_REQUEST_CHARS} characters`
    : undefined
}

interface Found {
  readonly resource: JsonObject
  readonly scope: JsonObject
  /** Characters of both. */
  readonly originChars: number
  readonly span: unknown
}

interface Made {
  readonly span: StoredSpan
  readonly chars: number
}

function contentsOf(group: JsonObject): readonly Found[] {
  const resource = isObject(group['resource']) ? group['resource'] : {}
  const scopes = Array.isArray(group['scopeSpans']) ? group['scopeSpans'].filter(isObject) : []
  return scopes.flatMap((holder) => {
    const scope = isObject(holder['scope']) ? holder['scope'] : {}
    const spans: readonly unknown[] = Array.isArray(holder['spans']) ? holder['spans'] : []
    const originChars = JSON.stringify([resource, scope]).length
    return spans.map((span) => ({ resource, scope, originChars, span }))
  })
}

function toStoredSpan({ resource, scope, originChars, span }: Found): Made | string {
  if (!isObject(span)) return 'a span is no object'
  const [traceId, spanId] = [idOf(span['traceId'], 32), idOf(span['spanId'], 16)]
  if (traceId === undefined) return 'traceId must be 32 hexadecimal digits, not all of them 0'
  if (spanId === undefined) return 'spanId must be 16 hexadecimal digits, not all of them 0'
  const startedAt = millisecondsOf(span['startTimeUnixNano'])
  if (startedAt === undefined) return 'startTimeUnixNano must be nanoseconds since the epoch'
  const content = { resource, scope, span: { ...span, traceId, spanId } }
  if (originChars > MAX_ORIGIN_CHARS)
    return `the resource and scope of a span are larger than ${MAX_ORIGIN_CHARS} characters`
  const chars = originChars + JSON.stringify(content.span).length
  if (chars > MAX_SPAN_CHARS) return `a span is larger than ${MAX_SPAN_CHARS} characters`
  return { span: { traceId, spanId, runId: runIdOf(span['attributes']), startedAt, content }, chars }
}

function idOf(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-f]+$/i.test(value)) return undefined
  return /^0+$/.test(value) ? undefined : value.toLowerCase()
}

function millisecondsOf(nanoseconds: unknown): number | undefined {
  const digits = String(nanoseconds)
  if (!/^\d{1,20}$/.test(digits)) return undefined
  const at = BigInt(digits)
  return at > MAX_NANOS ? undefined : Number(at / 1_000_000n)
}

function runIdOf(attributes: unknown): string | undefined {
  if (!Array.isArray(attributes)) return undefined
  const found: unknown = attributes.find((one) => isObject(one) && one['key'] === RUN_ID)
  const value = isObject(found) && isObject(found['value']) ? found['value']['stringValue'] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
