import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { PeacRecord } from '../issue.ts'

/** What became of records on their way to files. */
export interface FileCounts {
  readonly stored: number
  readonly dropped: number
  readonly queued: number
}

/** Where records are written, and who hears of what could not be written. */
export interface RecordFilesOptions {
  /** Folder of one `<record id>.jws` for each record. */
  readonly directory?: string | undefined
  /** File of one JSON object on each line: `id`, `ref`, `type`, `jws`. */
  readonly file?: string | undefined
  readonly report: (problem: string) => void
}

/** Records that one turn of the event loop writes, so that a burst does not hold up the agent. */
const TURN = 32
const MAX_WAITING = 50_000

/** Writes records soon after they were made, readable by their owner only; what cannot be written is counted. */
export class RecordFiles {
  readonly #options: RecordFilesOptions
  readonly #waiting: PeacRecord[] = []
  #scheduled = false
  #prepared = false
  #appended = false
  #stored = 0
  #dropped = 0

  constructor(options: RecordFilesOptions) {
    this.#options = options
  }

  take(record: PeacRecord): void {
    if (this.#waiting.length >= MAX_WAITING) return this.#drop(1, 'too many records wait to be written')
    this.#waiting.push(record)
    this.#schedule()
  }

  /** Writes all that waits before it returns. */
  writeAll(): void {
    while (this.#waiting.length > 0) this.#write(this.#waiting.splice(0, TURN))
  }

  counts(): FileCounts {
    return { stored: this.#stored, dropped: this.#dropped, queued: this.#waiting.length }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#write(this.#waiting.splice(0, TURN))
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  #write(records: readonly PeacRecord[]): void {
    const { directory, file } = this.#options
    const kept = records.filter((record) =>
      this.#tried(1, () => directory !== undefined && writeOnce(directory, record)),
    )
    if (kept.length === 0) return
    const isKept = this.#tried(kept.length, () => file !== undefined && this.#append(file, kept))
    if (isKept) this.#stored += kept.length
  }

  #append(file: string, records: readonly PeacRecord[]): void {
    // a process that died in the middle of a line has left it open
    const before = this.#appended || endsInLine(file) ? '' : '\n'
    appendFileSync(file, before + records.map(recordLine).join(''), { mode: 0o600 })
    this.#appended = true
  }

  #tried(count: number, write: () => unknown): boolean {
    try {
      this.#prepare()
      write()
      return true
    } catch (error) {
      this.#drop(count, error instanceof Error && 'code' in error ? String(error.code) : 'unknown error')
      return false
    }
  }

  #prepare(): void {
    if (this.#prepared) return
    const { directory, file } = this.#options
    const folders = [directory, file === undefined ? undefined : dirname(file)]
    for (const folder of folders)
      if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#prepared = true
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count
    this.#options.report(`records could not be written: ${reason}`)
  }
}

/** A record as one line of JSON. */
export function recordLine({ jws, ref, claims }: PeacRecord): string {
  return `${JSON.stringify({ id: claims.jti, ref, type: claims.type, jws })}\n`
}

// the same step gives the same record, so that one that is there already is no loss
function writeOnce(directory: string, { jws, claims }: PeacRecord): void {
  const path = join(directory, `${claims.jti}.jws`)
  try {
    writeFileSync(path, jws, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!isThere || readFileSync(path, 'utf8') !== jws) throw error
  }
}

function endsInLine(file: string): boolean {
  if (!existsSync(file)) return true
  const { size } = statSync(file)
  if (size === 0) return true
  const handle = openSync(file, 'r')
  try {
    const last = Buffer.alloc(1)
    readSync(handle, last, 0, 1, size - 1)
    return last.toString() === '\n'
  } finally {
    closeSync(handle)
  }
}
