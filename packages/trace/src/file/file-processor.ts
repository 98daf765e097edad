import { installExitHandlers } from '@aos/sdk/outbox'
import { createLossReport } from '../export/loss-report.ts'
import { QueueingSpanProcessor, type TraceStats } from '../export/queueing-span-processor.ts'
import { loadOtlpSerializer } from '../otel/otel-sdk.ts'
import type { SpanProcessor } from '../otel/span-types.ts'
import { FILE_DELAY_MS, resolveFile, type FileOptions } from './file-options.ts'
import { FileSink } from './file-sink.ts'

const DEADLINE_MS = 3_000

/** A span processor that writes to a file and tells where its spans are. */
export interface FileProcessor extends SpanProcessor {
  stats(): TraceStats
}

/**
 * Creates a processor for any OpenTelemetry provider that writes spans as OTLP JSON lines, beside other processors; every
 * end of the process writes what is left.
 */
export function createFileProcessor(file: string | FileOptions): FileProcessor {
  const report = createLossReport()
  const processor = new QueueingSpanProcessor({
    sink: new FileSink({ target: resolveFile(file), serializer: loadOtlpSerializer('http/json'), report }),
    scheduleDelayMs: FILE_DELAY_MS,
    maxBatchSpans: 512,
    maxQueueBytes: 64 * 1024 * 1024,
    maxQueueSpans: Number.MAX_SAFE_INTEGER,
    deadlineMs: DEADLINE_MS,
    report,
  })
  const flusher = {
    flush: (deadlineMs: number) => processor.flush(deadlineMs),
    spoolSync: () => processor.spoolSync(),
    pending: () => processor.pending(),
  }
  const removeExitHandlers = installExitHandlers({ flushers: [flusher], deadlineMs: DEADLINE_MS })
  return {
    onStart: () => processor.onStart(),
    onEnd: (span) => processor.onEnd(span),
    forceFlush: () => processor.forceFlush(),
    stats: () => processor.stats(),
    async shutdown() {
      await processor.shutdown()
      removeExitHandlers()
    },
  }
}
