import type { Context, Span } from '@opentelemetry/api'
import { estimateSpanBytes } from '../export/span-size.ts'
import type { ReadableSpan, SpanProcessor } from '../otel/span-types.ts'
import { checkKeepRules, isInShare, speaksForKeeping, type KeepRules } from './keep-rules.ts'

/** How much waits until it is known whether it is kept. */
export interface KeepBounds {
  /** Bytes of ended spans; default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** Traces; default 10,000. */
  readonly maxTraces?: number | undefined
}

interface Waiting {
  open: number
  bytes: number
  kept: boolean
  readonly spans: ReadableSpan[]
}

const MAX_REMEMBERED = 10_000

/**
 * Holds the ended spans of a trace until none of it is open here any more, and then hands on all of them or none: what
 * rules speak for, and a share of the rest. What does not fit, or is cut off by the end of the process, is kept.
 */
export class KeepingProcessor implements SpanProcessor {
  readonly #next: readonly SpanProcessor[]
  readonly #rules: KeepRules
  readonly #maxBytes: number
  readonly #maxTraces: number
  readonly #waiting = new Map<string, Waiting>()
  /** Traces that were decided on, for spans that are begun in them later. */
  readonly #decided = new Map<string, boolean>()
  #bytes = 0
  #sampledOut = 0

  constructor(next: readonly SpanProcessor[], rules: KeepRules, bounds: KeepBounds = {}) {
    this.#next = next
    this.#rules = checkKeepRules(rules)
    this.#maxBytes = bounds.maxBytes ?? 64 * 1024 * 1024
    this.#maxTraces = bounds.maxTraces ?? 10_000
  }

  /** Spans that rules did not keep. */
  get sampledOut(): number {
    return this.#sampledOut
  }

  /** Ended spans of which it is not known yet whether they are kept. */
  get held(): number {
    let held = 0
    for (const { spans } of this.#waiting.values()) held += spans.length
    return held
  }

  onStart(span: Span, parentContext: Context): void {
    const { traceId } = span.spanContext()
    const trace = this.#waiting.get(traceId) ?? this.#begin(traceId)
    trace.open += 1
    for (const processor of this.#next) processor.onStart(span, parentContext)
  }

  onEnd(span: ReadableSpan): void {
    const { traceId } = span.spanContext()
    const trace = this.#waiting.get(traceId)
    // its trace had to make room, and was kept
    if (trace === undefined) return this.#pass([span])
    trace.open -= 1
    trace.kept ||= speaksForKeeping(span, this.#rules)
    const bytes = estimateSpanBytes(span)
    trace.spans.push(span)
    trace.bytes += bytes
    this.#bytes += bytes
    if (trace.open <= 0) this.#decide(traceId, trace)
    while (this.#bytes > this.#maxBytes) this.#makeRoom()
  }

  /** Hands on all that is held: there is no time left to see what becomes of it. */
  release(): void {
    for (const [traceId, trace] of Array.from(this.#waiting)) this.#keep(traceId, trace)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#next.map((processor) => processor.forceFlush()))
  }

  async shutdown(): Promise<void> {
    this.release()
    await Promise.all(this.#next.map((processor) => processor.shutdown()))
  }

  #begin(traceId: string): Waiting {
    if (this.#waiting.size >= this.#maxTraces) this.#makeRoom()
    // a trace of which a part was kept is kept to its end
    const trace: Waiting = { open: 0, bytes: 0, kept: this.#decided.get(traceId) === true, spans: [] }
    this.#waiting.set(traceId, trace)
    return trace
  }

  #decide(traceId: string, trace: Waiting): void {
    if (trace.kept || isInShare(traceId, this.#rules.rate)) return this.#keep(traceId, trace)
    this.#forget(traceId, trace)
    this.#remember(traceId, false)
    this.#sampledOut += trace.spans.length
  }

  #keep(traceId: string, trace: Waiting): void {
    this.#forget(traceId, trace)
    this.#remember(traceId, true)
    this.#pass(trace.spans)
  }

  #makeRoom(): void {
    const [oldest] = this.#waiting
    if (oldest !== undefined) this.#keep(...oldest)
  }

  #forget(traceId: string, trace: Waiting): void {
    this.#waiting.delete(traceId)
    this.#bytes -= trace.bytes
  }

  #remember(traceId: string, kept: boolean): void {
    this.#decided.delete(traceId)
    this.#decided.set(traceId, kept)
    const [oldest] = this.#decided.keys()
    if (this.#decided.size > MAX_REMEMBERED && oldest !== undefined) this.#decided.delete(oldest)
  }

  #pass(spans: readonly ReadableSpan[]): void {
    for (const span of spans) for (const processor of this.#next) processor.onEnd(span)
  }
}
