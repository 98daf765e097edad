import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds a segment: one outbox in one process, started at one moment, in one place where process ids mean the same. */
export interface SegmentOwner {
  readonly place: string
  readonly pid: number
  /** Start time as the kernel tells it, or `0` where it does not. */
  readonly startTime: string
  readonly instance: string
}

/** A segment's file name, taken apart; renaming the file is what claims, advances or frees it. */
export interface SegmentName {
  /** Sortable and unique; stays the same for the life of the segment. */
  readonly id: string
  /** Leading items that are settled already. */
  readonly settled: number
  readonly owner: SegmentOwner | undefined
}

/** Time without a touch after which a segment is taken over from an owner whose life can not be checked. */
export const OWNER_LEASE_MS = 900_000

const FREE = 'free'
const OWNER = /^([0-9a-f]+)-(\d+)-(\d+)-([0-9a-f]+)$/
const SEGMENT_FILE = /^(\d{15}-[0-9a-z]+-[0-9a-f]+)\.(\d+)\.([0-9a-z-]+)\.seg$/

/** Creates the owner token of a new outbox in this process. */
export function createSegmentOwner(): SegmentOwner {
  return {
    place: currentPlace(),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    instance: randomBytes(4).toString('hex'),
  }
}

/** Creates the id of a new segment; ids of later segments sort after it. */
export function createSegmentId(nowMs: number, sequence: number): string {
  const time = String(Math.max(0, Math.trunc(nowMs))).padStart(15, '0')
  return `${time}-${sequence.toString(36).padStart(6, '0')}-${randomBytes(4).toString('hex')}`
}

/** Renders a segment's file name. */
export function toSegmentFile({ id, settled, owner }: SegmentName): string {
  return `${id}.${settled}.${owner === undefined ? FREE : toOwnerText(owner)}.seg`
}

/** Reads a segment's file name; `undefined` for any other file. */
export function fromSegmentFile(file: string): SegmentName | undefined {
  const [, id, settled, holder] = SEGMENT_FILE.exec(file) ?? []
  if (id === undefined || settled === undefined || holder === undefined) return undefined
  if (holder === FREE) return { id, settled: Number(settled), owner: undefined }
  const owner = fromOwnerText(holder)
  return owner === undefined ? undefined : { id, settled: Number(settled), owner }
}

/** Renders an owner as a part of a file name. */
export function toOwnerText({ place, pid, startTime, instance }: SegmentOwner): string {
  return `${place}-${pid}-${startTime}-${instance}`
}

/** Reads an owner from its part of a file name; `undefined` for anything else. */
export function fromOwnerText(text: string): SegmentOwner | undefined {
  const [, place, pid, startTime, instance] = OWNER.exec(text) ?? []
  if (place === undefined || startTime === undefined || instance === undefined) return undefined
  return { place, pid: Number(pid), startTime, instance }
}

/** Whether an owner must be taken to be alive, given how long ago it last touched its segment and how long that may be. */
export function isOwnerAlive(
  owner: SegmentOwner,
  untouchedMs: number,
  leaseMs: number = OWNER_LEASE_MS,
): boolean {
  const leased = untouchedMs < leaseMs
  if (owner.place !== currentPlace()) return leased
  if (!processExists(owner.pid)) return false
  const startTime = startTimeOf(owner.pid)
  if (startTime !== owner.startTime) return false
  return startTime !== '0' || leased
}

let place: string | undefined

function currentPlace(): string {
  place ??= createHash('sha256')
    .update([hostname(), bootId(), pidNamespace()].join('\n'))
    .digest('hex')
    .slice(0, 12)
  return place
}

function bootId(): string {
  return orElse(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), '')
}

function pidNamespace(): string {
  return orElse(() => readlinkSync('/proc/self/ns/pid'), '')
}

function startTimeOf(pid: number): string {
  return orElse(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the command name, second field, may itself hold blanks and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // a zombie has ended, whoever still has to collect it
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '0')
  }, '0')
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function orElse(read: () => string, fallback: string): string {
  try {
    return read()
  } catch {
    return fallback
  }
}
