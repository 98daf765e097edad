import { unlinkSync } from 'node:fs'
import { open, rename, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutboxIncident } from '../outbox/accounting.ts'
import type { OutboxClock } from '../outbox/index.ts'
import { assertPrivateDirectory } from '../outbox/spool-directory.ts'
import type { SegmentOwner } from '../outbox/spool-lock.ts'
import { toOpenRunFile, UNFINISHED } from './open-run-name.ts'

/** The trace of an open run on disk. */
export interface OpenRunFile {
  readonly name: string
  readonly body: Uint8Array
  /** Called when another process has taken the file for that of a dead one. */
  readonly onLost: () => void
  /** Called once the file is written, or could not be. */
  onSettled: (() => void) | undefined
  wanted: boolean
  onDisk: boolean
  /** When the file last said that its run goes on. */
  seenMs: number
  /** Whether it is to say that its run goes on. */
  beat: boolean
}

/** What {@link OpenRunFiles} needs. */
export interface OpenRunFilesOptions {
  /** The folder of the outbox; that of the open runs is inside. */
  readonly directory: string
  readonly owner: SegmentOwner
  readonly clock: OutboxClock
  readonly report: (incident: OutboxIncident) => void
}

/** Bound of one file. */
export const MAX_FILE_BYTES: number = 1024 * 1024
const MAX_BYTES = 16 * 1024 * 1024
/** How exactly the end of a run is known whose process was killed. */
const BEAT_MS = 15_000

/**
 * Keeps one small file for each open run, so that its record can be completed whatever ends the process. One file is
 * worked on at a time: a disk that hangs holds back nothing but the files.
 */
export class OpenRunFiles {
  readonly #options: OpenRunFilesOptions
  readonly #directory: string
  readonly #kept = new Set<OpenRunFile>()
  readonly #dirty = new Set<OpenRunFile>()
  #bytes = 0
  #ready = false
  #working: Promise<void> | undefined
  #cancelBeat: (() => void) | undefined

  constructor(options: OpenRunFilesOptions) {
    this.#options = options
    this.#directory = join(options.directory, OPEN_RUNS_FOLDER)
  }

  /** Writes a file soon; `undefined` when there is no room. */
  keep(id: string, body: Uint8Array, onLost: () => void): OpenRunFile | undefined {
    if (body.byteLength > MAX_FILE_BYTES || this.#bytes + body.byteLength > MAX_BYTES) {
      this.#options.report({ kind: 'fault', reason: 'open_runs_full', count: 1 })
      return undefined
    }
    const name = toOpenRunFile(id, this.#options.owner)
    const file: OpenRunFile = {
      name,
      body,
      onLost,
      onSettled: undefined,
      wanted: true,
      onDisk: false,
      seenMs: this.#options.clock.now(),
      beat: false,
    }
    this.#bytes += body.byteLength
    this.#kept.add(file)
    this.#touch(file)
    this.#cancelBeat ??= this.#options.clock.schedule(() => this.#beat(), BEAT_MS, false)
    return file
  }

  /** Removes a file soon. */
  drop(file: OpenRunFile): void {
    if (!this.#forget(file)) return
    this.#touch(file)
  }

  /** Removes a file at once. */
  dropSync(file: OpenRunFile): void {
    if (!this.#forget(file)) return
    try {
      if (file.onDisk) unlinkSync(this.#pathOf(file))
      file.onDisk = false
    } catch (error) {
      this.#fault(error)
    }
    // it may be on its way there
    this.#touch(file)
  }

  /** Resolves when the disk is as it should be. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working
  }

  /** Says no longer that runs go on. */
  stop(): void {
    this.#cancelBeat?.()
    this.#cancelBeat = undefined
  }

  #forget(file: OpenRunFile): boolean {
    if (!this.#kept.delete(file)) return false
    file.wanted = false
    this.#bytes -= file.body.byteLength
    if (this.#kept.size === 0) this.stop()
    return true
  }

  #beat(): void {
    for (const file of this.#kept) {
      file.beat = true
      this.#touch(file)
    }
    this.#cancelBeat = this.#options.clock.schedule(() => this.#beat(), BEAT_MS, false)
  }

  #touch(file: OpenRunFile): void {
    this.#dirty.add(file)
    this.#working ??= this.#work()
  }

  async #work(): Promise<void> {
    for (const file of this.#dirty) {
      this.#dirty.delete(file)
      try {
        await this.#settle(file)
      } catch (error) {
        this.#fault(error)
      }
      file.onSettled?.()
      file.onSettled = undefined
    }
    this.#working = undefined
  }

  async #settle(file: OpenRunFile): Promise<void> {
    const path = this.#pathOf(file)
    if (file.wanted && !file.onDisk) return this.#write(file, path)
    if (!file.wanted && file.onDisk) {
      file.onDisk = false
      return unlink(path)
    }
    if (!file.wanted || !file.beat) return
    file.beat = false
    const nowMs = this.#options.clock.now()
    try {
      await utimes(path, nowMs / 1000, nowMs / 1000)
      file.seenMs = nowMs
    } catch (error) {
      file.onDisk = false
      if (isMissing(error)) this.drop(file)
      file.onLost()
      throw error
    }
  }

  async #write(file: OpenRunFile, path: string): Promise<void> {
    if (!this.#ready) assertPrivateDirectory(this.#options.directory)
    if (!this.#ready) assertPrivateDirectory(this.#directory)
    this.#ready = true
    try {
      // under another name until it is whole
      const handle = await open(`${path}${UNFINISHED}`, 'w', 0o600)
      try {
        await handle.writeFile(file.body)
        const seconds = this.#options.clock.now() / 1000
        await handle.utimes(seconds, seconds)
      } finally {
        await handle.close()
      }
      await rename(`${path}${UNFINISHED}`, path)
      file.onDisk = true
    } catch (error) {
      // whatever became of the folder; the next beat tries again
      this.#ready = false
      await unlink(`${path}${UNFINISHED}`).catch(() => undefined)
      throw error
    }
  }

  #pathOf({ name }: OpenRunFile): string {
    return join(this.#directory, name)
  }

  #fault(cause: unknown): void {
    if (isMissing(cause)) return
    this.#options.report({ kind: 'fault', reason: `open_runs_${codeOf(cause)}`, count: 1, cause })
  }
}

/** Where the files are, inside the folder of the outbox. */
export const OPEN_RUNS_FOLDER = 'open'

/** Whether a file that was asked for is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

/** What the system calls an error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
