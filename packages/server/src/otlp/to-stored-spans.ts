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
const MAX_NANOS = 0xffff_ffff_ffff_ffffn

/** Takes the spans out of an OTLP request in JSON; `undefined` where it is none. */
export function toStoredSpans(request: unknown): ReadSpans | undefined {
  if (!isObject(request)) return undefined
  const groups = request['resourceSpans'] ?? []
  if (!Array.isArray(groups) || !groups.every(isObject)) return undefined
  const spans: StoredSpan[] = []
  let rejected = 0
  let reason: string | undefined
  for (const { resource, scope, span } of groups.flatMap(contentsOf)) {
    const made = toStoredSpan({ resource, scope, span })
    if (typeof made !== 'string') spans.push(made)
    else {
      rejected += 1
      reason ??= made
    }
  }
  return { spans, rejected, reason }
}

interface Found {
  readonly resource: JsonObject
  readonly scope: JsonObject
  readonly span: unknown
}

function contentsOf(group: JsonObject): readonly Found[] {
  const resource = isObject(group['resource']) ? group['resource'] : {}
  const scopes = Array.isArray(group['scopeSpans']) ? group['scopeSpans'].filter(isObject) : []
  return scopes.flatMap((holder) => {
    const scope = isObject(holder['scope']) ? holder['scope'] : {}
    const spans: readonly unknown[] = Array.isArray(holder['spans']) ? holder['spans'] : []
    return spans.map((span) => ({ resource, scope, span }))
  })
}

function toStoredSpan({ resource, scope, span }: Found): StoredSpan | string {
  if (!isObject(span)) return 'a span is no object'
  const [traceId, spanId] = [idOf(span['traceId'], 32), idOf(span['spanId'], 16)]
  if (traceId === undefined) return 'traceId must be 32 hexadecimal digits, not all of them 0'
  if (spanId === undefined) return 'spanId must be 16 hexadecimal digits, not all of them 0'
  const startedAt = millisecondsOf(span['startTimeUnixNano'])
  if (startedAt === undefined) return 'startTimeUnixNano must be nanoseconds since the epoch'
  const content = { resource, scope, span: { ...span, traceId, spanId } }
  if (JSON.stringify(content).length > MAX_SPAN_CHARS)
    return `a span is larger than ${MAX_SPAN_CHARS} characters`
  return { traceId, spanId, runId: runIdOf(span['attributes']), startedAt, content }
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
