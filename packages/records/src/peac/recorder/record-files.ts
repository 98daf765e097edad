import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
    if (records.length === 0) return
    const { directory, file } = this.#options
    const { length } = records
    try {
      this.#prepare()
      for (const record of records) if (directory !== undefined) writeOnce(directory, record)
      if (file !== undefined) appendFileSync(file, records.map(recordLine).join(''), { mode: 0o600 })
      this.#stored += length
    } catch (error) {
      this.#drop(length, error instanceof Error && 'code' in error ? String(error.code) : 'unknown error')
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
