import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ActivityOutput, LossReport, OutgoingEvent, OutputCounts, Taken } from './output.ts'

interface OpenFile {
  readonly fd: number
  readonly dev: number
  readonly ino: number
  /** Whether the last line lacks its end, so that the next one must not continue it. */
  torn: boolean
}

const NEWLINE = 0x0a

/** Appends events to a file that only its owner can read, one on each line; it may be moved away at any time. */
export class FileOutput implements ActivityOutput {
  readonly #path: string
  readonly #report: LossReport
  #open: OpenFile | undefined
  #closed = false
  #written = 0
  #dropped = 0

  constructor(path: string, report: LossReport) {
    this.#path = resolve(path)
    this.#report = report
  }

  take(outgoing: OutgoingEvent): Taken {
    return this.#write(outgoing, () => undefined)
  }

  keep(outgoing: OutgoingEvent): Promise<Taken> {
    return Promise.resolve(this.#write(outgoing, fsyncSync))
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  saveSync(): void {
    return undefined
  }

  close(): Promise<void> {
    this.#closed = true
    this.#release()
    return Promise.resolve()
  }

  counts(): OutputCounts {
    return { delivered: this.#written, spooled: 0, dropped: this.#dropped, queued: 0, recovered: 0 }
  }

  #write({ line }: OutgoingEvent, settle: (fd: number) => void): Taken {
    try {
      if (this.#closed) return this.#lose('the connector is closed')
      const file = this.#current()
      append(file, line)
      settle(file.fd)
      this.#written += 1
      return { state: 'saved' }
    } catch (error) {
      return this.#lose(`the file cannot be written (${codeOf(error)})`)
    }
  }

  #lose(reason: string): Taken {
    this.#dropped += 1
    this.#report(reason)
    return { state: 'lost', reason }
  }

  /** The file at the path: another one when the old was moved or removed by somebody else. */
  #current(): OpenFile {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    const open = this.#open
    if (open !== undefined && found?.ino === open.ino && found.dev === open.dev) return open
    this.#release()
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    this.#open = openFile(this.#path)
    return this.#open
  }

  #release(): void {
    const file = this.#open
    this.#open = undefined
    if (file !== undefined) closeSync(file.fd)
  }
}

function openFile(path: string): OpenFile {
  // a named pipe that nobody reads would block for ever
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), 0o600)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw Object.assign(new Error('no regular file'), { code: 'no regular file' })
    return { fd, dev: stat.dev, ino: stat.ino, torn: isTorn(fd, stat.size) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function isTorn(fd: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
}

function append(file: OpenFile, line: string): void {
  const bytes = Buffer.from(`${file.torn ? '\n' : ''}${line}\n`)
  file.torn = true
  for (let written = 0; written < bytes.byteLength;) written += writeSync(file.fd, bytes, written)
  file.torn = false
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
