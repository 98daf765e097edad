import type { LossReport } from '../export/loss-report.ts'
import type { SinkCounts, SpanSink } from '../export/span-sink.ts'
import type { OtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import type { FileTarget } from './file-options.ts'
import { RotatingFile } from './rotating-file.ts'

/** What a {@link FileSink} is made from. */
export interface FileSinkOptions {
  readonly target: FileTarget
  /** Renders OTLP JSON. */
  readonly serializer: Pick<OtlpSerializer, 'serializeRequest'>
  readonly report: LossReport
}

/**
 * Writes each batch of spans as one line, an OTLP ExportTraceServiceRequest (OTLP, file exporter). A batch is in the
 * file when `send` returns, so no end of the process loses it; what cannot be written is dropped and counted.
 */
export class FileSink implements SpanSink {
  readonly #options: FileSinkOptions
  readonly #file: RotatingFile
  #delivered = 0
  #dropped = 0

  constructor(options: FileSinkOptions) {
    this.#options = options
    this.#file = new RotatingFile(options.target)
  }

  hasRoom(): boolean {
    return true
  }

  onRoom(): void {
    // there is always room
  }

  send(spans: readonly ReadableSpan[]): void {
    const line = this.#serialize(spans)
    if (line !== undefined) return this.#write(line, spans.length)
    const half = Math.ceil(spans.length / 2)
    if (spans.length > 1) {
      this.send(spans.slice(0, half))
      return this.send(spans.slice(half))
    }
    this.#drop(spans.length, 'a span could not be rendered')
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  saveSync(batches: Iterable<readonly ReadableSpan[]>): void {
    for (const batch of batches) this.send(batch)
  }

  close(): Promise<void> {
    try {
      this.#file.close()
    } catch (error) {
      this.#options.report(`the file of spans could not be closed: ${reasonOf(error)}`)
    }
    return Promise.resolve()
  }

  counts(): SinkCounts {
    return { delivered: this.#delivered, spooled: 0, dropped: this.#dropped, queued: 0, recovered: 0 }
  }

  #serialize(spans: readonly ReadableSpan[]): Uint8Array | undefined {
    try {
      return this.#options.serializer.serializeRequest([...spans])
    } catch {
      return undefined
    }
  }

  #write(line: Uint8Array, spans: number): void {
    try {
      this.#file.append(line)
      this.#delivered += spans
    } catch (error) {
      this.#drop(spans, `${this.#options.target.path} cannot be written (${reasonOf(error)})`)
    }
  }

  #drop(spans: number, reason: string): void {
    this.#dropped += spans
    this.#options.report(`dropped: ${reason}`)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
