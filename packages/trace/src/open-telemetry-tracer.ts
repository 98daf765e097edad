import {
  AosError,
  currentRun,
  describeError,
  isAosError,
  isDenied,
  viewOf,
  type ErrorDescription,
  type Redactor,
} from '@aos/sdk'
import { SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api'
import { AOSTraceProvider } from './aos-trace-provider.ts'
import type { TracerOptions } from './config/tracer-options.ts'
import type { DoctorOptions, DoctorReport } from './doctor/doctor.ts'
import type { TraceStats } from './export/queueing-span-processor.ts'
import { noteTraced } from './stream/traced-agents.ts'
import { SCOPE } from './scope.ts'

/** Traces instrumented agents to an OTLP collector (AOS Trace); no span is lost at the end of the process. */
export class OpenTelemetryTracer implements AsyncDisposable {
  /** The OpenTelemetry provider behind this tracer. */
  readonly provider: AOSTraceProvider
  readonly #redactor: Redactor | undefined

  constructor(options: TracerOptions = {}) {
    this.provider = new AOSTraceProvider(options)
    this.#redactor = options.redactor
  }

  /** Returns a view of an instrumented agent, of the same type, whose runs are traced here. */
  instrument<Agent extends object>(agent: Agent): Agent {
    try {
      const view = viewOf(agent, { tracerProvider: this.provider })
      noteTraced(this, view)
      return view
    } catch (cause) {
      if (!isAosError(cause, 'not_instrumented')) throw cause
      throw new AosError({
        code: 'not_instrumented',
        message: 'tracer.instrument() got an agent that is not instrumented',
        why: 'spans are made where hooks decide, so a plain agent has none',
        fix: 'wrap it first: tracer.instrument(new AOSInstrument(agent))',
        cause,
      })
    }
  }

  /** Gives a tracer of the OpenTelemetry api for spans of your own. */
  getTracer(name: string = SCOPE, version?: string): Tracer {
    return this.provider.getTracer(name, version)
  }

  /**
   * Runs work inside a new span and ends the span when the work settles. Of an error it throws, the type and the
   * redacted message are recorded; a denial is a decision and no error.
   */
  startActiveSpan<Result>(name: string, work: (span: Span) => Result): Result {
    return this.getTracer().startActiveSpan(name, (span) =>
      endsWith({ span, describe: (error) => this.#describe(error) }, () => work(span)),
    )
  }

  #describe(error: unknown): ErrorDescription {
    const run = this.#redactor === undefined ? currentRun() : undefined
    return run === undefined ? describeError(error, this.#redactor) : run.run.core.describeError(error)
  }

  /** Makes the provider the global one, so that `trace.getTracer()` of other code arrives here too. */
  register(): boolean {
    return this.provider.register()
  }

  /** Delivers what has ended so far, at most until the deadline, and tells where every span is; never rejects. */
  forceFlush(deadlineMs?: number): Promise<TraceStats> {
    return this.provider.forceFlush(deadlineMs)
  }

  /** Flushes, saves what is left to the spool and takes no more spans; never rejects. */
  shutdown(deadlineMs?: number): Promise<TraceStats> {
    return this.provider.shutdown(deadlineMs)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.provider[Symbol.asyncDispose]()
  }

  /** Tells where every span is that this tracer has recorded. */
  stats(): TraceStats {
    return this.provider.stats()
  }

  /** Looks for what would make spans disappear silently; with `probe` it also calls the endpoint. */
  doctor(options?: DoctorOptions): Promise<DoctorReport> {
    return this.provider.doctor(options)
  }
}

interface Described {
  readonly span: Span
  readonly describe: (error: unknown) => ErrorDescription
}

function endsWith<Result>(described: Described, work: () => Result): Result {
  const { span } = described
  let result: Result
  try {
    result = work()
  } catch (error) {
    fail(described, error)
    throw error
  }
  if (!(result instanceof Promise)) {
    end(span)
    return result
  }
  const ended = result.then(
    (value: unknown) => {
      end(span)
      return value
    },
    (error: unknown) => {
      fail(described, error)
      throw error
    },
  )
  return ended as Result
}

function fail({ span, describe }: Described, error: unknown): void {
  if (!isDenied(error)) {
    const { type, message } = describe(error)
    span.setAttribute('error.type', type)
    span.addEvent('exception', { 'exception.type': type, 'exception.message': message })
    span.setStatus({ code: SpanStatusCode.ERROR, message })
  }
  end(span)
}

function end(span: Span): void {
  // the work may have ended its span itself
  if (span.isRecording()) span.end()
}
