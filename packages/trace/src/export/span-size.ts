import type { ReadableSpan, SpanAttributes } from '../otel/span-types.ts'

const SPAN_BYTES = 400
const EVENT_BYTES = 100
const LINK_BYTES = 200
const ATTRIBUTE_BYTES = 40
const NUMBER_BYTES = 16

/** Estimates the size of a span in an OTLP request without rendering it. */
export function estimateSpanBytes(span: ReadableSpan): number {
  let bytes =
    SPAN_BYTES + span.name.length + (span.status.message?.length ?? 0) + attributesBytes(span.attributes)
  for (const event of span.events)
    bytes += EVENT_BYTES + event.name.length + attributesBytes(event.attributes)
  for (const link of span.links) bytes += LINK_BYTES + attributesBytes(link.attributes)
  return bytes
}

function attributesBytes(attributes: SpanAttributes = {}): number {
  let bytes = 0
  for (const key in attributes) bytes += ATTRIBUTE_BYTES + key.length + valueBytes(attributes[key])
  return bytes
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.byteLength * 2
  if (Array.isArray(value))
    return value.reduce<number>((sum, entry) => sum + NUMBER_BYTES + valueBytes(entry), 0)
  return NUMBER_BYTES
}
