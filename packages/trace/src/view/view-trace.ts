import type { TextPlace } from './resolve-messages.ts'

/** A value of an attribute as JSON holds it. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

/** Attributes by name. */
export type ViewAttributes = Readonly<Record<string, AttributeValue>>

/** What kind of work a span is, whichever conventions its attributes follow. */
export type Work =
  | 'agent'
  | 'model'
  | 'tool'
  | 'retrieval'
  | 'memory'
  | 'mcp'
  | 'a2a'
  | 'guardrail'
  | 'workflow'
  | 'other'

/** How a span ended. */
export type Outcome = 'ok' | 'error' | 'denied' | 'cancelled' | 'skipped' | 'unfinished'

/** A decision about a step, from an event `aos.decision`. */
export interface ViewDecision {
  readonly verdict: string
  readonly hook?: string
  readonly phase?: string
  /** Who decided: a handler, and the policies of a guardian. */
  readonly by?: string
  readonly policies: readonly string[]
  readonly reason?: string
  readonly codes: readonly string[]
  /** What was done about it. */
  readonly enforced?: string
  readonly source?: string
  readonly latencyMs?: number
  readonly shadow: boolean
  readonly failOpen?: string
  /** Milliseconds since the trace began. */
  readonly atMs: number
}

/** Whether a decision stopped something, or would have. */
export function isDenial({ verdict }: ViewDecision): boolean {
  return verdict === 'deny' || verdict === 'throw'
}

/** Tokens of a model call. */
export interface ViewTokens {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly reasoning?: number
}

/** Who is at the other side of a protocol message. */
export interface ViewPeer {
  readonly protocol: 'mcp' | 'a2a' | 'http'
  readonly name?: string
  readonly version?: string
  readonly url?: string
}

/** An event of a span. */
export interface ViewEvent {
  readonly name: string
  readonly atMs: number
  readonly attributes: ViewAttributes
}

/** One span, read and explained. */
export interface ViewSpan {
  readonly spanId: string
  readonly parentSpanId?: string
  /** Steps below the root of its tree. */
  readonly depth: number
  /** Whether its parent is named but was not found. */
  readonly orphan: boolean
  readonly name: string
  readonly work: Work
  /** Milliseconds since the trace began. */
  readonly startMs: number
  /** Absent where the span has not ended. */
  readonly durationMs?: number
  readonly outcome: Outcome
  /** The message of the status, or of the first exception. */
  readonly message?: string
  readonly model?: string
  readonly tokens?: ViewTokens
  readonly costUsd?: number
  readonly peer?: ViewPeer
  readonly decisions: readonly ViewDecision[]
  /** Attributes that hold what went in and came out, in the order to show them. */
  readonly contents: readonly { readonly label: string; readonly attribute: string }[]
  readonly attributes: ViewAttributes
  readonly events: readonly ViewEvent[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  /** Place in the origins of the trace. */
  readonly origin: number
}

/** Where spans come from: a resource and an instrumentation scope. */
export interface ViewOrigin {
  readonly service?: string
  readonly scope: string
  readonly resource: ViewAttributes
}

/** What a trace adds up to. */
export interface ViewTotals {
  readonly spans: number
  readonly durationMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Absent where no span says what it cost. */
  readonly costUsd?: number
  readonly modelCalls: number
  readonly toolCalls: number
  readonly decisions: number
  readonly denials: number
  readonly modifications: number
  readonly errors: number
  readonly unfinished: number
}

/** One trace: its spans in the order of its tree, a parent before its children. */
export interface ViewTrace {
  readonly traceId: string
  /** Name of the first root. */
  readonly name: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly spans: readonly ViewSpan[]
  readonly origins: readonly ViewOrigin[]
  readonly totals: ViewTotals
  /** Where the texts are that messages refer to, by digest; `resolveMessages` reads it. */
  readonly texts: Readonly<Record<string, TextPlace>>
}
