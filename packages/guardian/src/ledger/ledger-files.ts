import { AosError } from '@aos/sdk'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A file of a ledger; the first has the ledger's own name, the later ones the number of their first entry behind it. */
export interface LedgerFile {
  readonly path: string
  readonly firstSeq: number
}

const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700
const OTHERS_MAY_WRITE = 0o002
// absent on Windows
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const NO_BLOCK = constants.O_NONBLOCK ?? 0

/** Name of the file that starts with an entry. */
export function ledgerFile(path: string, firstSeq: number): LedgerFile {
  return { path: firstSeq === 1 ? path : `${path}.${String(firstSeq).padStart(12, '0')}`, firstSeq }
}

/** Name of the file that says up to where a ledger has come. */
export function headPath(path: string): string {
  return `${path}.head`
}

/** Name of the file to which lines go that were begun and not finished. */
export function tornPath(path: string): string {
  return `${path}.torn`
}

/** Lists the files of a ledger in the order of their entries; none where the folder is not there. */
export function listLedgerFiles(path: string): readonly LedgerFile[] {
  const name = basename(path)
  const numbers: number[] = []
  for (const file of namesIn(dirname(path))) {
    if (file === name) numbers.push(1)
    else if (file.startsWith(`${name}.`) && /^\d{12}$/.test(file.slice(name.length + 1)))
      numbers.push(Number(file.slice(name.length + 1)))
  }
  return numbers.toSorted((a, b) => a - b).map((firstSeq) => ledgerFile(path, firstSeq))
}

/** Creates the folder of a ledger for this user alone; throws where everybody may write to the one that is there. */
export function prepareFolder(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const stats = statSync(folder)
  if (process.getuid !== undefined && (stats.mode & OTHERS_MAY_WRITE) !== 0)
    throw ledgerError(path, {
      why: 'every user can write to its folder',
      fix: 'Use a folder that belongs to this user alone.',
    })
}

/** Opens a file of this user to write to, created if need be, without following a link; throws `invalid_ledger`. */
export function openPrivate(path: string): number {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW | NO_BLOCK, PRIVATE_FILE)
  try {
    const stats = fstatSync(descriptor)
    const user = process.getuid?.()
    if (!stats.isFile() || (user !== undefined && stats.uid !== user))
      throw ledgerError(path, { why: 'it is no regular file of this user', fix: 'Use another path.' })
    if (user !== undefined && (stats.mode & 0o777) !== PRIVATE_FILE) fchmodSync(descriptor, PRIVATE_FILE)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Reads a small file, `undefined` where there is none. */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Puts a text in place of a file: there is always all of the old one or all of the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.new`, 'w', PRIVATE_FILE)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
}

/** Does what {@link replaceFile} does, at once and for good. */
export function replaceFileSync(path: string, text: string): void {
  const descriptor = openSync(`${path}.new`, 'w', PRIVATE_FILE)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(`${path}.new`, path)
  syncFolder(path)
}

/** Makes what happened to names in the folder of a file last. */
export function syncFolder(path: string): void {
  // Windows has no such thing
  if (process.platform === 'win32') return
  const descriptor = openSync(join(dirname(path), '.'), 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Whether an error says that a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Why a ledger cannot be used. */
export interface LedgerFault {
  readonly why: string
  readonly fix: string
  readonly cause?: unknown
}

/** Makes an `invalid_ledger`. */
export function ledgerError(path: string, { why, fix, cause }: LedgerFault): AosError {
  return new AosError({
    code: 'invalid_ledger',
    message: `The audit ledger ${path} cannot be used: ${why}`,
    fix,
    cause,
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
