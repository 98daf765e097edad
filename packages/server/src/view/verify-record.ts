import type { AgentRun, Provenance } from '@agent-run/types'
import { canonicalText } from './canonical-text.ts'
import { member } from './run-facts.ts'

/** One thing that was checked without the server. */
export interface RecordCheck {
  readonly name: 'run_hash' | 'run_id' | 'record_hash' | 'lineage' | 'signature'
  readonly state: 'ok' | 'bad' | 'unknown'
  readonly message: string
}

/** What a browser checks with; absent outside of `https` and this machine. */
export type Subtle = typeof globalThis.crypto.subtle

/**
 * Checks the hashes, the lineage and the signature of a record (agent-run, provenance) with nothing but what it holds,
 * so that nobody needs to believe the server that sent it.
 */
export async function verifyRecord(
  run: AgentRun,
  { subtle, parent }: { readonly subtle: Subtle; readonly parent?: AgentRun | undefined },
): Promise<readonly RecordCheck[]> {
  const { run_id: runId, record_hash: stated } = run.provenance.metadata ?? {}
  return [
    await checkRunHash(run, subtle),
    ...(runId === undefined ? [] : [checkRunId(run, runId)]),
    ...(stated === undefined ? [] : [await checkRecordHash(run, stated, subtle)]),
    ...checkLineage(run, parent),
    await checkSignature(run.provenance, subtle),
  ]
}

async function checkRunHash(run: AgentRun, subtle: Subtle): Promise<RecordCheck> {
  const { agent_id, model, tools_available: tools, trigger, provenance } = run
  const inputs = [
    agent_id,
    model ?? '',
    JSON.stringify([...(tools ?? [])].sort()),
    provenance.config_hash ?? '',
    trigger ?? '',
  ]
  const computed = await sha256(inputs.join('|'), subtle)
  if (computed === provenance.run_hash) return ok('run_hash', 'follows from agent, model, tools and trigger')
  const absent = [model, tools, provenance.config_hash, trigger].some((input) => input === undefined)
  const isBound = provenance.metadata?.['record_hash'] !== undefined
  return absent && !isBound
    ? { name: 'run_hash', state: 'unknown', message: 'cannot be compared: the record lacks inputs of it' }
    : bad('run_hash', `does not fit: the record gives ${computed}`)
}

function checkRunId(run: AgentRun, runId: unknown): RecordCheck {
  return runId === run.id ? ok('run_id', 'names this run') : bad('run_id', 'is that of another run')
}

async function checkRecordHash(run: AgentRun, stated: unknown, subtle: Subtle): Promise<RecordCheck> {
  const { eval: _eval, provenance, ...rest } = run
  const { signature: _signature, metadata = {}, ...unsigned } = provenance
  const { record_hash: _recordHash, ...kept } = metadata
  const text = canonicalText({ ...rest, provenance: { ...unsigned, metadata: kept } })
  const computed = await sha256(text, subtle)
  return computed === stated
    ? ok('record_hash', 'fits the whole record, its evaluation apart')
    : bad('record_hash', `does not fit: the record gives ${computed}`)
}

function checkLineage(
  { provenance, parent_run_id: parentId }: AgentRun,
  parent: AgentRun | undefined,
): RecordCheck[] {
  const { lineage, parent_run_hash: parentHash } = provenance
  const last = lineage?.at(-1)
  if (parent === undefined && last === undefined && typeof parentHash !== 'string') return []
  if (lineage !== undefined && last !== (parentHash ?? undefined))
    return [bad('lineage', 'its last entry is not parent_run_hash')]
  if (parent === undefined) return [ok('lineage', 'ends with parent_run_hash; the parent was not at hand')]
  const expected = [...(parent.provenance.lineage ?? []), parent.provenance.run_hash]
  const fits =
    parentHash === parent.provenance.run_hash &&
    parentId === parent.id &&
    (lineage === undefined || lineage.join() === expected.join())
  return [
    fits ? ok('lineage', 'is that of the parent, and the parent') : bad('lineage', 'is not the parent’s'),
  ]
}

async function checkSignature(provenance: Provenance, subtle: Subtle): Promise<RecordCheck> {
  const { signature, ...unsigned } = provenance
  const unknown = (message: string): RecordCheck => ({ name: 'signature', state: 'unknown', message })
  if (typeof signature !== 'string')
    return typeof provenance.signed_by === 'string'
      ? bad('signature', 'is missing, though a signer is named')
      : unknown('the record is not signed')
  const key = keyIn(provenance.signed_by)
  if (key === undefined) return unknown('the signer is named, and the record holds no key to check with')
  const bytes = readSignature(signature)
  if (bytes === undefined) return bad('signature', 'is none of Ed25519')
  try {
    const imported = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify'])
    const text = new TextEncoder().encode(canonicalText(unsigned))
    return (await subtle.verify({ name: 'Ed25519' }, imported, bytes, text))
      ? ok('signature', 'was made with the key that signed_by names; whose it is, you must know')
      : bad('signature', 'does not fit the provenance')
  } catch (error) {
    if (member(error, 'name') === 'DataError') return bad('signature', 'signed_by names no valid key')
    return unknown('this browser cannot check Ed25519')
  }
}

/** The public key that `signed_by` itself names: `ed25519:…` or `did:key:…`. */
function keyIn(signedBy: string | null | undefined): Uint8Array<ArrayBuffer> | undefined {
  const text = signedBy ?? ''
  const raw = text.startsWith('ed25519:') ? fromBase64(text.slice(8)) : fromDidKey(text)
  return raw?.length === 32 ? raw : undefined
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function fromDidKey(text: string): Uint8Array<ArrayBuffer> | undefined {
  const [, digits] = /^did:key:z([1-9A-HJ-NP-Za-km-z]{40,60})(?:#.*)?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  let number = 0n
  for (const digit of digits) number = number * 58n + BigInt(BASE58.indexOf(digit))
  const bytes = fromHex(number.toString(16).padStart(68, '0'))
  return bytes.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01 ? bytes.slice(2) : undefined
}

function readSignature(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/^[0-9a-f]{128}$/i.test(text)) return fromHex(text)
  const [, digits] = /^([\w+/-]{86})(?:==)?$/.exec(text) ?? []
  return digits === undefined ? undefined : fromBase64(digits)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  } catch {
    // no base64 is no key
    return undefined
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

async function sha256(text: string, subtle: Subtle): Promise<string> {
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function ok(name: RecordCheck['name'], message: string): RecordCheck {
  return { name, state: 'ok', message }
}

function bad(name: RecordCheck['name'], message: string): RecordCheck {
  return { name, state: 'bad', message }
}
