import { existsSync, renameSync, unlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { OutboxIncident } from './accounting.ts'
import { createClaimedSegment } from './claimed-segment.ts'
import type { ClaimedSegment } from './claimed-segment.ts'
import { decodeSegment, encodeRecord, SEGMENT_MAGIC } from './segment-format.ts'
import type { DecodedSegment, SpooledItem } from './segment-format.ts'
import { assertPrivateDirectory } from './spool-directory.ts'
import { createJournal } from './spool-journal.ts'
import type { Journal } from './spool-journal.ts'
import { listFiles, readPrivateFile, writeBytes, writeFrames } from './spool-files.ts'
import type { SpoolFile, WriteBytes } from './spool-files.ts'
import {
  createSegmentId,
  createSegmentOwner,
  fromSegmentFile,
  isOwnerAlive,
  toSegmentFile,
} from './spool-lock.ts'
import type { SegmentName } from './spool-lock.ts'

/** What {@link createSpool} needs. */
export interface SpoolOptions {
  readonly directory: string
  readonly maxSpoolBytes: number
  /** Age after which damaged files that were set aside are removed. */
  readonly maxSpoolAgeMs: number
  readonly now: () => number
  readonly report: (incident: OutboxIncident) => void
  readonly write?: WriteBytes
}

/** The disk side of an outbox; nothing here throws, losses and faults are reported. */
export interface Spool {
  /** Writes items synchronously and returns how many are on disk now; the others are reported as dropped, and handed out. */
  write(items: readonly SpooledItem[], onLost?: OnLost): number
  /** Writes an item that is on disk already once more; false when there is no room for it. */
  rewrite(item: SpooledItem): boolean
  /** Takes over the oldest segment whose owner is gone. */
  claim(): ClaimedSegment | undefined
  /** Whether items that this spool wrote or gave back may still be on disk. */
  holdsItems(): boolean
  /** Keeps items on disk while they wait in memory. */
  readonly journal: Journal
}

interface Held {
  readonly count: number
  readonly tried: boolean
}

/** Hears of items that could not be written. */
export type OnLost = (items: readonly SpooledItem[]) => void

type OnLoss = (reason: string, items: readonly SpooledItem[]) => void

interface Framed {
  readonly item: SpooledItem
  readonly frame: Uint8Array
}

const SEGMENT_BYTES = 4 * 1024 * 1024
const SET_ASIDE = '.bad'

/** Creates the spool of one outbox; the folder is made at the first write. */
export function createSpool(options: SpoolOptions): Spool {
  return new FolderSpool(options)
}

/** Creates the spool of an outbox that keeps nothing on disk: what it is given is reported as dropped. */
export function createNoSpool(report: SpoolOptions['report']): Spool {
  return {
    write(items, onLost) {
      if (items.length > 0) report({ kind: 'dropped', reason: 'no_spool', count: items.length })
      onLost?.(items)
      return 0
    },
    rewrite: () => false,
    claim: () => undefined,
    holdsItems: () => false,
    journal: { append: () => undefined, write: () => undefined },
  }
}

class FolderSpool implements Spool {
  readonly journal: Journal
  readonly #options: SpoolOptions
  readonly #owner = createSegmentOwner()
  /** Items on disk that this process accounts for, by segment. */
  readonly #held = new Map<string, Held>()
  readonly #unreadable = new Set<string>()
  #sequence = 0

  constructor(options: SpoolOptions) {
    this.#options = options
    const { directory, now, write = writeBytes } = options
    this.journal = createJournal({
      directory,
      owner: this.#owner,
      now,
      write,
      room: () => this.#room(),
      onFault: (error) => this.#fault(error),
      onRelease: (id, count, tried) => this.#held.set(id, { count, tried }),
    })
  }

  write(items: readonly SpooledItem[], onLost?: OnLost): number {
    return this.#write(items, (reason, lost) => {
      this.#options.report({ kind: 'dropped', reason, count: lost.length })
      onLost?.(lost)
    })
  }

  rewrite(item: SpooledItem): boolean {
    // the item stays where it is, so nothing is lost
    return this.#write([item], () => undefined) === 1
  }

  claim(): ClaimedSegment | undefined {
    const { directory } = this.#options
    return this.#attempt(() => {
      if (!existsSync(directory)) return undefined
      assertPrivateDirectory(directory)
      const files = listFiles(directory)
      this.#removeOldSetAside(files)
      const ids = new Set(files.map((file) => fromSegmentFile(file.name)?.id))
      for (const id of this.#held.keys()) if (!ids.has(id)) this.#held.delete(id)
      for (const file of files) {
        const segment = this.#claimFile(file)
        if (segment !== undefined) return segment
      }
      return undefined
    })
  }

  holdsItems(): boolean {
    return this.#held.size > 0
  }

  #write(items: readonly SpooledItem[], onLoss: OnLoss): number {
    if (items.length === 0) return 0
    const room = this.#room()
    if (room === undefined) {
      onLoss('spool_unavailable', items)
      return 0
    }
    const frames = this.#encode(items, room, onLoss)
    let written = 0
    while (written < frames.length) {
      const batch = nextBatch(frames, written)
      const taken = this.#writeSegment(batch.map(({ frame }) => frame))
      written += taken
      if (taken === batch.length) continue
      onLoss(
        'spool_unavailable',
        frames.slice(written).map(({ item }) => item),
      )
      break
    }
    return written
  }

  #room(): number | undefined {
    const { directory, maxSpoolBytes } = this.#options
    return this.#attempt(() => {
      assertPrivateDirectory(directory)
      return maxSpoolBytes - totalBytes(listFiles(directory))
    })
  }

  #encode(items: readonly SpooledItem[], room: number, onLoss: OnLoss): readonly Framed[] {
    const frames: Framed[] = []
    let left = room - SEGMENT_MAGIC.byteLength
    let segmentBytes = 0
    for (const item of items) {
      const frame = this.#attempt(() => encodeRecord(item))
      if (frame === undefined) {
        onLoss('not_serializable', [item])
        continue
      }
      const opensSegment = segmentBytes > 0 && segmentBytes + frame.byteLength > SEGMENT_BYTES
      const needed = frame.byteLength + (opensSegment ? SEGMENT_MAGIC.byteLength : 0)
      if (needed > left) {
        onLoss('spool_full', [item])
        continue
      }
      left -= needed
      segmentBytes = opensSegment ? frame.byteLength : segmentBytes + frame.byteLength
      frames.push({ item, frame })
    }
    return frames
  }

  #writeSegment(frames: readonly Uint8Array[]): number {
    const { directory, now, write = writeBytes } = this.#options
    const id = createSegmentId(now(), (this.#sequence += 1))
    const own = join(directory, toSegmentFile({ id, settled: 0, owner: this.#owner }))
    const result = this.#attempt(() => writeFrames(own, { head: SEGMENT_MAGIC, frames }, write))
    if (result === undefined) return 0
    if (result.error !== undefined) this.#fault(result.error)
    this.#attempt(() => {
      if (result.frames === 0) unlinkSync(own)
      else renameSync(own, join(directory, toSegmentFile({ id, settled: 0, owner: undefined })))
    })
    if (result.frames > 0) this.#held.set(id, { count: result.frames, tried: true })
    return result.frames
  }

  #claimFile(file: SpoolFile): ClaimedSegment | undefined {
    const { directory, now } = this.#options
    const name = fromSegmentFile(file.name)
    if (name === undefined || this.#unreadable.has(name.id) || this.#isHeld(name, file)) return undefined
    const claimed: SegmentName = { ...name, owner: this.#owner }
    const from = join(directory, file.name)
    const path = join(directory, toSegmentFile(claimed))
    try {
      // touched first, so that the claim never looks abandoned
      const seconds = now() / 1000
      utimesSync(from, seconds, seconds)
      renameSync(from, path)
    } catch (error) {
      if (!isMissing(error)) this.#fault(error)
      return undefined
    }
    const content = this.#attempt(() => decodeSegment(readPrivateFile(path, this.#readLimit())))
    if (content !== undefined) return this.#open(claimed, content)
    this.#unreadable.add(name.id)
    this.#attempt(() => renameSync(path, join(directory, toSegmentFile({ ...name, owner: undefined }))))
    return undefined
  }

  #isHeld({ owner }: SegmentName, file: SpoolFile): boolean {
    if (owner === undefined) return false
    return (
      owner.instance === this.#owner.instance || isOwnerAlive(owner, this.#options.now() - file.modifiedAtMs)
    )
  }

  #open(name: SegmentName, content: DecodedSegment): ClaimedSegment {
    const { corrupt, tornBytes } = content
    if (corrupt > 0) this.#options.report({ kind: 'corrupt', reason: 'damaged_record', count: corrupt })
    if (tornBytes > 0) this.#options.report({ kind: 'corrupt', reason: 'torn_tail', count: 1 })
    const { count: heldBefore, tried: triedBefore } = this.#held.get(name.id) ?? { count: 0, tried: false }
    this.#held.delete(name.id)
    return createClaimedSegment({
      directory: this.#options.directory,
      name,
      items: content.items.slice(name.settled),
      heldBefore,
      triedBefore,
      setAside: corrupt > 0 ? `${name.id}${SET_ASIDE}` : undefined,
      now: this.#options.now,
      onFault: (error) => this.#fault(error),
      onRelease: (count) => this.#held.set(name.id, { count, tried: true }),
    })
  }

  #removeOldSetAside(files: readonly SpoolFile[]): void {
    const { directory, maxSpoolAgeMs, now } = this.#options
    for (const { name, modifiedAtMs } of files) {
      if (name.endsWith(SET_ASIDE) && now() - modifiedAtMs > maxSpoolAgeMs)
        this.#attempt(() => unlinkSync(join(directory, name)))
    }
  }

  #readLimit(): number {
    return Math.max(this.#options.maxSpoolBytes, SEGMENT_BYTES)
  }

  #attempt<Result>(action: () => Result): Result | undefined {
    try {
      return action()
    } catch (error) {
      this.#fault(error)
      return undefined
    }
  }

  #fault(cause: unknown): void {
    const code =
      cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown'
    this.#options.report({ kind: 'fault', reason: `spool_${code}`, count: 1, cause })
  }
}

function nextBatch(frames: readonly Framed[], start: number): readonly Framed[] {
  let end = start
  let bytes = 0
  while (end < frames.length) {
    bytes += frames[end]?.frame.byteLength ?? 0
    if (end > start && bytes > SEGMENT_BYTES) break
    end += 1
  }
  return frames.slice(start, end)
}

function totalBytes(files: readonly SpoolFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
