import { AosError, type AosEvent, type Sink } from '@aos/sdk'
import { createLossReport } from '../export/loss-report.ts'
import { OpenTelemetryTracer } from '../open-telemetry-tracer.ts'
import type { QueueBounds } from './bounded-queue.ts'
import { IteratingConsumer, ListeningConsumer, type Consumer, type TraceListener } from './consumers.ts'
import { TraceEventMapper } from './to-trace-events.ts'
import type { ToolRisk, TraceEvent } from './trace-event.ts'
import { eachTraced } from './traced-agents.ts'

/** An instrumented agent, as far as a stream needs one. */
export interface StreamedAgent {
  attachSink(sink: Sink): () => void
}

/** How a stream tells and keeps events. */
export interface TraceStreamOptions {
  /** How dangerous tools are, by name, or a function that says so; an event of a tool at `high` has that severity. */
  readonly risk?: Readonly<Record<string, ToolRisk>> | ((tool: string) => ToolRisk | undefined) | undefined
  /** Most events that wait for one consumer, 1000 by default; the newest are dropped beyond it, and counted. */
  readonly maxQueuedEvents?: number | undefined
  /** Most text that waits for one consumer, 16 MiB by default. */
  readonly maxQueuedBytes?: number | undefined
}

/** What became of the events of a stream, over all of its consumers. */
export interface TraceStreamStats {
  readonly delivered: number
  readonly dropped: number
  /** Events that a listener threw or rejected on. */
  readonly failed: number
  readonly queued: number
  readonly consumers: number
}

const MEBIBYTE = 1024 * 1024

/**
 * Streams what an instrumented agent, or every agent of a tracer, does, as it happens (AOS Trace). Nothing is delivered
 * before `await start()`. The agent waits for no consumer.
 */
export class AOSTraceStream implements AsyncIterable<TraceEvent>, AsyncDisposable {
  readonly #source: StreamedAgent | OpenTelemetryTracer
  readonly #bounds: QueueBounds
  readonly #report = createLossReport('stream')
  readonly #consumers = new Set<Consumer>()
  readonly #listening = new Map<TraceListener, ListeningConsumer>()
  readonly #risk: (tool: string) => ToolRisk | undefined
  readonly #gone = { delivered: 0, dropped: 0, failed: 0 }
  #stop: (() => void) | undefined

  /** Throws `not_instrumented` for a source that is neither an instrumented agent nor a tracer. */
  constructor(source: StreamedAgent | OpenTelemetryTracer, options: TraceStreamOptions = {}) {
    if (!(source instanceof OpenTelemetryTracer) && typeof source?.attachSink !== 'function') {
      throw new AosError({
        code: 'not_instrumented',
        message: 'AOSTraceStream got an agent that is not instrumented',
        why: 'what a plain agent does is seen by nobody',
        fix: 'wrap it first: new AOSTraceStream(new AOSInstrument(agent)), or pass an OpenTelemetryTracer',
      })
    }
    this.#source = source
    this.#bounds = boundsOf(options)
    this.#risk = riskOf(options.risk)
  }

  /** Calls back with each event, one at a time: while a promise it returned is pending, events wait. Returns how to stop. */
  on(event: 'event', listener: TraceListener): () => void {
    if (event !== 'event' || typeof listener !== 'function') {
      throw new AosError({
        code: 'invalid_options',
        message: `on(${JSON.stringify(event)}) is no event of a stream`,
        fix: "Use stream.on('event', (event) => …).",
      })
    }
    if (!this.#listening.has(listener)) {
      const consumer = new ListeningConsumer(listener, this.#bounds, this.#report)
      this.#listening.set(listener, consumer)
      this.#consumers.add(consumer)
    }
    return () => this.off(event, listener)
  }

  /** Calls a listener no more. */
  off(_event: 'event', listener: TraceListener): void {
    const consumer = this.#listening.get(listener)
    if (consumer === undefined) return
    consumer.remove()
    this.#listening.delete(listener)
    this.#remove(consumer)
  }

  /** Delivers events from now on, until `stop()`. */
  async start(): Promise<void> {
    if (this.#stop !== undefined) return
    const mapper = new TraceEventMapper((tool) => this.#riskOf(tool))
    let running = true
    const sink: Sink = {
      name: 'aos-trace-stream',
      accept: (event) => (running ? this.#tell(mapper, event) : undefined),
    }
    const detach = this.#attach(sink)
    this.#stop = () => {
      running = false
      detach()
    }
  }

  /** Delivers nothing more and ends the loops over this stream, once they have taken what waits; it can start again. */
  async stop(): Promise<void> {
    this.#stop?.()
    this.#stop = undefined
    for (const consumer of this.#consumers) consumer.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** A consumer of its own for a `for await` loop: it gets what happens from now on. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TraceEvent, undefined> {
    const consumer = new IteratingConsumer(this.#bounds, this.#report, (done) => this.#remove(done))
    this.#consumers.add(consumer)
    return consumer
  }

  stats(): TraceStreamStats {
    const { delivered, dropped, failed } = this.#gone
    const total = { delivered, dropped, failed, queued: 0, consumers: this.#consumers.size }
    for (const consumer of this.#consumers) {
      const counts = consumer.counts()
      total.delivered += counts.delivered
      total.dropped += counts.dropped
      total.failed += counts.failed
      total.queued += counts.queued
    }
    return total
  }

  #tell(mapper: TraceEventMapper, event: AosEvent): void {
    for (const told of mapper.map(event)) for (const consumer of this.#consumers) consumer.take(told)
  }

  #riskOf(tool: string): ToolRisk | undefined {
    try {
      return this.#risk(tool)
    } catch {
      this.#report('risk() failed')
      return undefined
    }
  }

  #attach(sink: Sink): () => void {
    if (!(this.#source instanceof OpenTelemetryTracer)) return this.#source.attachSink(sink)
    const detachers = new WeakMap<object, () => void>()
    const attached: WeakRef<object>[] = []
    const stop = eachTraced(this.#source, (agent) => {
      // views of one agent take the same sink once
      detachers.set(agent, (agent as StreamedAgent).attachSink(sink))
      attached.push(new WeakRef(agent))
    })
    return () => {
      stop()
      for (const reference of attached) detachers.get(reference.deref() ?? sink)?.()
    }
  }

  #remove(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return
    const { delivered, dropped, failed } = consumer.counts()
    this.#gone.delivered += delivered
    this.#gone.dropped += dropped
    this.#gone.failed += failed
  }
}

function boundsOf({
  maxQueuedEvents = 1000,
  maxQueuedBytes = 16 * MEBIBYTE,
}: TraceStreamOptions): QueueBounds {
  for (const [name, value] of Object.entries({ maxQueuedEvents, maxQueuedBytes })) {
    if (typeof value === 'number' && value > 0) continue
    throw new AosError({
      code: 'invalid_options',
      message: `AOSTraceStream: invalid option ${name}`,
      fix: 'Pass a number above 0.',
    })
  }
  return { maxEvents: maxQueuedEvents, maxBytes: maxQueuedBytes }
}

function riskOf(risk: TraceStreamOptions['risk'] = {}): (tool: string) => ToolRisk | undefined {
  if (typeof risk === 'function') return risk
  return (tool) => (Object.hasOwn(risk, tool) ? risk[tool] : undefined)
}
