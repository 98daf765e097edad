import { isJson, listOf, memberOf, numberOf, objectOf, textOf, type Json } from './json-access.ts'
import type { AttributeValue, ViewAttributes } from './view-trace.ts'

/** A span as it was read, its times in nanoseconds since the epoch. */
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly start: bigint
  /** Zero where the span has not ended. */
  readonly end: bigint
  readonly isError: boolean
  readonly statusMessage: string | undefined
  readonly attributes: ViewAttributes
  readonly events: readonly {
    readonly name: string
    readonly at: bigint
    readonly attributes: ViewAttributes
  }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly resource: ViewAttributes
  readonly scope: string
}

/** What one JSON value holds. */
export interface OtlpContent {
  readonly spans: readonly OtlpSpan[]
  /** Entries among its spans that are none. */
  readonly unusable: number
}

const MAX_DEPTH = 24

/**
 * Reads the spans of an OTLP JSON value: a request, an array of them, names in camel or in snake case, ids in hex or in
 * base64. `undefined` when it is nothing of OpenTelemetry; logs and metrics have no spans.
 */
export function readOtlp(value: unknown): OtlpContent | undefined {
  const requests = Array.isArray(value) ? value : [value]
  const groups: Json[] = []
  for (const request of requests) {
    if (!isJson(request) || !isRequest(request)) return undefined
    // one by one: there may be more than fit in the arguments of a call
    for (const group of listOf(request, 'resourceSpans', 'resource_spans')) groups.push(group)
  }
  const spans: OtlpSpan[] = []
  let unusable = 0
  for (const group of groups) {
    const resource = attributesOf(objectOf(group, 'resource'))
    const scopes = listOf(group, 'scopeSpans', 'scope_spans', 'instrumentationLibrarySpans')
    for (const holder of scopes) {
      const scope = textOf(objectOf(holder, 'scope', 'instrumentationLibrary'), 'name') ?? ''
      const list = memberOf(holder, 'spans')
      for (const entry of Array.isArray(list) ? list : []) {
        const span = isJson(entry) ? toSpan(entry, resource, scope) : undefined
        if (span === undefined) unusable += 1
        else spans.push(span)
      }
    }
  }
  return { spans, unusable }
}

const SIGNALS = ['resourceSpans', 'resource_spans', 'resourceLogs', 'resourceMetrics', 'resourceProfiles']

function isRequest(value: Json): boolean {
  return SIGNALS.some((name) => Array.isArray(value[name]))
}

function toSpan(span: Json, resource: ViewAttributes, scope: string): OtlpSpan | undefined {
  const traceId = idOf(textOf(span, 'traceId', 'trace_id'), 16)
  const spanId = idOf(textOf(span, 'spanId', 'span_id'), 8)
  if (traceId === undefined || spanId === undefined) return undefined
  const status = objectOf(span, 'status')
  const code = memberOf(status, 'code')
  return {
    traceId,
    spanId,
    parentSpanId: idOf(textOf(span, 'parentSpanId', 'parent_span_id'), 8),
    name: textOf(span, 'name') ?? '(no name)',
    start: nanosOf(memberOf(span, 'startTimeUnixNano', 'start_time_unix_nano')),
    end: nanosOf(memberOf(span, 'endTimeUnixNano', 'end_time_unix_nano')),
    isError: code === 2 || code === 'STATUS_CODE_ERROR',
    statusMessage: textOf(status, 'message'),
    attributes: attributesOf(span),
    events: listOf(span, 'events').map((event) => ({
      name: textOf(event, 'name') ?? '(no name)',
      at: nanosOf(memberOf(event, 'timeUnixNano', 'time_unix_nano')),
      attributes: attributesOf(event),
    })),
    links: listOf(span, 'links').flatMap((link) => {
      const linked = idOf(textOf(link, 'traceId', 'trace_id'), 16)
      const linkedSpan = idOf(textOf(link, 'spanId', 'span_id'), 8)
      return linked === undefined || linkedSpan === undefined ? [] : [{ traceId: linked, spanId: linkedSpan }]
    }),
    resource,
    scope,
  }
}

function idOf(text: string | undefined, bytes: number): string | undefined {
  if (text === undefined) return undefined
  const hex = isHex(text, bytes) ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex')
  return isHex(hex, bytes) && !/^0+$/.test(hex) ? hex : undefined
}

function isHex(text: string, bytes: number): boolean {
  return text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text)
}

function nanosOf(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? BigInt(Math.trunc(value)) : 0n
}

function attributesOf(holder: Json): ViewAttributes {
  const entries = listOf(holder, 'attributes').flatMap((entry) => {
    const key = textOf(entry, 'key')
    return key === undefined ? [] : [[key, valueOf(entry['value'], 0)] as const]
  })
  return Object.fromEntries(entries)
}

function valueOf(value: unknown, depth: number): AttributeValue {
  if (!isJson(value) || depth > MAX_DEPTH) return null
  const text = memberOf(value, 'stringValue', 'string_value', 'bytesValue', 'bytes_value')
  if (typeof text === 'string') return text
  const flag = memberOf(value, 'boolValue', 'bool_value')
  if (typeof flag === 'boolean') return flag
  const integer = memberOf(value, 'intValue', 'int_value')
  if (integer !== undefined) return toInteger(integer)
  const number = numberOf(value, 'doubleValue', 'double_value')
  if (number !== undefined) return number
  const array = memberOf(value, 'arrayValue', 'array_value')
  if (isJson(array)) {
    const values = memberOf(array, 'values')
    return Array.isArray(values) ? values.map((entry) => valueOf(entry, depth + 1)) : []
  }
  const map = memberOf(value, 'kvlistValue', 'kvlist_value')
  if (!isJson(map)) return null
  return Object.fromEntries(
    listOf(map, 'values').map((entry) => [textOf(entry, 'key') ?? '', valueOf(entry['value'], depth + 1)]),
  )
}

// a number that JavaScript would round stays a text
function toInteger(value: unknown): AttributeValue {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
