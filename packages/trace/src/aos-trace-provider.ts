import { installExitHandlers } from '@aos/sdk/outbox'
import { propagation, ProxyTracerProvider, trace } from '@opentelemetry/api'
import type { Tracer, TracerOptions as ApiTracerOptions, TracerProvider } from '@opentelemetry/api'
import { resolveConfig } from './config/resolve-config.ts'
import type { SamplerChoice, TraceConfig, TracerOptions } from './config/tracer-options.ts'
import { runDoctor, type DoctorOptions, type DoctorReport } from './doctor/doctor.ts'
import { ExporterSink } from './export/exporter-sink.ts'
import { createLossReport } from './export/loss-report.ts'
import { OutboxSink, RENDER_SLICE } from './export/outbox-sink.ts'
import { QueueingSpanProcessor, type TraceStats } from './export/queueing-span-processor.ts'
import type { SpanSink } from './export/span-sink.ts'
import { FileSink } from './file/file-sink.ts'
import { guardForeignSpans } from './foreign/foreign-spans.ts'
import { leaveOutRepeatedSpans, type LeavingOut } from './foreign/repeated-spans.ts'
import { KeepingProcessor } from './keep/keeping-processor.ts'
import { settlesWithin } from './export/with-deadline.ts'
import { ensureContextManager } from './otel/context-manager.ts'
import { loadOtelSdk, loadOtlpSerializer, loadPropagator, type OtelSdk } from './otel/otel-sdk.ts'
import type { Sampler, SpanProcessor } from './otel/span-types.ts'

const NO_SPANS: TraceStats = { created: 0, delivered: 0, spooled: 0, dropped: 0, queued: 0, recovered: 0 }

/**
 * A tracer provider whose spans survive the end of the process (AOS Trace); it is an ordinary provider of the
 * OpenTelemetry api, on whichever SDK line the application has installed.
 */
export class AOSTraceProvider implements TracerProvider, AsyncDisposable {
  readonly #config: TraceConfig
  readonly #provider: TracerProvider
  readonly #sampler: Sampler | undefined
  readonly #own: QueueingSpanProcessor | undefined
  readonly #processors: readonly SpanProcessor[]
  readonly #removeExitHandlers: () => void
  #keeping: KeepingProcessor | undefined
  #repeated: LeavingOut | undefined

  constructor(options: TracerOptions = {}) {
    const config = resolveConfig(options)
    this.#config = config
    if (config.disabled) {
      this.#provider = new ProxyTracerProvider()
      this.#processors = []
      this.#removeExitHandlers = () => undefined
      return
    }
    const sdk = loadOtelSdk()
    this.#sampler = toSampler(sdk, config.sampler)
    this.#own = createOwnProcessor(config)
    this.#processors = [...(this.#own === undefined ? [] : [this.#own]), ...config.spanProcessors]
    this.#provider = sdk.createProvider({
      resource: sdk.createResource({
        ...config.resourceAttributes,
        'telemetry.sdk.version': sdk.package.version,
      }),
      sampler: this.#sampler,
      spanLimits: config.spanLimits,
      spanProcessors: this.#pipeline(config),
    })
    ensureContextManager()
    const flusher = {
      flush: (deadlineMs: number) => this.forceFlush(deadlineMs),
      spoolSync: () => {
        this.#keeping?.release()
        this.#own?.spoolSync()
      },
      pending: () => (this.#keeping?.held ?? 0) + (this.#own?.pending() ?? 0),
    }
    this.#removeExitHandlers = installExitHandlers({ flushers: [flusher], deadlineMs: config.exitDeadlineMs })
  }

  /** Gives a tracer of the OpenTelemetry api. */
  getTracer(name: string, version?: string, options?: ApiTracerOptions): Tracer {
    return this.#provider.getTracer(name, version, options)
  }

  /** Makes this the global provider, with W3C propagation where none is set; false when another one is global already. */
  register(): boolean {
    const propagator = this.#config.disabled ? undefined : loadPropagator()
    if (propagator !== undefined && propagation.fields().length === 0) {
      propagation.setGlobalPropagator(propagator)
    }
    return trace.setGlobalTracerProvider(this)
  }

  /** Delivers what has ended so far, at most until the deadline, and tells where every span is; never rejects. */
  async forceFlush(deadlineMs: number = this.#config.exitDeadlineMs): Promise<TraceStats> {
    await this.#onAll(deadlineMs, (processor) =>
      processor === this.#own ? this.#own.flush(deadlineMs) : processor.forceFlush(),
    )
    return this.stats()
  }

  #pipeline({ redactForeignSpans, redactor, repeatedSpans, keep }: TraceConfig): readonly SpanProcessor[] {
    const redacted = redactForeignSpans
      ? this.#processors.map((processor) => guardForeignSpans(processor, { redactor }))
      : this.#processors
    const guarded = repeatedSpans === 'keep' ? redacted : redacted.map(leaveOutRepeatedSpans)
    this.#repeated = guarded.find(isLeavingOut)
    if (keep === undefined) return guarded
    this.#keeping = new KeepingProcessor(guarded, keep)
    return [this.#keeping]
  }

  /** Spans of other instrumentations that were left out because they say what ours say. */
  get repeated(): number {
    return this.#repeated?.leftOut ?? 0
  }

  /** Spans that were not kept, by the rules of `keep`. */
  get sampledOut(): number {
    return this.#keeping?.sampledOut ?? 0
  }

  /** Flushes, saves what is left to the spool and takes no more spans; never rejects. */
  async shutdown(deadlineMs: number = this.#config.exitDeadlineMs): Promise<TraceStats> {
    this.#keeping?.release()
    await this.#onAll(deadlineMs, (processor) =>
      processor === this.#own ? this.#own.close(deadlineMs) : processor.shutdown(),
    )
    this.#removeExitHandlers()
    return this.stats()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  /** Tells where every span is that this provider has recorded. */
  stats(): TraceStats {
    return this.#own?.stats() ?? NO_SPANS
  }

  /** Looks for what would make spans disappear silently; with `probe` it also calls the endpoint. */
  doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
    const { disabled, otlp, ignored, exporter, file, spanProcessors } = this.#config
    const exports = [otlp, exporter, file, ...spanProcessors].some((receiver) => receiver !== undefined)
    return runDoctor({
      ...options,
      own: { disabled, target: otlp, sampler: this.#sampler, ignored, exports },
    })
  }

  async #onAll(deadlineMs: number, work: (processor: SpanProcessor) => Promise<void>): Promise<void> {
    const all = this.#processors.map(async (processor) => work(processor))
    await settlesWithin(Promise.allSettled(all), deadlineMs + GRACE_MS)
  }
}

