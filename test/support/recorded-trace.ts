import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileProcessor } from '@aos/trace'
import { readTraces, type ViewTrace } from '@aos/trace/view'
import type { TracerProvider } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node'

/** A provider whose spans go to a file, and the file read as a viewer reads it. */
export interface RecordedTrace extends AsyncDisposable {
  readonly provider: TracerProvider
  /** The one trace that was written so far; throws unless there is exactly one. */
  read(): Promise<ViewTrace>
  /** All that was written so far. */
  text(): string
}

/** Makes a {@link RecordedTrace}. */
export function recordedTrace(): RecordedTrace {
  const folder = mkdtempSync(join(tmpdir(), 'aos-trace-'))
  const file = join(folder, 'spans.otlp.jsonl')
  const provider = new BasicTracerProvider({ spanProcessors: [createFileProcessor(file)] })
  return {
    provider,
    async read() {
      await provider.forceFlush()
      const { traces, problems } = await readTraces(file)
      const [trace] = traces
      if (trace === undefined || traces.length > 1 || problems.length > 0)
        throw new Error(`${traces.length} traces, problems: ${JSON.stringify(problems)}`)
      return trace
    },
    text: () => readFileSync(file, 'utf8'),
    async [Symbol.asyncDispose]() {
      await provider.shutdown()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
