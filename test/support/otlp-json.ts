/** What a span of a test says; times are in milliseconds since the trace began. */
export interface SpanPlan {
  readonly id: number
  readonly parent?: number
  readonly name?: string
  readonly start?: number
  /** Without it the span has not ended. */
  readonly end?: number
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly events?: readonly {
    readonly name: string
    readonly at?: number
    readonly attributes?: Readonly<Record<string, unknown>>
  }[]
  readonly status?: { readonly code?: number | string; readonly message?: string }
}

/** What the spans of a request belong to. */
export interface RequestPlan {
  readonly trace?: number
  readonly service?: string
  readonly scope?: string
  /** Milliseconds since the epoch. */
  readonly begin?: number
}

const BEGIN = Date.UTC(2026, 0, 2, 3, 4, 5)

/** Builds an OTLP ExportTraceServiceRequest as JSON holds it. */
export function otlpRequest(spans: readonly SpanPlan[], plan: RequestPlan = {}): Record<string, unknown> {
  const { trace = 1, service = 'tests', scope = 'test', begin = BEGIN } = plan
  const traceId = hex(trace, 32)
  const nanos = (ms: number): string => String(BigInt(Math.round((begin + ms) * 1000)) * 1000n)
  return {
    resourceSpans: [
      {
        resource: { attributes: otlpAttributes({ 'service.name': service }) },
        scopeSpans: [
          {
            scope: { name: scope },
            spans: spans.map(({ id, parent, name = `span ${id}`, start = 0, end, status, ...rest }) => ({
              traceId,
              spanId: hex(id, 16),
              ...(parent === undefined ? {} : { parentSpanId: hex(parent, 16) }),
              name,
              kind: 1,
              startTimeUnixNano: nanos(start),
              ...(end === undefined ? {} : { endTimeUnixNano: nanos(end) }),
              attributes: otlpAttributes(rest.attributes ?? {}),
              events: (rest.events ?? []).map((event) => ({
                name: event.name,
                timeUnixNano: nanos(event.at ?? start),
                attributes: otlpAttributes(event.attributes ?? {}),
              })),
              status: status ?? { code: 0 },
            })),
          },
        ],
      },
    ],
  }
}

/** An event that records a decision. */
export function decisionEvent(
  verdict: string,
  attributes: Readonly<Record<string, unknown>> = {},
): NonNullable<SpanPlan['events']>[number] {
  return { name: 'aos.decision', attributes: { 'aos.decision': verdict, ...attributes } }
}

/** An id of so many hexadecimal digits. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

function otlpAttributes(attributes: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }))
}

function otlpValue(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlpValue) } }
  return { stringValue: String(value) }
}
