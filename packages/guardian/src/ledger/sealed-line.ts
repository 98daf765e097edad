import type { CheckingKey, SigningKey } from '../signature/signature-key.ts'

/** Up to where a ledger has come. */
export interface LedgerHead {
  /** Random id of the ledger, which its first entry follows. */
  readonly ledger: string
  /** Number of the last entry; 0 before the first. */
  readonly seq: number
  /** Seal of the last entry, or the id of the ledger before the first. */
  readonly last: string
}

/** An entry as it stands in the file. */
export interface LedgerLine {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Seal of the entry before. */
  readonly prev: string
  readonly entry: unknown
  readonly seal: string
}

/** An entry that is to be written. */
export interface LineToSeal {
  readonly at: number
  /** What it says, as JSON. */
  readonly entry: string
}

/** Longest line that is written or read. */
export const MAX_LINE_BYTES = 1_048_576

const SEAL = /,"seal":"((?:[\w-]{43}){1,2})"\}$/
const SEAL_BYTES = 120

/** Gives the line of an entry, without its line end, and the head after it. */
export function sealLine(
  { at, entry }: LineToSeal,
  head: LedgerHead,
  key: SigningKey,
): { readonly line: string; readonly head: LedgerHead } {
  const seq = head.seq + 1
  const { text, seal } = sealText(`{"seq":${seq},"at":${at},"prev":"${head.last}","entry":${entry}`, key)
  return { line: text, head: { ledger: head.ledger, seq, last: seal } }
}

/** Gives the text of a head, which is sealed, too. */
export function sealHead({ ledger, seq, last }: LedgerHead, at: number, key: SigningKey): string {
  return sealText(`{"head":1,"ledger":"${ledger}","seq":${seq},"last":"${last}","at":${at}`, key).text
}

/** Reads a line; `undefined` if its seal does not hold. */
export function readLine(bytes: Uint8Array, key: CheckingKey): LedgerLine | undefined {
  const read = readSealed(bytes, key)
  if (read === undefined) return undefined
  const { seq, at, prev, entry } = read.members
  if (typeof seq !== 'number' || typeof at !== 'number' || typeof prev !== 'string') return undefined
  return { seq, at, prev, entry, seal: read.seal }
}

/** Reads a head; `undefined` if its seal does not hold. */
export function readHead(bytes: Uint8Array, key: CheckingKey): LedgerHead | undefined {
  const { ledger, seq, last, head } = readSealed(bytes, key)?.members ?? {}
  if (head !== 1 || typeof ledger !== 'string' || typeof seq !== 'number' || typeof last !== 'string')
    return undefined
  return { ledger, seq, last }
}

function sealText(text: string, key: SigningKey): { readonly text: string; readonly seal: string } {
  const seal = key.sign(text).toString('base64url')
  return { text: `${text},"seal":"${seal}"}`, seal }
}

interface Sealed {
  readonly members: Readonly<Record<string, unknown>>
  readonly seal: string
}

// the seal is of the very bytes, so that no two files mean the same
function readSealed(given: Uint8Array, key: CheckingKey): Sealed | undefined {
  if (given.length > MAX_LINE_BYTES) return undefined
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  const match = SEAL.exec(bytes.toString('latin1', Math.max(0, bytes.length - SEAL_BYTES)))
  const seal = match?.[1]
  if (match === null || seal === undefined) return undefined
  const signature = Buffer.from(seal, 'base64url')
  if (signature.toString('base64url') !== seal) return undefined
  const text = bytes.subarray(0, bytes.length - match[0].length)
  if (!key.isSignatureOf(text, signature)) return undefined
  const members = membersOf(`${text.toString('utf8')}}`)
  return members === undefined ? undefined : { members, seal }
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
