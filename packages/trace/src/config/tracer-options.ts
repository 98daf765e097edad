import type { Redactor } from '@aos/sdk'
import type { Attributes } from '@opentelemetry/api'
import type { FileOptions, FileTarget } from '../file/file-options.ts'
import type { KeepRules } from '../keep/keep-rules.ts'
import type { SpanLimits } from '../otel/otel-sdk.ts'
import type { Sampler, SpanExporter, SpanProcessor } from '../otel/span-types.ts'

/** Encodings of OTLP over HTTP. */
export type OtlpProtocol = 'http/json' | 'http/protobuf'

/** Compressions of OTLP requests. */
export type OtlpCompression = 'gzip' | 'none'

/** What `OpenTelemetryTracer` and `AOSTraceProvider` take; what is not given comes from `OTEL_*` variables, then from the defaults. */
export interface TracerOptions {
  /** Name of the service in the resource of every span (`OTEL_SERVICE_NAME`). */
  readonly serviceName?: string | undefined
  /** Address of an OTLP/HTTP collector; without a path `/v1/traces` is appended (`OTEL_EXPORTER_OTLP_ENDPOINT`). */
  readonly endpoint?: string | URL | undefined
  /** Headers of every export request, credentials for example; they never reach the disk (`OTEL_EXPORTER_OTLP_HEADERS`). */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Encoding of the requests, `http/protobuf` by default (`OTEL_EXPORTER_OTLP_PROTOCOL`). */
  readonly protocol?: OtlpProtocol | undefined
  /** Further attributes of the resource (`OTEL_RESOURCE_ATTRIBUTES`). */
  readonly resourceAttributes?: Attributes | undefined
  /** Decides which traces are recorded (`OTEL_TRACES_SAMPLER`). */
  readonly sampler?: Sampler | undefined
  /** Which traces are kept once it is known what happened in them; all of them unless given. The sampler must record all then. */
  readonly keep?: KeepRules | undefined
  /** Bounds of what one span carries (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` and its family). */
  readonly spanLimits?: SpanLimits | undefined
  /**
   * Redacts spans of other instrumentations and what `startActiveSpan` records of an error (there by default the one of the run
   * it happens in); all that `createRedactor()` finds unless given.
   */
  readonly redactor?: Redactor | undefined
  /** `false` leaves spans of other instrumentations on this provider as they are. Default true. */
  readonly redactForeignSpans?: boolean | undefined
  /**
   * `keep` sends the spans of other instrumentations also where they repeat those of the SDK; by default, `leave-out`, each
   * operation of a run has one span.
   */
  readonly repeatedSpans?: 'leave-out' | 'keep' | undefined
  /** Folder that keeps undelivered spans until the next start, apart by collector, tenant and service; `false` keeps nothing on disk. */
  readonly spool?: string | false | undefined
  /** Exporter used instead of the durable OTLP export; what it holds at `process.exit` is lost and counted. */
  readonly exporter?: SpanExporter | undefined
  /** File that spans are written to as OTLP JSON lines, instead of the OTLP export; beside it `createFileProcessor` does. */
  readonly file?: string | FileOptions | undefined
  /** Further processors; given alone, without an endpoint, they replace the OTLP export. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** Time that the end of the process waits for delivery, 3 s by default. */
  readonly exitDeadlineMs?: number | undefined
  /** Longest time a span waits for its batch, 1 s by default, 50 ms for a file (`OTEL_BSP_SCHEDULE_DELAY`). */
  readonly scheduleDelayMs?: number | undefined
  /** Most spans in one request, 512 by default (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`). */
  readonly maxBatchSpans?: number | undefined
  /** Bound of the ended spans that wait to be rendered, 48 MiB by default; the newest is dropped beyond it. */
  readonly maxQueueBytes?: number | undefined
  /** Bound of the same queue in spans, none by default (`OTEL_BSP_MAX_QUEUE_SIZE`). */
  readonly maxQueueSpans?: number | undefined
  /** Size above which no request is sent, 3.5 MiB by default; a span that alone is larger is truncated. */
  readonly maxRequestBytes?: number | undefined
  /** Compresses the requests, `gzip` by default (`OTEL_EXPORTER_OTLP_COMPRESSION`). */
  readonly compression?: OtlpCompression | undefined
  /** Time one request may take, 10 s by default (`OTEL_EXPORTER_OTLP_TIMEOUT`). */
  readonly exportTimeoutMs?: number | undefined
}

/** Where spans are posted to. */
export interface OtlpTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: OtlpProtocol
  /** None by default. */
  readonly compression?: OtlpCompression
}

/** Which sampler the environment names. */
export interface SamplerChoice {
  readonly root: 'always_on' | 'always_off' | 'traceidratio'
  readonly parentBased: boolean
  readonly ratio: number
}

/** Options and environment, checked and merged. */
export interface TraceConfig {
  readonly disabled: boolean
  readonly resourceAttributes: Attributes
  /** Where to post; `undefined` when nothing is exported over OTLP. */
  readonly otlp: OtlpTarget | undefined
  readonly sampler: Sampler | SamplerChoice
  readonly spanLimits: SpanLimits
  readonly redactor: Redactor | undefined
  readonly redactForeignSpans: boolean
  readonly repeatedSpans: 'leave-out' | 'keep'
  readonly keep: KeepRules | undefined
  readonly spool: string | false | undefined
  readonly exporter: SpanExporter | undefined
  readonly file: FileTarget | undefined
  readonly spanProcessors: readonly SpanProcessor[]
  readonly exitDeadlineMs: number
  readonly scheduleDelayMs: number
  readonly maxBatchSpans: number
  readonly maxQueueBytes: number
  readonly maxQueueSpans: number
  readonly maxRequestBytes: number
  readonly exportTimeoutMs: number
  /** Variables of the environment that could not be used, with the reason. */
  readonly ignored: readonly string[]
}
