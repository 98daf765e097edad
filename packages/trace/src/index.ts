// The public surface of @aos/trace.
export { OpenTelemetryTracer } from './open-telemetry-tracer.ts'
export { AOSTraceProvider } from './aos-trace-provider.ts'
export { doctor, type DoctorOptions, type DoctorReport } from './doctor/doctor.ts'
export { createFileProcessor, type FileProcessor } from './file/file-processor.ts'
export type { FileOptions } from './file/file-options.ts'
export type { Finding, FindingCode } from './doctor/finding.ts'
export { formatSpan, type FormattedSpan } from './format-span.ts'
export { leaveOutRepeatedSpans, type LeavingOut } from './foreign/repeated-spans.ts'
export { guardForeignSpans, type ForeignSpansOptions } from './foreign/foreign-spans.ts'
export type { KeepReason, KeepRules } from './keep/keep-rules.ts'
export { KeepingProcessor, type KeepBounds } from './keep/keeping-processor.ts'
export { eventsSink, type EventsOptions } from './logs/events-sink.ts'
export type { Logger, LoggerProvider, LogRecord } from './logs/logger-provider.ts'
export type { MetricConventions } from './metrics/metric-names.ts'
export { metricsSink, type MetricsOptions } from './metrics/metrics-sink.ts'
export type { OtlpCompression, OtlpProtocol, TracerOptions } from './config/tracer-options.ts'
export type { TraceStats } from './export/queueing-span-processor.ts'
export type { SpanLimits } from './otel/otel-sdk.ts'
export type {
  ReadableSpan,
  Sampler,
  SamplerArguments,
  SpanAttributes,
  SpanExporter,
  SpanProcessor,
  SpanResource,
  TimedEvent,
} from './otel/span-types.ts'
export { OCSFLogger, type OcsfStats } from './ocsf/ocsf-logger.ts'
export type { OCSFLoggerOptions } from './ocsf/ocsf-options.ts'
export type { OcsfEvent, OcsfProduct, OcsfVersion } from './ocsf/ocsf-event.ts'
export {
  AOSTraceStream,
  type StreamedAgent,
  type TraceStreamOptions,
  type TraceStreamStats,
} from './stream/aos-trace-stream.ts'
export type { TraceListener } from './stream/consumers.ts'
export type {
  ToolRisk,
  TraceEvent,
  TraceEventData,
  TraceEventType,
  TraceSeverity,
} from './stream/trace-event.ts'
export { toA2ATraceEvent, type A2ATraceEvent } from './stream/a2a-trace-event.ts'
export {
  toTraceEmit,
  traceEmitReceiver,
  type TraceEmit,
  type TraceEmitReceiverOptions,
} from './stream/trace-emit.ts'
