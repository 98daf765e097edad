import { verifyLedger, type LedgerHead, type LedgerVerification } from '@aos/guardian'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../terminal/cli-error.ts'
import { readJson } from './read-file.ts'
import { noKey, type Finding, type Trust } from './verify-part.ts'

const BESIDE = /\.(?:head(?:\.new)?|torn|lock|\d{12})$/
const FIRST_BYTES = 256
// the first line as the ledger writes it, or that of the file beside it
const SEALED = /^\{"(?:seq":\d+,"at":\d+,"prev":"|head":1,"ledger":")/

/**
 * The path of the audit ledger that a file belongs to, and undefined where it belongs to none: a ledger is several files,
 * and the one that is named may be any of them, or the one that is missing.
 */
export function ledgerOf(path: string): string | undefined {
  const base = path.replace(BESIDE, '')
  if (existsSync(`${base}.head`)) return base
  return existsSync(path) && SEALED.test(beginningOf(path)) ? base : undefined
}

/** What was found out about a ledger, and where its first broken entry is. */
export interface LedgerFinding extends Finding {
  readonly file: string
  readonly line?: number
  readonly kind: 'audit ledger'
}

/** Verifies all files of a ledger: every seal, and that each entry follows the one before. */
export async function verifyLedgerAt(path: string, trust: Trust): Promise<LedgerFinding> {
  const { key, secret, checkpoint } = trust
  if (key === undefined && secret === undefined) throw noKey('An audit ledger', '--key or --secret')
  const details = await verifyLedger(path, {
    ...(secret === undefined ? { publicKey: key } : { key: secret }),
    checkpoint,
  })
  return { ...placeOf(path, details), kind: 'audit ledger', ...findingOf(details), details }
}

function placeOf(
  path: string,
  details: LedgerVerification,
): { readonly file: string; readonly line?: number } {
  if (details.ok || details.file === undefined) return { file: path }
  const file = details.file === basename(path) ? path : join(dirname(path), details.file)
  return details.line === undefined || details.line === 0 ? { file } : { file, line: details.line }
}

function findingOf(details: LedgerVerification): Omit<Finding, 'details'> {
  if (details.ok) {
    const files = details.files === 1 ? '' : ` in ${details.files} files`
    const why = `${details.entries} entries${files}, each sealed with the key and following the one before; the last is ${details.head.last}`
    return { status: 'verified', why }
  }
  const { code, problem, entries } = details
  // a key of another kind fits no seal at all
  const doubt = code === 'head_changed' && entries === 0 ? ', or the key is not that of this ledger' : ''
  return { status: 'refused', why: `${code}: ${problem}${doubt}; ${entries} entries before it are whole` }
}

/** Reads where a ledger ended once: what `head()` has given, or a copy of the file beside it. */
export async function readCheckpoint(path: string): Promise<LedgerHead> {
  const given = await readJson(path)
  const { ledger, seq, last } = { ...(typeof given === 'object' ? given : {}) } as Readonly<
    Record<string, unknown>
  >
  if (typeof ledger === 'string' && Number.isSafeInteger(seq) && typeof last === 'string')
    return { ledger, seq: Number(seq), last }
  throw new CliError({
    message: `${path} does not say where a ledger ended`,
    fix: 'Give a copy of its .head file, or what ledger.head() has given: { "ledger": …, "seq": …, "last": … }.',
  })
}

function beginningOf(path: string): string {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const bytes = Buffer.alloc(FIRST_BYTES)
    return bytes.toString('latin1', 0, readSync(file, bytes))
  } catch {
    // why it cannot be read is told by whoever reads it whole
    return ''
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
