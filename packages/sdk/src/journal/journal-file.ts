import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** What all files of one journal share: its bounds, and what has become of its entries. */
export interface JournalAccount {
  readonly maxFileBytes: number
  readonly maxQueueBytes: number
  queuedBytes: number
  entries: number
  bytes: number
  dropped: number
  failedFiles: number
  /** Tells of the first failure of each kind. */
  report(problem: string, cause?: unknown): void
}

const ENDING_BYTES = 512

/** The file of one run: takes lines at once, writes them later, in order, each where it belongs. */
export class JournalFile {
  readonly #path: string
  readonly #account: JournalAccount
  #exists = false
  #queue: Buffer[] = []
  #writing: Buffer | undefined
  /** Bytes that are in the file for sure. */
  #position = 0
  #taken = 0
  #dropped = 0
  #failed = false
  #ended = false
  #pump: Promise<void> | undefined

  constructor(path: string, account: JournalAccount) {
    this.#path = path
    this.#account = account
  }

  /** Entries of this run that are in no file. */
  get dropped(): number {
    return this.#dropped
  }

  /** Takes a line; one that finds no room is dropped and counted. */
  write(line: string): void {
    if (this.#ended) return
    const bytes = Buffer.from(`${line}\n`)
    const account = this.#account
    if (this.#failed) return this.drop()
    if (this.#taken + bytes.length > account.maxFileBytes - ENDING_BYTES) return this.#full('maxFileBytes')
    if (account.queuedBytes + bytes.length > account.maxQueueBytes) return this.#full('maxQueueBytes')
    this.#take(bytes)
  }

  /** Takes the last line, for which there is always room. */
  end(line: string): void {
    if (this.#ended) return
    if (!this.#failed) this.#take(Buffer.from(`${line}\n`))
    this.#ended = true
  }

  /** Takes nothing at all. */
  refuse(): void {
    this.#ended = true
  }

  drop(): void {
    this.#dropped++
    this.#account.dropped++
  }

  /** Settles once nothing waits any more; never rejects. */
  async idle(): Promise<void> {
    while (this.#pump !== undefined) await this.#pump
  }

  /** Writes what waits before it returns, for a process that ends. */
  writeNow(): void {
    const waiting = [...(this.#writing === undefined ? [] : [this.#writing]), ...this.#queue]
    if (this.#failed || waiting.length === 0) return
    try {
      // one that was just made is ours as well; whatever else is there is somebody else's
      const isOurs = this.#exists || statSync(this.#path, { throwIfNoEntry: false })?.size === 0
      const fd = openSync(this.#path, isOurs ? 'r+' : 'wx', 0o600)
      this.#exists = true
      // all of it is written again at the same place, should the process go on
      const bytes = Buffer.concat(waiting)
      writeSync(fd, bytes, 0, bytes.length, this.#position)
      closeSync(fd)
    } catch (error) {
      this.#fail(error)
    }
  }

  #full(bound: string): void {
    this.drop()
    this.#account.report(`a run has more to say than ${bound} allows; its file is incomplete`)
  }

  #take(bytes: Buffer): void {
    this.#taken += bytes.length
    this.#account.queuedBytes += bytes.length
    this.#account.entries++
    this.#queue.push(bytes)
    this.#pump ??= this.#run()
  }

  async #run(): Promise<void> {
    // the agent goes on first
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    try {
      while (this.#queue.length > 0) await this.#writeOut()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pump = undefined
    }
  }

  // runs can be many and wait for long, so none of them holds its file open
  async #writeOut(): Promise<void> {
    const handle = await this.#open()
    try {
      this.#exists = true
      while (this.#queue.length > 0) await this.#writeAll(handle)
    } finally {
      await handle.close()
    }
  }

  async #open(): Promise<FileHandle> {
    const isNew = !this.#exists
    try {
      return await open(this.#path, isNew ? 'wx' : 'r+', 0o600)
    } catch (error) {
      // made meanwhile by what could not wait
      if (isNew && this.#exists) return open(this.#path, 'r+')
      throw error
    }
  }

  async #writeAll(handle: FileHandle): Promise<void> {
    const bytes = Buffer.concat(this.#queue)
    this.#queue = []
    this.#writing = bytes
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#position + done)
      done += bytesWritten
    }
    this.#position += bytes.length
    this.#writing = undefined
    this.#account.queuedBytes -= bytes.length
    this.#account.bytes += bytes.length
  }

  #fail(error: unknown): void {
    const lost = [...(this.#writing === undefined ? [] : [this.#writing]), ...this.#queue]
    for (const bytes of lost) this.#account.queuedBytes -= bytes.length
    // each line ends with its own break
    const lines = lost.reduce((sum, bytes) => sum + bytes.toString('latin1').split('\n').length - 1, 0)
    this.#queue = []
    this.#writing = undefined
    this.#failed = true
    this.#dropped += lines
    this.#account.dropped += lines
    this.#account.entries -= lines
    this.#account.failedFiles++
    this.#account.report('a file cannot be written', error)
  }
}
