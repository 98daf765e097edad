import { ROOT_CONTEXT, trace, TraceFlags, type Tracer } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { loadOtelSdk } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import { QueueingSpanProcessor, type QueueOptions } from './queueing-span-processor.ts'
import type { SpanSink } from './span-sink.ts'

interface Recorded extends SpanSink {
  readonly batches: (readonly ReadableSpan[])[]
  readonly saved: (readonly ReadableSpan[])[]
  full: boolean
  makeRoom(): void
  next(): Promise<void>
}

function recordingSink(): Recorded {
  const waiters: (() => void)[] = []
  let listener = (): void => undefined
  const count = (batches: readonly (readonly ReadableSpan[])[]): number => batches.flat().length
  const sink: Recorded = {
    batches: [],
    saved: [],
    full: false,
    hasRoom: () => !sink.full,
    onRoom: (next) => {
      listener = next
    },
    makeRoom() {
      sink.full = false
      listener()
    },
    next: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
      }),
    send(spans) {
      sink.batches.push(spans)
      waiters.shift()?.()
    },
    flush: () => Promise.resolve(),
    saveSync: (batches) => void sink.saved.push(...batches),
    close: () => Promise.resolve(),
    counts: () => ({
      delivered: count(sink.batches),
      spooled: count(sink.saved),
      dropped: 0,
      queued: 0,
      recovered: 0,
    }),
  }
  return sink
}

function setUp(options: Partial<QueueOptions> = {}): {
  sink: Recorded
  processor: QueueingSpanProcessor
  tracer: Tracer
  reports: string[]
} {
  const sink = recordingSink()
  const reports: string[] = []
  const processor = new QueueingSpanProcessor({
    sink,
    scheduleDelayMs: 600_000,
    maxBatchSpans: 512,
    maxQueueBytes: 1_000_000,
    maxQueueSpans: 1_000_000,
    deadlineMs: 1_000,
    report: (reason) => reports.push(reason),
    ...options,
  })
  const sdk = loadOtelSdk()
  const resource = sdk.createResource({})
  const spanProcessors = [processor]
  const provider = sdk.createProvider({ resource, sampler: sdk.alwaysOn(), spanLimits: {}, spanProcessors })
  return { sink, processor, tracer: provider.getTracer('test'), reports }
}

function emit(tracer: Tracer, count: number, text = ''): void {
  for (let index = 0; index < count; index += 1) tracer.startSpan(`s${index}`, { attributes: { text } }).end()
}

describe('QueueingSpanProcessor', () => {
  it('sends full batches at once, in order, and what is left when flushed', async () => {
    const { sink, processor, tracer } = setUp({ maxBatchSpans: 10 })
    emit(tracer, 25)
    expect(sink.batches).toEqual([])
    await Promise.all([sink.next(), sink.next()])
    expect(sink.batches.map((batch) => batch.length)).toEqual([10, 10])
    await processor.forceFlush()
    expect(sink.batches.flat().map(({ name }) => name)).toEqual(
      Array.from({ length: 25 }, (_, index) => `s${index}`),
    )
    expect(processor.stats()).toEqual({
      created: 25,
      delivered: 25,
      spooled: 0,
      dropped: 0,
      queued: 0,
      recovered: 0,
    })
  })

  it('sends a batch that is not full when its time has come', async () => {
    const { sink, tracer } = setUp({ scheduleDelayMs: 1 })
    emit(tracer, 3)
    // the timer alone does not hold the process open
    const alive = setInterval(() => undefined, 1_000)
    await sink.next()
    clearInterval(alive)
    expect(sink.batches.map((batch) => batch.length)).toEqual([3])
  })

  it('keeps batches below a mebibyte, also of large spans', async () => {
    const { sink, processor, tracer } = setUp({ maxQueueBytes: 100_000_000 })
    emit(tracer, 10, 'x'.repeat(300_000))
    emit(tracer, 1, 'x'.repeat(3_000_000))
    await processor.forceFlush()
    expect(sink.batches.map((batch) => batch.length)).toEqual([3, 3, 3, 1, 1])
  })

  it('drops the newest beyond its bound in bytes, counts them and says so', async () => {
    const { processor, tracer, reports } = setUp({ maxQueueBytes: 50_000 })
    emit(tracer, 10, 'x'.repeat(10_000))
    expect(processor.stats()).toMatchObject({ created: 10, queued: 4, dropped: 6 })
    await processor.forceFlush()
    emit(tracer, 1)
    expect(processor.stats()).toMatchObject({ created: 11, delivered: 4, queued: 1, dropped: 6 })
    expect(new Set(reports)).toEqual(new Set(['the queue is full and spans were dropped']))
  })

  it('has a bound in spans too', () => {
    const { processor, tracer } = setUp({ maxQueueSpans: 3 })
    emit(tracer, 5)
    expect(processor.stats()).toMatchObject({ created: 5, queued: 3, dropped: 2 })
  })

  it('waits while the sink is full and goes on when it has room', async () => {
    const { sink, processor, tracer } = setUp({ maxBatchSpans: 2 })
    sink.full = true
    emit(tracer, 4)
    expect(processor.stats()).toMatchObject({ queued: 4 })
    const sent = sink.next()
    sink.makeRoom()
    await sent
    expect(sink.batches).toHaveLength(2)
  })

  it('gives a sink that stays full up at the deadline, and saves what is left on close', async () => {
    const { sink, processor, tracer } = setUp({ maxBatchSpans: 2 })
    sink.full = true
    emit(tracer, 5)
    await processor.close(20)
    expect(sink.saved.map((batch) => batch.length)).toEqual([2, 2, 1])
    emit(tracer, 1)
    expect(processor.stats()).toEqual({
      created: 6,
      delivered: 0,
      spooled: 5,
      dropped: 1,
      queued: 0,
      recovered: 0,
    })
  })

  it('saves synchronously', () => {
    const { sink, processor, tracer } = setUp()
    emit(tracer, 3)
    processor.spoolSync()
    expect(sink.saved.flat()).toHaveLength(3)
    expect(processor.pending()).toBe(0)
  })

  it('leaves out spans that are recorded but not sampled', () => {
    const { processor, tracer } = setUp()
    const span = tracer.startSpan('s', {}, trace.setSpan(ROOT_CONTEXT, tracer.startSpan('parent')))
    const unsampled = { ...span.spanContext(), traceFlags: TraceFlags.NONE }
    processor.onEnd(
      Object.create(span as unknown as ReadableSpan, {
        spanContext: { value: () => unsampled },
      }) as ReadableSpan,
    )
    expect(processor.stats().created).toBe(0)
  })
})