/** Lets our own processor keep its deadline before the whole is given up. */
const GRACE_MS = 250

function isLeavingOut(processor: SpanProcessor): processor is LeavingOut {
  return 'leftOut' in processor
}

function createOwnProcessor(config: TraceConfig): QueueingSpanProcessor | undefined {
  const report = createLossReport()
  const sink = createSink(config, report)
  if (sink === undefined) return undefined
  const { maxBatchSpans, maxQueueBytes, maxQueueSpans, exitDeadlineMs: deadlineMs } = config
  // the outbox fills requests itself, from what is safe on disk
  const isRendered = sink instanceof OutboxSink
  return new QueueingSpanProcessor({
    sink,
    scheduleDelayMs: isRendered
      ? Math.min(RENDER_SLICE.delayMs, config.scheduleDelayMs)
      : config.scheduleDelayMs,
    maxBatchSpans,
    maxBatchBytes: isRendered ? RENDER_SLICE.bytes : undefined,
    maxQueueBytes,
    maxQueueSpans,
    deadlineMs,
    report,
  })
}

function createSink(config: TraceConfig, report: (reason: string) => void): SpanSink | undefined {
  const { exporter, file, otlp, spool, exportTimeoutMs } = config
  if (exporter !== undefined) return new ExporterSink({ exporter, exportTimeoutMs, report })
  if (file !== undefined)
    return new FileSink({ target: file, serializer: loadOtlpSerializer('http/json'), report })
  if (otlp === undefined) return undefined
  const serializer = loadOtlpSerializer(otlp.protocol)
  return new OutboxSink({
    target: otlp,
    serializer,
    resource: config.resourceAttributes,
    spool,
    maxRequestBytes: config.maxRequestBytes,
    maxBatchSpans: config.maxBatchSpans,
    scheduleDelayMs: config.scheduleDelayMs,
    exportTimeoutMs,
    report,
  })
}

function toSampler(sdk: OtelSdk, choice: Sampler | SamplerChoice): Sampler {
  if ('shouldSample' in choice) return choice
  const roots = {
    always_on: sdk.alwaysOn,
    always_off: sdk.alwaysOff,
    traceidratio: () => sdk.ratio(choice.ratio),
  }
  const root = roots[choice.root]()
  return choice.parentBased ? sdk.parentBased(root) : root
}
