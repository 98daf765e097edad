import type { LossReport } from '../../export/loss-report.ts'
import type { FileTarget } from '../../file/file-options.ts'
import { RotatingFile } from '../../file/rotating-file.ts'
import { LineBatch } from './line-batch.ts'
import type { Output, OutputCounts } from './output.ts'

const BOUNDS = { maxLines: 256, maxBytes: 64 * 1024, delayMs: 50 }

/** Appends events to a file, one on each line; what cannot be written is dropped and counted. */
export class FileOutput implements Output {
  readonly #file: RotatingFile
  readonly #path: string
  readonly #report: LossReport
  readonly #batch = new LineBatch(BOUNDS, (lines) => this.#write(lines))
  #taken = 0
  #delivered = 0
  #dropped = 0

  constructor(target: FileTarget, report: LossReport) {
    this.#file = new RotatingFile(target)
    this.#path = target.path
    this.#report = report
  }

  take(line: string): void {
    this.#taken += 1
    this.#batch.add(line)
  }

  flush(): Promise<void> {
    this.#batch.seal()
    return Promise.resolve()
  }

  saveSync(): void {
    this.#batch.seal()
  }

  close(): Promise<void> {
    this.#batch.seal()
    try {
      this.#file.close()
    } catch (error) {
      this.#report(`${this.#path} could not be closed (${reasonOf(error)})`)
    }
    return Promise.resolve()
  }

  counts(): OutputCounts {
    return {
      taken: this.#taken,
      delivered: this.#delivered,
      spooled: 0,
      dropped: this.#dropped,
      queued: this.#batch.size,
      recovered: 0,
    }
  }

  #write(lines: readonly string[]): void {
    try {
      this.#file.append(Buffer.from(lines.join('\n')))
      this.#delivered += lines.length
    } catch (error) {
      this.#dropped += lines.length
      this.#report(`dropped: ${this.#path} cannot be written (${reasonOf(error)})`)
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
