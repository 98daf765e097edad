import type { CreateOutcome } from './run-store.ts'

/** A value of JSON that is an object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** One span, in the words of OTLP JSON, with what it is found by. */
export interface StoredSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** Run that it names; one that names none belongs to the runs of its trace. */
  readonly runId: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly content: SpanContent
}

/** What was said of a span, of what made it and of where it ran. */
export interface SpanContent {
  readonly resource: JsonObject
  readonly scope: JsonObject
  readonly span: JsonObject
}

/** Where an event comes from: agent_activity.v1, or the audit ledger of a guardian. */
export type EventKind = 'activity' | 'audit'

/** One event or entry as it was sent, with what it is found by. */
export interface StoredEvent {
  readonly kind: EventKind
  /** Unique among those of its kind. */
  readonly id: string
  readonly runId: string | undefined
  readonly traceId: string | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly content: JsonObject
}

/** A part of a list. */
export interface PagePart {
  readonly limit: number
  readonly offset: number
}

/** Keeps spans and events, which may arrive before the run that they belong to. */
export interface TraceStore {
  /** Keeps spans; one that is sent again takes the place of the one before. */
  addSpans(spans: readonly StoredSpan[]): Promise<void>
  /** Spans that name a run, and those of its traces that name none; the first to start first. */
  spansOf(runId: string, part: PagePart): Promise<readonly StoredSpan[]>
  /** Keeps events, all or none of them; gives for each what became of it. */
  addEvents(events: readonly StoredEvent[]): Promise<readonly CreateOutcome[]>
  /** Events that name a run, and those of its traces that name none; the first first. */
  eventsOf(runId: string, part: PagePart): Promise<readonly StoredEvent[]>
}
