import { canonicalJson, keyThumbprint, verifyDetached, type KeyInput } from '@agent-run/types'
import type { EvidencePack, ExportFile, ExportManifest } from '../../generated/agent-evidence-types.ts'
import type { EvidenceIssue } from '../validate/issue.ts'
import { parseEvidencePack } from '../validate/parse-pack.ts'
import { isSafePath, validateExportManifest } from '../validate/validate-documents.ts'
import { MANIFEST_FILE, SIGNATURE_FILE } from './create-export.ts'
import { digestOf } from './export-files.ts'
import { filesOf, type ReadFile, type VerifiableExport } from './read-export.ts'

/** What became of one file since the export. */
export interface FileVerification {
  readonly path: string
  /** `unproven`: nothing shows that it is the exported one, and nothing that it is not. */
  readonly status: 'ok' | 'changed' | 'missing' | 'extra' | 'unproven'
  readonly why: string
}

/** Whether an export is as it was made. */
export interface ExportVerification {
  /** Whether every file is the exported one, none is missing or too many, and the signature, where one is asked for, fits. */
  readonly ok: boolean
  /**
   * `valid`: by the owner of the given key. `unsigned` and `unchecked` (no key was given): the hashes show accidents, not
   * intent.
   */
  readonly signature: 'valid' | 'invalid' | 'missing' | 'other_key' | 'unsigned' | 'unchecked'
  readonly files: readonly FileVerification[]
  /** What is wrong with the manifest itself. */
  readonly issues: readonly EvidenceIssue[]
}

/**
 * Checks an export, a folder or its files, with nothing but these and a public key: file by file, with the reason.
 * Reading no file is never an error: what cannot be read is told. Throws `invalid_key` for a key that is none.
 */
export async function verifyExport(
  source: VerifiableExport,
  { publicKey }: { readonly publicKey?: KeyInput | undefined } = {},
): Promise<ExportVerification> {
  const files = await filesOf(source)
  const manifestFile = files.get(MANIFEST_FILE)
  const parsed = manifestOf(manifestFile)
  if ('why' in parsed) {
    const status = manifestFile === undefined ? 'missing' : 'changed'
    return {
      ok: false,
      signature: publicKey === undefined ? 'unchecked' : 'invalid',
      files: [
        { path: MANIFEST_FILE, status, why: parsed.why },
        ...others(files).map((path) => unproven(path, 'the manifest cannot be read')),
      ],
      issues: parsed.issues,
    }
  }
  const { manifest, text } = parsed
  const checks = manifest.files.map((file) => checkFile(file, files.get(file.path)))
  const signed = checkSignature(manifest, { text, jws: files.get(SIGNATURE_FILE), publicKey })
  const known = new Set([...manifest.files.map(({ path }) => path), MANIFEST_FILE])
  if (signed.files.some(({ path }) => path === SIGNATURE_FILE)) known.add(SIGNATURE_FILE)
  const extra = [...files.keys()].filter((path) => !known.has(path))
  const all: readonly FileVerification[] = [
    ...signed.files,
    ...checks,
    ...extra.map((path): FileVerification => ({
      path,
      status: 'extra',
      why: 'the manifest does not list it',
    })),
  ]
  const pack = packIn(manifest, files)
  const { issues, valid } = validateExportManifest(manifest, { pack })
  return {
    ok:
      valid &&
      SOUND.has(signed.signature) &&
      all.every(({ status }) => status === 'ok' || status === 'unproven'),
    signature: signed.signature,
    files: all,
    issues,
  }
}

const SOUND: ReadonlySet<string> = new Set(['valid', 'unsigned', 'unchecked'])

type ParsedManifest =
  | { readonly manifest: ExportManifest; readonly text: string }
  | { readonly why: string; readonly issues: readonly EvidenceIssue[] }

function manifestOf(file: ReadFile | undefined): ParsedManifest {
  if (file === undefined) return { why: 'there is none', issues: [] }
  if ('problem' in file) return { why: file.problem, issues: [] }
  const text = textOf(file.bytes)
  const value = text === undefined ? undefined : parsedJson(text)
  if (text === undefined || value === undefined) return { why: 'it is no JSON', issues: [] }
  // an export is written in one form only, so that another one is no export of ours or was changed
  const { issues } = validateExportManifest(value)
  const [malformed] = issues.filter(({ code }) => code === 'schema.invalid')
  if (malformed !== undefined) return { why: `${malformed.path} ${malformed.message}`, issues }
  return { manifest: value as ExportManifest, text }
}

