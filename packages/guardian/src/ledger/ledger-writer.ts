import * as fs from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import {
  headPath,
  ledgerError,
  ledgerFile,
  openPrivate,
  replaceFile,
  syncFolder,
  type LedgerFile,
} from './ledger-files.ts'
import type { LedgerKeys, OpenLedger } from './open-ledger.ts'
import { MAX_LINE_BYTES, sealHead, sealLine, type LedgerHead, type LineToSeal } from './sealed-line.ts'

/** What a ledger is written with. */
export interface LedgerWriterOptions {
  readonly path: string
  readonly keys: LedgerKeys
  /** Entries that may be on the disk before the file of the head says so. */
  readonly checkpointEvery: number
  /** Size from which on a file is followed by a new one. */
  readonly maxFileBytes: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told why the file of the head could not be brought up to date with entries that nobody waited for. */
  readonly report: (error: unknown) => void
}

/** Counts of what came of entries. */
export interface WriterCounts {
  readonly written: number
  readonly failed: number
  readonly pending: number
}

interface Waiting extends LineToSeal {
  readonly durable: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const writeAt = promisify(fs.write)
const syncData = promisify(fs.fdatasync)
const truncate = promisify(fs.ftruncate)
const closeFile = promisify(fs.close)
const stateOf = promisify(fs.fstat)

const BATCH = 1000
const BATCH_BYTES = 4 * MAX_LINE_BYTES
const SETTLE_MS = 1000
// without anybody who waits, so many entries may be in memory of the system alone
const UNSYNCED = 1000

/** Writes entries in the order in which they come; those that wait at the same time share one sync. */
export class LedgerWriter {
  readonly #options: LedgerWriterOptions
  readonly #ledger: OpenLedger
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #file: LedgerFile
  #descriptor: number
  #size: number
  #head: LedgerHead
  #syncedSeq: number
  #sealedSeq: number
  /** Whether the file may hold bytes that belong to no entry that counts. */
  #dirty = false
  #closed = false
  #closing: Promise<void> | undefined
  #written = 0
  #failed = 0
  #inBatch = 0
  #settling: NodeJS.Timeout | undefined

  constructor(ledger: OpenLedger, options: LedgerWriterOptions) {
    this.#options = options
    this.#ledger = ledger
    this.#file = ledger.file
    this.#descriptor = ledger.descriptor
    this.#size = ledger.size
    this.#head = ledger.head
    this.#syncedSeq = ledger.sealedSeq
    this.#sealedSeq = ledger.sealedSeq
  }

  /** The last entry that was written. */
  get head(): LedgerHead {
    return this.#head
  }

  get counts(): WriterCounts {
    return {
      written: this.#written,
      failed: this.#failed,
      pending: this.#waiting.length + this.#inBatch,
    }
  }

