import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, ftruncateSync, readFileSync, writeSync } from 'node:fs'
import type { CheckingKey, SigningKey } from '../signature/signature-key.ts'
import {
  headPath,
  ledgerError,
  ledgerFile,
  listLedgerFiles,
  openPrivate,
  prepareFolder,
  readIfThere,
  replaceFileSync,
  syncFolder,
  tornPath,
  type LedgerFile,
} from './ledger-files.ts'
import { lockLedger, type LedgerLock } from './ledger-lock.ts'
import { readHead, readLine, sealHead, type LedgerHead } from './sealed-line.ts'

/** What seals the lines of a ledger and checks those that are there. */
export interface LedgerKeys {
  readonly signing: SigningKey
  readonly checking: CheckingKey
}

/** A ledger that is open for writing. */
export interface OpenLedger {
  readonly lock: LedgerLock
  readonly head: LedgerHead
  /** Entries up to this one are known to the file of the head. */
  readonly sealedSeq: number
  readonly file: LedgerFile
  readonly descriptor: number
  readonly size: number
  /** Lines that were begun and not finished, now set aside. */
  readonly torn: number
}

const LINE_END = 0x0a

/**
 * Opens a ledger where it ends, or starts a new one. A line that was not finished is set aside; anything else that is
 * not as it was written throws `invalid_ledger`.
 */
export function openLedger(path: string, keys: LedgerKeys, now: () => number): OpenLedger {
  prepareFolder(path)
  const lock = lockLedger(path)
  try {
    const sealed = readIfThere(headPath(path))
    const files = listLedgerFiles(path)
    const file = files.at(-1)
    const isNew = sealed === undefined && (file === undefined || isEmpty(files))
    const head = isNew ? startLedger(path, keys, now()) : sealed && readHead(sealed, keys.checking)
    if (head === undefined)
      throw damaged(path, 'the file that says where it ends is gone, or not sealed with its key')
    const opened = file ?? ledgerFile(path, 1)
    return { lock, sealedSeq: head.seq, ...openAtEnd({ path, file: opened, head }, keys) }
  } catch (error) {
    lock.release()
    throw error
  }
}

function isEmpty(files: readonly LedgerFile[]): boolean {
  return files.length === 1 && readIfThere(files[0]?.path ?? '')?.length === 0
}

function startLedger(path: string, { signing }: LedgerKeys, now: number): LedgerHead {
  const ledger = randomBytes(16).toString('base64url')
  const head = { ledger, seq: 0, last: ledger }
  // before the first line, so that no line is ever without it
  replaceFileSync(headPath(path), sealHead(head, now, signing))
  return head
}

interface LedgerEnd {
  readonly path: string
  readonly file: LedgerFile
  /** As the file of the head says; the lines may have come further. */
  readonly head: LedgerHead
}

function openAtEnd(
  end: LedgerEnd,
  { checking }: LedgerKeys,
): Pick<OpenLedger, 'head' | 'file' | 'descriptor' | 'size' | 'torn'> {
  const { file, path } = end
  const descriptor = openPrivate(file.path)
  try {
    const bytes = readFileSync(descriptor)
    const size = bytes.lastIndexOf(LINE_END) + 1
    const head = lastOf(end, bytes.subarray(0, size), checking)
    if (size < bytes.length) setAside(path, descriptor, { bytes: bytes.subarray(size), size })
    syncFolder(path)
    return { head, file, descriptor, size: fstatSync(descriptor).size, torn: size < bytes.length ? 1 : 0 }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Checks the lines of the last file, and gives the head after the last of them. */
function lastOf({ path, file, head }: LedgerEnd, bytes: Uint8Array, key: CheckingKey): LedgerHead {
  let seq = file.firstSeq - 1
  let last: string | undefined = seq === 0 ? head.ledger : undefined
  let known = seq === head.seq && last === head.last
  for (const line of linesOf(bytes)) {
    const read = readLine(line, key)
    const follows = read !== undefined && read.seq === seq + 1 && (last === undefined || read.prev === last)
    if (!follows) throw damaged(path, `entry ${seq + 1} is not as it was written`)
    if (seq === head.seq) known = read.prev === head.last
    seq = read.seq
    last = read.seal
    if (seq === head.seq) known = last === head.last
  }
  if (last === undefined && seq === head.seq) return head
  if (!known || last === undefined) throw damaged(path, `it does not have entry ${head.seq}, which it had`)
  return { ledger: head.ledger, seq, last }
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0
  for (;;) {
    const end = bytes.indexOf(LINE_END, start)
    if (end === -1) return
    yield bytes.subarray(start, end)
    start = end + 1
  }
}

function setAside(path: string, descriptor: number, torn: { bytes: Uint8Array; size: number }): void {
  const aside = openPrivate(tornPath(path))
  try {
    const line = Buffer.concat([torn.bytes, Buffer.of(LINE_END)])
    writeSync(aside, line, 0, line.length, fstatSync(aside).size)
    fsyncSync(aside)
  } finally {
    closeSync(aside)
  }
  ftruncateSync(descriptor, torn.size)
  fsyncSync(descriptor)
}

function damaged(path: string, why: string): Error {
  return ledgerError(path, {
    why,
    fix: 'Look at what verifyLedger(path, …) says; to go on, keep its files somewhere else and start a new one.',
  })
}
