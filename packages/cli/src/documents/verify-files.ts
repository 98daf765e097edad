import { verifyExport } from '@aos/records/evidence'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readSealSecret } from '../keys/read-key.ts'
import { readPublicKey } from '../keys/signing-keys.ts'
import { toldError } from '../terminal/cli-error.ts'
import type { Answer, Context, Tone } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/counted.ts'
import { visible } from '../terminal/visible.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readText } from './read-file.ts'
import { partsOf } from './recognise.ts'
import { ledgerOf, readCheckpoint, verifyLedgerAt } from './verify-ledger-file.ts'
import { verifyPart, type Finding, type Status, type Trust } from './verify-part.ts'

/** What `aos verify` is told by its options. */
export interface VerifyRequest {
  readonly key?: string
  readonly issuer?: string
  readonly signature?: string
  readonly secret?: string
  readonly checkpoint?: string
}

interface Verified extends Finding {
  readonly file: string
  readonly line?: number
  readonly kind: string
}

interface Unread {
  readonly file: string
  readonly error: string
}

/** Verifies files and folders, and says of each document what is proved, and why not. */
export async function verifyFiles(
  paths: readonly string[],
  request: VerifyRequest,
  { terminal, paint, progress }: Context,
): Promise<Answer> {
  const trust = await trustOf(request, terminal.env)
  const verified: Verified[] = []
  const unread: Unread[] = []
  const files = paths.flatMap(filesOf)
  for (const [at, { path, what }] of files.entries()) {
    progress(`${at} of ${counted(files.length, 'file')} verified`)
    if (what === 'export') verified.push(await verifyFolder(path, trust))
    else if (what === 'ledger') verified.push(await verifyLedgerAt(path, trust))
    else if (what === 'nothing')
      verified.push({ file: path, kind: 'folder', status: 'refused', why: 'it holds nothing to verify' })
    else {
      const text = await readText(path).catch((error: unknown) => toldError(error))
      if (typeof text === 'string') verified.push(...(await verifyText(path, text, trust)))
      else unread.push({ file: path, error: text.message })
    }
  }
  const isSound = verified.every(({ status }) => status !== 'refused') && verified.length > 0
  const lines = [
    ...verified.map((one) => lineOf(one, paint)),
    ...unread.map(({ error }) => `${visible(error)}  ${paint('bad', 'not checked')}`),
  ]
  return {
    exitCode: unread.length > 0 ? EXIT.failed : isSound ? EXIT.ok : EXIT.found,
    json: { ok: isSound && unread.length === 0, documents: verified, unread },
    text: lines.join('\n'),
  }
}

async function trustOf(request: VerifyRequest, env: Terminal['env']): Promise<Trust> {
  const { key, secret, checkpoint, issuer, signature } = request
  return {
    key: key === undefined ? undefined : await readPublicKey(key, env),
    secret: secret === undefined ? undefined : await readSealSecret(secret, env),
    checkpoint: checkpoint === undefined ? undefined : await readCheckpoint(checkpoint),
    issuer,
    signature,
  }
}

interface Path {
  readonly path: string
  readonly what: 'file' | 'export' | 'ledger' | 'nothing'
}

const MANIFEST = 'manifest.json'

/** A folder with a manifest is one export; of another one, each file is looked at, without those below it. */
function filesOf(path: string): readonly Path[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [fileOf(path)]
  if (existsSync(join(path, MANIFEST))) return [{ path, what: 'export' }]
  const names = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .toSorted()
  if (names.length === 0) return [{ path, what: 'nothing' }]
  const known = new Set(names)
  // a detached signature is read with the file that it signs
  const own = names.filter((name) => !(name.endsWith('.jws') && known.has(name.slice(0, -'.jws'.length))))
  const files = own.map((name) => fileOf(join(path, name)))
  // the files of a ledger are verified together
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

function fileOf(path: string): Path {
  const ledger = ledgerOf(path)
  return ledger === undefined ? { path, what: 'file' } : { path: ledger, what: 'ledger' }
}

async function verifyText(file: string, text: string, trust: Trust): Promise<readonly Verified[]> {
  const verified: Verified[] = []
  for (const part of partsOf(text)) {
    if (part.kind === 'evidence manifest' && basename(file) === MANIFEST)
      verified.push(await verifyFolder(dirname(file), trust))
    else {
      const at = part.line === undefined ? {} : { line: part.line }
      verified.push({ file, ...at, kind: part.kind, ...(await verifyPart(part, file, trust)) })
    }
  }
  return verified
}

async function verifyFolder(folder: string, { key }: Trust): Promise<Verified> {
  const details = await verifyExport(folder, { publicKey: key })
  const wrong = [
    ...details.files.filter(({ status }) => status !== 'ok' && status !== 'unproven'),
    ...(key === undefined ? [] : details.files.filter(({ status }) => status === 'unproven')),
  ].map(({ path, status, why }) => `${path} is ${status}: ${why}`)
  const isProved = details.signature === 'valid'
  const isRefused = !details.ok || (key !== undefined && (!isProved || wrong.length > 0))
  const told = { file: folder, kind: 'evidence export', details }
  if (isRefused) {
    const issues = details.issues.map(({ path, message }) => `${MANIFEST}${path} ${message}`)
    const signature = isProved || key === undefined ? [] : [`its signature is ${details.signature}`]
    return { ...told, status: 'refused', why: [...signature, ...wrong, ...issues].join('; ') }
  }
  const count = `${counted(details.files.length, 'file')} as exported`
  return isProved
    ? { ...told, status: 'verified', why: `${count}, signed by the key` }
    : {
        ...told,
        status: 'unproven',
        why: `${count}, by the hashes of a manifest that is ${details.signature}`,
      }
}

const TONES: Readonly<Record<Status, Tone>> = { verified: 'good', unproven: 'doubtful', refused: 'bad' }

function lineOf({ file, line, kind, status, why }: Verified, paint: Context['paint']): string {
  const place = line === undefined ? file : `${file}:${line}`
  return `${visible(place)}  ${kind}  ${paint(TONES[status], status)}: ${visible(why)}`
}
