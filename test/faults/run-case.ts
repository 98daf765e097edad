import dns from 'node:dns'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OutboxClock } from '@aos/sdk/outbox'
import { OutboxSink, RENDER_SLICE } from '../../packages/trace/src/export/outbox-sink.ts'
import {
  QueueingSpanProcessor,
  type TraceStats,
} from '../../packages/trace/src/export/queueing-span-processor.ts'
import { loadOtelSdk, loadOtlpSerializer } from '../../packages/trace/src/otel/otel-sdk.ts'
import { createFastClock } from '../support/fast-clock.ts'
import { startFaultyCollector, type FaultyCollector } from '../support/faulty-collector.ts'
import type { FaultCase } from './cases.ts'

/** How a case ended, counted in spans. */
export interface FaultOutcome {
  readonly fault: string
  readonly created: number
  /** Different spans that the collector has. */
  readonly delivered: number
  /** Spans that are still on disk. */
  readonly spooled: number
  /** Spans that were counted as dropped. */
  readonly dropped: number
  /** Spans that came again although their request was answered. */
  readonly duplicates: number
  /** Spans that came again as their request was taken and never answered. */
  readonly unavoidable: number
  /** Spans that nothing accounts for. */
  readonly lost: number
}

/** How cases are run. */
export interface RunOptions {
  readonly protocol: 'http/json' | 'http/protobuf'
  /** How much faster than in reality the time of the outbox passes. */
  readonly speed: number
}

const SPANS = 400

/** Runs one case: spans before, during and after it, then restarts until everything is settled. */
export async function runCase(fault: FaultCase, options: RunOptions): Promise<FaultOutcome> {
  await using collector = await startFaultyCollector()
  const folder = mkdtempSync(join(tmpdir(), 'aos-faults-'))
  if (fault.noSpool === true) writeFileSync(join(folder, 'file'), '')
  const spool = fault.noSpool === true ? join(folder, 'file') : folder
  const clock = createFastClock(options.speed)
  const host = fault.noName === true ? `collector-${collector.port}.test` : '127.0.0.1'
  const resolve = (can: boolean): void => {
    if (fault.noName !== true) return
    Reflect.set(dns, 'lookup', lookUp)
    resolvable.set(host, can)
  }
  // real time, on the clock of the outbox
  const patience = Math.max(60_000, 30_000 * options.speed)
  // on a busy machine an answer takes real time, however fast the clock is
  const exportTimeoutMs = Math.max(10_000, (fault.hangs === true ? 1_500 : 15_000) * options.speed)
  const start = (): Emitter =>
    createEmitter({
      ...options,
      exportTimeoutMs,
      clock,
      spool,
      url: `http://${host}:${collector.port}/v1/traces`,
    })
  const emitter = start()
  const { spans = SPANS, spanBytes = 100 } = fault
  resolve(true)
  emitter.emit(spans / 4, spanBytes)
  await emitter.processor.flush(patience)
  resolve(false)
  await fault.begin(collector)
  emitter.emit(spans / 4, spanBytes)
  if (fault.settles === true) await emitter.processor.flush(patience)
  await pass(clock, fault.forMs / 2)
  emitter.emit(spans / 4, spanBytes)
  await pass(clock, fault.forMs / 2)
  await fault.end(collector)
  resolve(true)
  emitter.emit(spans / 4, spanBytes)
  await emitter.processor.close(patience)
  const first = emitter.processor.stats()
  // the next starts of the process
  let left = first.spooled
  for (let starts = 0; left > 0 && starts < 3; starts += 1) {
    const next = start()
    await next.processor.close(patience)
    left -= next.processor.stats().recovered
  }
  rmSync(folder, { recursive: true, force: true })
  return toOutcome(fault.name, { stats: first, left, collector })
}

interface Emitter {
  readonly processor: QueueingSpanProcessor
  emit(count: number, bytes: number): void
}

interface EmitterOptions extends RunOptions {
  readonly exportTimeoutMs: number
  readonly clock: OutboxClock
  readonly spool: string
  readonly url: string
}

function createEmitter({ protocol, exportTimeoutMs, clock, spool, url }: EmitterOptions): Emitter {
  const report = (): void => undefined
  const sink = new OutboxSink({
    target: { url, headers: {}, protocol, compression: 'none' },
    serializer: loadOtlpSerializer(protocol),
    resource: { 'service.name': 'faults' },
    spool,
    maxRequestBytes: 3.5 * 1024 * 1024,
    maxBatchSpans: 512,
    scheduleDelayMs: 1_000,
    exportTimeoutMs,
    report,
    clock,
  })
  const processor = new QueueingSpanProcessor({
    sink,
    scheduleDelayMs: RENDER_SLICE.delayMs,
    maxBatchSpans: 512,
    maxBatchBytes: RENDER_SLICE.bytes,
    maxQueueBytes: 64 * 1024 * 1024,
    maxQueueSpans: 1_000_000,
    deadlineMs: 30_000,
    report,
  })
  const sdk = loadOtelSdk()
  const tracer = sdk
    .createProvider({
      resource: sdk.createResource({ 'service.name': 'faults' }),
      sampler: sdk.alwaysOn(),
      spanLimits: {},
      spanProcessors: [processor],
    })
    .getTracer('faults')
  return {
    processor,
    emit(count, bytes) {
      const text = 'x'.repeat(bytes)
      for (let index = 0; index < count; index += 1)
        tracer.startSpan('work', { attributes: { index, text } }).end()
    },
  }
}

function pass(clock: OutboxClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(resolve, ms, true)
  })
}

function toOutcome(
  fault: string,
  { stats, left, collector }: { stats: TraceStats; left: number; collector: FaultyCollector },
): FaultOutcome {
  const seen = new Set<string>()
  let duplicates = 0
  let unavoidable = 0
  for (const { spanId } of collector.spans) {
    if (!seen.has(spanId)) seen.add(spanId)
    else if (collector.unanswered.has(spanId)) unavoidable += 1
    else duplicates += 1
  }
  const { created, dropped, queued } = stats
  const lost = created - seen.size - left - dropped
  const balanced = created === stats.delivered + stats.spooled + dropped + queued
  return {
    fault: balanced ? fault : `${fault} (the books do not balance: ${JSON.stringify(stats)})`,
    created,
    delivered: seen.size,
    spooled: left,
    dropped,
    duplicates,
    unavoidable,
    lost: balanced ? lost : Math.max(1, Math.abs(lost)),
  }
}

const { lookup } = dns
/** Names of collectors, and whether they can be resolved now. */
const resolvable = new Map<string, boolean>()

/** Resolves the names of collectors only when it is told to; all other names go the usual way. */
function lookUp(host: string, options: dns.LookupAllOptions, done: (...answer: unknown[]) => void): void {
  const isResolvable = resolvable.get(host)
  if (isResolvable === undefined) return void Reflect.apply(lookup, dns, [host, options, done])
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
  const found = options.all === true ? [null, [{ address: '127.0.0.1', family: 4 }]] : [null, '127.0.0.1', 4]
  setImmediate(() => (isResolvable ? done(...found) : done(error)))
}
