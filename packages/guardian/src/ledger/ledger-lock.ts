import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isMissing, ledgerError, readIfThere } from './ledger-files.ts'

/** The right to write to a ledger. */
export interface LedgerLock {
  /** Whether nobody has taken it over. */
  isHeld(): boolean
  release(): void
}

/** Time without a touch after which a lock is taken over from a writer whose life cannot be checked from here. */
export const LOCK_LEASE_MS = 300_000

const TOUCH_MS = 60_000

/** Takes the lock of a ledger, also from a writer that has ended; throws `invalid_ledger` while another one writes. */
export function lockLedger(path: string, now: () => number = Date.now): LedgerLock {
  const lock = `${path}.lock`
  const own = JSON.stringify({
    place: currentPlace(),
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    id: randomBytes(8).toString('hex'),
  })
  if (!create(lock, own)) takeOver(path, own, now)
  const timer = setInterval(() => touch(lock, own, now), TOUCH_MS).unref()
  return {
    isHeld: () => holds(lock, own),
    release: () => {
      clearInterval(timer)
      if (holds(lock, own)) remove(lock)
    },
  }
}

// two that find the same dead writer: only one of them may put its own lock in the place of that one's
function takeOver(path: string, own: string, now: () => number): void {
  const lock = `${path}.lock`
  const turn = `${lock}.turn`
  if (!create(turn, own))
    throw ledgerError(path, { why: 'another process is taking it over', fix: `Delete ${turn} if none is.` })
  try {
    if (isAlive(lock, now))
      throw ledgerError(path, {
        why: 'another writer has it open',
        fix: `Give each process a path of its own; if no process has it, delete ${lock}.`,
      })
    remove(lock)
    if (!create(lock, own))
      throw ledgerError(path, {
        why: 'another writer was faster',
        fix: 'Give each process a path of its own.',
      })
  } finally {
    remove(turn)
  }
}

function isAlive(lock: string, now: () => number): boolean {
  const content = readIfThere(lock)
  if (content === undefined) return false
  const untouchedMs = now() - statSync(lock).mtimeMs
  const owner = ownerOf(content.toString())
  if (owner === undefined || owner.place !== currentPlace()) return untouchedMs < LOCK_LEASE_MS
  return processExists(owner.pid) && startTimeOf(owner.pid) === owner.startTime
}

interface LockOwner {
  readonly place: unknown
  readonly pid: number
  readonly startTime: unknown
}

function ownerOf(content: string): LockOwner | undefined {
  try {
    const owner: unknown = JSON.parse(content)
    if (typeof owner !== 'object' || owner === null) return undefined
    const { place, pid, startTime } = { place: undefined, pid: undefined, startTime: undefined, ...owner }
    return typeof pid === 'number' ? { place, pid, startTime } : undefined
  } catch {
    return undefined
  }
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function holds(lock: string, own: string): boolean {
  return readIfThere(lock)?.toString() === own
}

function touch(lock: string, own: string, now: () => number): void {
  const seconds = now() / 1000
  orElse(() => {
    if (holds(lock, own)) utimesSync(lock, seconds, seconds)
    return ''
  }, '')
}

let place: string | undefined

// where process ids mean the same
function currentPlace(): string {
  place ??= createHash('sha256')
    .update(
      [
        hostname(),
        orElse(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), ''),
        orElse(() => readlinkSync('/proc/self/ns/pid'), ''),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 16)
  return place
}

function startTimeOf(pid: number): string {
  return orElse(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the command name, second field, may itself hold blanks and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
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
