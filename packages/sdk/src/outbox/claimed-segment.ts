import { renameSync, unlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { SpooledItem } from './segment-format.ts'
import { toSegmentFile } from './spool-lock.ts'
import type { SegmentName } from './spool-lock.ts'

/** A segment that this process alone may deliver, until it is finished or released. */
export interface ClaimedSegment {
  /** Its items that nobody has settled, oldest first. */
  readonly items: readonly SpooledItem[]
  /** How many items of it this process already accounts for. */
  readonly heldBefore: number
  /** Whether this process has tried to deliver them and failed. */
  readonly triedBefore: boolean
  /** Renews the claim before a delivery; false when another process has taken the segment over. */
  touch(): boolean
  /** Records that the next items are settled, one by default; false when another process has taken the segment over. */
  advance(count?: number): boolean
  /** Removes the file, or sets it aside when a part of it was damaged. */
  finish(): void
  /** Gives what is not settled, this many items, back to whoever comes next. */
  release(left: number): void
}

/** What {@link createClaimedSegment} needs. */
export interface ClaimedSegmentOptions {
  readonly directory: string
  readonly name: SegmentName
  readonly items: readonly SpooledItem[]
  readonly heldBefore: number
  readonly triedBefore: boolean
  /** File name to keep a damaged segment under. */
  readonly setAside: string | undefined
  readonly now: () => number
  readonly onFault: (error: unknown) => void
  readonly onRelease: (left: number) => void
}

/** Creates the handle of a segment whose file carries this process's claim in its name. */
export function createClaimedSegment(options: ClaimedSegmentOptions): ClaimedSegment {
  const { directory, items, heldBefore, triedBefore } = options
  let name = options.name
  const path = (segment: SegmentName): string => join(directory, toSegmentFile(segment))
  const isOurs = (change: () => void): boolean => {
    try {
      change()
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      options.onFault(error)
      return true
    }
  }
  const rename = (next: SegmentName): boolean =>
    isOurs(() => {
      renameSync(path(name), path(next))
      name = next
    })
  return {
    items,
    heldBefore,
    triedBefore,
    touch: () =>
      isOurs(() => {
        const seconds = options.now() / 1000
        utimesSync(path(name), seconds, seconds)
      }),
    advance: (count = 1) => rename({ ...name, settled: name.settled + count }),
    finish() {
      const { setAside } = options
      isOurs(() =>
        setAside === undefined ? unlinkSync(path(name)) : renameSync(path(name), join(directory, setAside)),
      )
    },
    release(left) {
      if (rename({ ...name, owner: undefined })) options.onRelease(left)
    },
  }
}