  /** Adds an entry; resolves once it is in the file, if `durable` once it will stay there. */
  append(entry: string, durable: boolean): Promise<void> {
    const at = this.#options.now()
    const problem = this.#closed ? 'it is closed' : unfit(entry, at)
    if (problem !== undefined) {
      this.#failed++
      return Promise.reject(
        ledgerError(this.#options.path, {
          why: problem,
          fix: 'Append smaller entries, none after close(), and pass a clock that tells the time.',
        }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, durable, at, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Makes everything appended so far last. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    if (this.#closed) return
    const flushing = this.#settle()
    // what is appended meanwhile waits for its turn
    this.#running = flushing.then(
      () => this.#run(),
      () => this.#run(),
    )
    await flushing
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    try {
      await this.flush()
    } finally {
      this.#closed = true
      clearTimeout(this.#settling)
      while (this.#running !== undefined) await this.#running
      this.#ledger.lock.release()
      await closeFile(this.#descriptor)
    }
  }

  async #run(): Promise<void> {
    // lets those that are appended in the same moment come along
    await Promise.resolve()
    const idle = this.#waiting.length === 0
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#batchSize())
      this.#inBatch = batch.length
      try {
        await this.#commit(batch)
        this.#written += batch.length
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        this.#failed += batch.length
        const error = ledgerError(this.#options.path, {
          why: reasonOf(cause),
          fix: 'Make room, and let only one process write.',
          cause,
        })
        for (const { reject } of batch) reject(error)
      }
      this.#inBatch = 0
    }
    this.#running = undefined
    if (!idle) this.#settleSoon()
  }

  #batchSize(): number {
    let bytes = 0
    const end = this.#waiting.findIndex(({ entry }) => (bytes += entry.length) > BATCH_BYTES)
    return Math.min(BATCH, end === -1 ? this.#waiting.length : Math.max(1, end))
  }

  /** Brings the file of the head up to date with entries for which nobody has waited, so that cutting them is found, too. */
  #settleSoon(): void {
    if (this.#settling !== undefined || this.#closed || this.#sealedSeq === this.#head.seq) return
    this.#settling = setTimeout(() => {
      this.#settling = undefined
      this.flush().catch(this.#options.report)
    }, SETTLE_MS).unref()
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    await this.#assertOwn()
    if (this.#size >= this.#options.maxFileBytes) await this.#rotate()
    const { bytes, head } = this.#sealed(batch)
    const durable = batch.some((entry) => entry.durable) || head.seq - this.#syncedSeq >= UNSYNCED
    this.#dirty = true
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await writeAt(
        this.#descriptor,
        bytes,
        done,
        bytes.length - done,
        this.#size + done,
      )
      if (bytesWritten === 0) throw new Error('the file system took no bytes')
      done += bytesWritten
    }
    if (durable) await syncData(this.#descriptor)
    this.#dirty = false
    this.#size += bytes.length
    this.#head = head
    if (!durable) return
    this.#syncedSeq = head.seq
    if (head.seq - this.#sealedSeq >= this.#options.checkpointEvery) await this.#seal()
  }

  #sealed(batch: readonly Waiting[]): { readonly bytes: Buffer; readonly head: LedgerHead } {
    const { signing } = this.#options.keys
    let head = this.#head
    let text = ''
    for (const entry of batch) {
      const sealed = sealLine(entry, head, signing)
      text += `${sealed.line}\n`
      head = sealed.head
    }
    return { bytes: Buffer.from(text), head }
  }

  /** Makes sure that the file is still the one that this writer has written, and as long. */
  async #assertOwn(): Promise<void> {
    if (!this.#ledger.lock.isHeld()) throw new Error('its lock was taken away')
    const [named, opened] = await Promise.all([stat(this.#file.path), stateOf(this.#descriptor)])
    if (named.ino !== opened.ino || named.dev !== opened.dev) throw new Error('another file is in its place')
    if (this.#dirty) await this.#clean()
    else if (opened.size !== this.#size) throw new Error('something else has written to it')
  }

  async #clean(): Promise<void> {
    await truncate(this.#descriptor, this.#size)
    this.#dirty = false
  }

  async #settle(): Promise<void> {
    if (this.#dirty) await this.#clean()
    if (this.#syncedSeq < this.#head.seq) {
      await syncData(this.#descriptor)
      this.#syncedSeq = this.#head.seq
    }
    if (this.#sealedSeq < this.#head.seq) await this.#seal()
  }

  async #seal(): Promise<void> {
    const { path, keys, now } = this.#options
    await replaceFile(headPath(path), sealHead(this.#head, now(), keys.signing))
    this.#sealedSeq = this.#head.seq
  }

  async #rotate(): Promise<void> {
    await this.#settle()
    const next = ledgerFile(this.#options.path, this.#head.seq + 1)
    const descriptor = openPrivate(next.path)
    if ((await stateOf(descriptor)).size > 0) {
      await closeFile(descriptor)
      throw new Error('the next file is there already')
    }
    const old = this.#descriptor
    this.#file = next
    this.#descriptor = descriptor
    this.#size = 0
    await closeFile(old)
    syncFolder(next.path)
  }
}

function unfit(entry: string, at: number): string | undefined {
  if (!Number.isFinite(at)) return 'its clock does not tell the time'
  // room for the members around it
  return Buffer.byteLength(entry) > MAX_LINE_BYTES - 1024
    ? `an entry is over ${MAX_LINE_BYTES - 1024} bytes`
    : undefined
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'writing failed'
}
