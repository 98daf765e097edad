import { AOSTraceProvider, type TracerOptions } from '@aos/trace'
import { OpenInferenceBatchSpanProcessor } from '@arizeai/openinference-vercel'
import { LangfuseSpanProcessor, type LangfuseSpanProcessorParams } from '@langfuse/otel'
import type { TracerProvider } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base'
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http'
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** A way for spans to a collector. */
export interface Pipeline {
  readonly provider: TracerProvider
  /** How many spans have ended. */
  created(): number
  flush(): Promise<unknown>
  /** Delivers what is left and takes no more. */
  shutdown(): Promise<unknown>
}

/** Where spans go. */
export interface Place {
  readonly endpoint: string
  /** Empty folder for those that keep spans on disk. */
  readonly folder: string
  /** Hands spans to an exporter that does nothing, in place of the collector. */
  readonly discard?: boolean | undefined
}

/** What peers send. */
const JSON_AS_IT_IS = { protocol: 'http/json', compression: 'none' } as const

/** Everything that takes spans to a collector, by the name of its row; bare OpenTelemetry first. */
export const pipelines: Readonly<Record<string, (place: Place) => Pipeline>> = {
  'bare OpenTelemetry, JSON': (place) => batched(jsonExporter(place)),
  'bare OpenTelemetry, protobuf': (place) => batched(protobufExporter(place)),
  'ours, no redaction, JSON': (place) => ours(place, { ...JSON_AS_IT_IS, redactForeignSpans: false }),
  'ours, no redaction, protobuf': (place) =>
    ours(place, { protocol: 'http/protobuf', compression: 'none', redactForeignSpans: false }),
  'ours, no redaction, JSON, nothing on disk': (place) =>
    ours(place, { ...JSON_AS_IT_IS, redactForeignSpans: false, spool: false }),
  'ours, JSON': (place) => ours(place, JSON_AS_IT_IS),
  ours: (place) => ours(place, {}),
  Langfuse: (place) => langfuse(place, {}),
  'Langfuse, identity mask': (place) => langfuse(place, { mask: ({ data }) => data as unknown }),
  OpenInference: (place) => through(new OpenInferenceBatchSpanProcessor({ exporter: jsonExporter(place) })),
}

const nothing: SpanExporter = {
  export: (_spans: ReadableSpan[], done: (result: { code: number }) => void) => done({ code: 0 }),
  shutdown: async () => undefined,
}

function ours({ endpoint, folder, discard }: Place, options: TracerOptions): Pipeline {
  const to = discard === true ? { exporter: nothing } : { endpoint, spool: folder }
  const provider = new AOSTraceProvider({ ...to, ...options })
  return {
    provider,
    created: () => provider.stats().created,
    flush: () => provider.forceFlush(),
    // as long as peers take for one export, however busy the machine is
    shutdown: () => provider.shutdown(30_000),
  }
}

function langfuse({ endpoint, discard }: Place, options: LangfuseSpanProcessorParams): Pipeline {
  const exporter = discard === true ? { exporter: nothing } : {}
  return through(
    new LangfuseSpanProcessor({
      publicKey: 'bench',
      secretKey: 'bench',
      baseUrl: endpoint,
      ...exporter,
      ...options,
    }),
  )
}

function batched(exporter: SpanExporter): Pipeline {
  return through(new BatchSpanProcessor(exporter))
}

function through(processor: SpanProcessor): Pipeline {
  let created = 0
  const counting: SpanProcessor = {
    onStart: () => undefined,
    onEnd: () => void (created += 1),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
  const provider = new BasicTracerProvider({ spanProcessors: [counting, processor] })
  return {
    provider,
    created: () => created,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
  }
}

function jsonExporter({ endpoint, discard }: Place): SpanExporter {
  return discard === true ? nothing : new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
}

/** What `@opentelemetry/exporter-trace-otlp-proto` consists of. */
function protobufExporter({ endpoint, discard }: Place): SpanExporter {
  if (discard === true) return nothing
  const settings = convertLegacyHttpOptions({ url: `${endpoint}/v1/traces` }, 'TRACES', 'v1/traces', {
    'Content-Type': 'application/x-protobuf',
  })
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      settings,
      ProtobufTraceSerializer,
      'otlp_http_span_exporter',
      TraceExporterMetricsHelper,
      undefined,
    ),
  )
}
