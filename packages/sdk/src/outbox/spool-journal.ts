import { closeSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createClaimedSegment } from './claimed-segment.ts'
import type { ClaimedSegment } from './claimed-segment.ts'
import { encodeRecord, SEGMENT_MAGIC } from './segment-format.ts'
import type { SpooledItem } from './segment-format.ts'
import { appendFrame, openPrivateFile } from './spool-files.ts'
import type { WriteBytes } from './spool-files.ts'
import { createSegmentId, toSegmentFile } from './spool-lock.ts'
import type { SegmentOwner } from './spool-lock.ts'

/** A segment of items that are in memory too: they outlive the process, whatever ends it. */
export interface JournalSegment {
  /** Renews the claim before a delivery; false when another process has taken the segment over. */
  touch(): boolean
  /** Records that this many more items, the oldest ones, are settled; the file goes with the last of them. */
  settle(count: number): void
  /** Gives what is not settled to whoever comes next; `tried` says that its delivery has failed. */
  release(tried: boolean): void
}

/** Writes items to disk while they wait in memory; nothing here throws. */
export interface Journal {
  /** Appends an item to the open segment; `undefined` when it is in memory only. */
  append(item: SpooledItem): JournalSegment | undefined
  /** Writes items to a segment of their own, all or none. */
  write(items: readonly SpooledItem[]): JournalSegment | undefined
}

/** What {@link createJournal} needs. */
export interface JournalOptions {
  readonly directory: string
  readonly owner: SegmentOwner
  readonly now: () => number
  /** Bytes that the folder may still take; `undefined` when it cannot be used. */
  readonly room: () => number | undefined
  readonly write: WriteBytes
  readonly onFault: (error: unknown) => void
  readonly onRelease: (id: string, left: number, tried: boolean) => void
}

const SEGMENT_BYTES = 1024 * 1024
/** Wait after a failed write, so that a full disk does not cost each item a try. */
const RETRY_MS = 1_000

/** Creates the journal of one outbox. */
export function createJournal(options: JournalOptions): Journal {
  let open: OpenSegment | undefined
  let sequence = 0
  let notBeforeMs = 0
  const create = (): OpenSegment | undefined => {
    const room = options.room()
    if (room === undefined) return undefined
    sequence += 1
    return attempt(options, () => new OpenSegment(options, createSegmentId(options.now(), sequence), room))
  }
  const usable = (bytes: number): OpenSegment | undefined => {
    if (open?.takes(bytes) === true) return open
    open?.seal()
    open = create()
    return open?.takes(bytes) === true ? open : undefined
  }
  return {
    append(item) {
      if (options.now() < notBeforeMs) return undefined
      const frame = attempt(options, () => encodeRecord(item))
      const segment = frame === undefined ? undefined : usable(frame.byteLength)
      if (frame !== undefined && segment?.append(frame) === true) return segment
      notBeforeMs = options.now() + RETRY_MS
      open?.seal()
      open = undefined
      return undefined
    },
    write(items) {
      const segment = create()
      const whole = items.every((item) => {
        const frame = attempt(options, () => encodeRecord(item))
        return frame !== undefined && segment?.fits(frame.byteLength) === true && segment.append(frame)
      })
      segment?.seal()
      if (whole) return segment
      segment?.settle(items.length)
      return undefined
    },
  }
}

class OpenSegment implements JournalSegment {
  readonly #options: JournalOptions
  readonly #claim: ClaimedSegment
  #descriptor: number | undefined
  #room: number
  #bytes = SEGMENT_MAGIC.byteLength
  #left = 0
  #settled = false
  #tried = false

  constructor(options: JournalOptions, id: string, room: number) {
    const { directory, owner, now, write } = options
    const name = { id, settled: 0, owner }
    this.#options = options
    this.#room = room - SEGMENT_MAGIC.byteLength
    const path = join(directory, toSegmentFile(name))
    const descriptor = openWithMagic(path, write)
    this.#descriptor = descriptor
    this.#claim = createClaimedSegment({
      directory,
      name,
      items: [],
      heldBefore: 0,
      triedBefore: false,
      setAside: undefined,
      now,
      onFault: options.onFault,
      onRelease: (left) => options.onRelease(id, left, this.#tried),
    })
  }

  /** Whether the segment is still open and has room for this many bytes. */
  takes(bytes: number): boolean {
    const isEmpty = this.#bytes === SEGMENT_MAGIC.byteLength
    return this.fits(bytes) && (isEmpty || this.#bytes + bytes <= SEGMENT_BYTES)
  }

  fits(bytes: number): boolean {
    return this.#descriptor !== undefined && bytes <= this.#room
  }

  append(frame: Uint8Array): boolean {
    if (this.#descriptor === undefined) return false
    const error = appendFrame(this.#descriptor, { bytes: frame, end: this.#bytes }, this.#options.write)
    if (error !== undefined) {
      this.#options.onFault(error)
      return false
    }
    this.#bytes += frame.byteLength
    this.#room -= frame.byteLength
    this.#left += 1
    return true
  }

  /** Takes no more items. */
  seal(): void {
    if (this.#descriptor === undefined) return
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    attempt(this.#options, () => closeSync(descriptor))
    this.#removeWhenSettled()
  }

  touch(): boolean {
    return this.#settled || this.#claim.touch()
  }

  settle(count: number): void {
    this.#left = Math.max(0, this.#left - count)
    if (this.#left === 0) this.seal()
    else if (!this.#settled) this.#claim.advance(count)
    this.#removeWhenSettled()
  }

  release(tried: boolean): void {
    this.#tried = tried
    this.seal()
    if (this.#settled) return
    this.#settled = true
    this.#claim.release(this.#left)
  }

  #removeWhenSettled(): void {
    if (this.#left > 0 || this.#settled || this.#descriptor !== undefined) return
    this.#settled = true
    this.#claim.finish()
  }
}

function openWithMagic(path: string, write: WriteBytes): number {
  const descriptor = openPrivateFile(path)
  const error = appendFrame(descriptor, { bytes: SEGMENT_MAGIC, end: 0 }, write)
  if (error === undefined) return descriptor
  closeSync(descriptor)
  unlinkSync(path)
  throw new Error('the segment cannot be started', { cause: error })
}

function attempt<Result>({ onFault }: JournalOptions, action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    onFault(error)
    return undefined
  }
}