function checkFile({ path, hash, size }: ExportFile, file: ReadFile | undefined): FileVerification {
  if (!isSafePath(path)) return { path, status: 'missing', why: 'its path leads out of the export' }
  if (file === undefined) return { path, status: 'missing', why: 'it is not there' }
  if ('problem' in file) return { path, status: 'changed', why: file.problem }
  if (hash === undefined) return unproven(path, 'the manifest has no hash of it')
  const found = digestOf(file.bytes)
  if (found !== hash)
    return { path, status: 'changed', why: `its hash is ${found}, the manifest says ${hash}` }
  if (size !== undefined && size !== file.bytes.byteLength)
    return {
      path,
      status: 'changed',
      why: `it has ${file.bytes.byteLength} bytes, the manifest says ${size}`,
    }
  return { path, status: 'ok', why: 'its hash is the one in the manifest' }
}

interface Signed {
  readonly text: string
  readonly jws: ReadFile | undefined
  readonly publicKey: KeyInput | undefined
}

type SignatureCheck = Pick<ExportVerification, 'signature' | 'files'>

function checkSignature(manifest: ExportManifest, { text, jws, publicKey }: Signed): SignatureCheck {
  const isPromised = (manifest.signatures ?? []).length > 0
  const own = isCanonical(text)
    ? unproven(MANIFEST_FILE, 'no signature was checked')
    : ({
        path: MANIFEST_FILE,
        status: 'changed',
        why: 'it is not in the form in which it was written',
      } as const)
  if (jws === undefined && !isPromised)
    return publicKey === undefined
      ? { signature: 'unsigned', files: [own] }
      : { signature: 'missing', files: [own] }
  const at = (status: FileVerification['status'], why: string): FileVerification => ({
    path: SIGNATURE_FILE,
    status,
    why,
  })
  if (jws === undefined) return { signature: 'missing', files: [own, at('missing', 'the manifest names it')] }
  if ('problem' in jws) return { signature: 'invalid', files: [own, at('changed', jws.problem)] }
  if (publicKey === undefined)
    return { signature: 'unchecked', files: [own, at('unproven', 'no public key was given')] }
  return withKey(manifest, { text, jws: textOf(jws.bytes) ?? '', publicKey, own })
}

interface Keyed {
  readonly text: string
  readonly jws: string
  readonly publicKey: KeyInput
  readonly own: FileVerification
}

function withKey(manifest: ExportManifest, { text, jws, publicKey, own }: Keyed): SignatureCheck {
  const at = (status: FileVerification['status'], why: string): FileVerification => ({
    path: SIGNATURE_FILE,
    status,
    why,
  })
  const kid = keyThumbprint(publicKey)
  if (verifyDetached(text, jws, publicKey)) {
    const why = `the signature of ${kid} fits`
    return { signature: 'valid', files: [{ path: MANIFEST_FILE, status: 'ok', why }, at('ok', why)] }
  }
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url')
  const named = (manifest.signatures ?? []).map((signature) => signature['kid'])
  const form = /^[\w-]+\.\.[\w-]{86}$/.test(jws)
  if (form && !jws.startsWith(`${header}.`) && !named.includes(kid)) {
    const why = `it is by another key, ${named.map(String).join(', ')}`
    return { signature: 'other_key', files: [own, at('unproven', why)] }
  }
  if (!form || !jws.startsWith(`${header}.`))
    return { signature: 'invalid', files: [own, at('changed', `it is no signature of ${kid}`)] }
  if (own.status === 'changed')
    return { signature: 'invalid', files: [own, at('unproven', 'the manifest was changed')] }
  const why = 'the signature does not fit: manifest.json or manifest.jws was changed'
  return {
    signature: 'invalid',
    files: [{ path: MANIFEST_FILE, status: 'changed', why }, at('changed', why)],
  }
}

function unproven(path: string, why: string): FileVerification {
  return { path, status: 'unproven', why }
}

function others(files: ReadonlyMap<string, ReadFile>): readonly string[] {
  return [...files.keys()].filter((path) => path !== MANIFEST_FILE)
}

function packIn(
  { files: listed }: ExportManifest,
  files: ReadonlyMap<string, ReadFile>,
): EvidencePack | undefined {
  const path = listed.find(({ role }) => role === 'pack')?.path
  const file = path === undefined ? undefined : files.get(path)
  if (file === undefined || 'problem' in file) return undefined
  const text = textOf(file.bytes)
  const value = text === undefined ? undefined : parsedJson(text)
  const parsed = parseEvidencePack(value)
  return parsed.ok ? parsed.pack : undefined
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // bytes that are no UTF-8 are no text of an export
    return undefined
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isCanonical(text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === text
  } catch {
    return false
  }
}
