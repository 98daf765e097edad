import type { EvidenceEvent } from '../../generated/agent-evidence-types.ts'

/** An event in the envelope of CloudEvents 1.0, JSON format. */
export interface EvidenceCloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  /** RFC 3339. */
  readonly time: string
  readonly subject?: string
  readonly datacontenttype: 'application/json'
  /** Where the event belongs in a trace (CloudEvents, distributed tracing extension). */
  readonly traceparent?: string
  readonly data: EvidenceEvent
}

/** Puts an event of evidence into the envelope of CloudEvents; `source` is a URI that says who tells it. */
export function toCloudEvent(event: EvidenceEvent, source: string = 'urn:aos:sdk'): EvidenceCloudEvent {
  const { trace_id, span_id, subject } = event
  const isTraced = /^[0-9a-f]{32}$/.test(trace_id ?? '') && /^[0-9a-f]{16}$/.test(span_id ?? '')
  return {
    specversion: '1.0',
    id: event.event_id,
    source,
    type: event.type,
    time: event.timestamp,
    ...(subject === undefined ? {} : { subject }),
    datacontenttype: 'application/json',
    ...(isTraced ? { traceparent: `00-${trace_id}-${span_id}-01` } : {}),
    data: event,
  }
}
