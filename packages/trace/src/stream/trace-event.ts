import type { TokenUsage } from '@aos/sdk'

/** How much an event matters. */
export type TraceSeverity = 'info' | 'low' | 'medium' | 'high'

/** How dangerous a tool is said to be. */
export type ToolRisk = 'low' | 'medium' | 'high'

/** What each type of event tells. */
export interface TraceEventData {
  readonly 'session.start': { readonly id: string; readonly user?: string }
  readonly 'session.end': { readonly id: string; readonly status: string; readonly outcome: string }
  readonly 'reasoning.step': { readonly thought: string }
  readonly 'model.call': {
    readonly model: string
    readonly provider?: string
    readonly status: string
    readonly usage?: TokenUsage
  }
  readonly message: { readonly role: string; readonly status: string; readonly content?: string }
  readonly 'tool.call': { readonly name: string; readonly risk?: ToolRisk }
  readonly 'tool.result': { readonly name: string; readonly status: string; readonly output?: string }
  readonly 'knowledge.retrieval': {
    readonly source: string
    readonly status: string
    readonly query?: string
  }
  readonly 'memory.read': { readonly store: string; readonly status: string }
  readonly 'memory.store': { readonly store: string; readonly status: string }
  readonly 'protocol.mcp': ProtocolData
  readonly 'protocol.a2a': ProtocolData
  readonly decision: {
    readonly hook: string
    readonly verdict: string
    readonly enforced: string
    readonly by?: string
    readonly reason?: string
  }
  readonly 'security.alert': { readonly reason: string }
  readonly 'guardian.failure': { readonly reason: string; readonly codes: readonly string[] }
  readonly 'agbom.update': {
    readonly change: string
    readonly type: string
    readonly name: string
    readonly version?: string
    /** Whose it is. */
    readonly agent: { readonly id: string; readonly name: string }
  }
}

interface ProtocolData {
  readonly method: string
  readonly direction: string
  readonly status: string
  readonly peer?: string
}

/** Types of events of an {@link AOSTraceStream}. */
export type TraceEventType = keyof TraceEventData

interface EventBase<Type extends TraceEventType> {
  /** Time in UTC, to the second: `2024-01-15T10:30:01Z`. */
  readonly timestamp: string
  readonly type: Type
  readonly data: TraceEventData[Type]
  readonly severity: TraceSeverity
  /** The run it happened in; absent for what happens outside of runs. */
  readonly runId?: string
  readonly sessionId?: string
  readonly stepId?: string
  readonly trace?: { readonly traceId: string; readonly spanId: string }
}

/** One event of an {@link AOSTraceStream}; its `type` says what its `data` is. */
export type TraceEvent = { readonly [Type in TraceEventType]: EventBase<Type> }[TraceEventType]

/** Formats a time as the AOS landing page does: UTC, to the second. */
export function formatTimestamp(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
    ? `${new Date(ms).toISOString().slice(0, -5)}Z`
    : '1970-01-01T00:00:00Z'
}
