import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  KeyObject,
  sign,
  verify,
  type JsonWebKey,
} from 'node:crypto'
import { canonicalJson, sha256Hex } from './canonical-json.ts'
import { invalidKey } from './errors.ts'
import type { Provenance } from './generated/types.ts'

/** An Ed25519 key: a `KeyObject`, PEM text, or a JWK. */
export type KeyInput = KeyObject | string | JsonWebKey

/** Makes an Ed25519 key pair. */
export function generateSigningKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ed25519')
}

/** Reads a private Ed25519 key; throws `invalid_key`. */
export function toPrivateKey(key: KeyInput): KeyObject {
  return read(key, 'private')
}

/** Reads a public Ed25519 key, also out of a private one; throws `invalid_key`. */
export function toPublicKey(key: KeyInput): KeyObject {
  return read(key, 'public')
}

/** The id our signatures carry in `signed_by`: `ed25519:` and the base64url public key. */
export function keyId(key: KeyInput): string {
  return `ed25519:${rawPublicKey(toPublicKey(key)).toString('base64url')}`
}

/** The RFC 7638 thumbprint of a key, base64url. */
export function keyThumbprint(key: KeyInput): string {
  const x = rawPublicKey(toPublicKey(key)).toString('base64url')
  return Buffer.from(sha256Hex(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x })), 'hex').toString('base64url')
}

/** Gives the provenance signed: `signed_by`, and an Ed25519 `signature` over its RFC 8785 text without `signature`. */
export function signProvenance(provenance: Provenance, privateKey: KeyInput): Provenance {
  const key = toPrivateKey(privateKey)
  const { signature: _old, ...rest } = provenance
  const unsigned: Provenance = { ...rest, signed_by: keyId(key) }
  return { ...unsigned, signature: sign(null, signedText(unsigned), key).toString('base64url') }
}

/** Whether a provenance carries a signature of this key; base64url, base64 and hexadecimal are read. */
export function isSignedBy(provenance: Provenance, publicKey: KeyInput): boolean {
  const signature = readSignature(provenance.signature)
  if (signature === undefined) return false
  const { signature: _signature, ...unsigned } = provenance
  return verify(null, signedText(unsigned), toPublicKey(publicKey), signature)
}

/** The public key that `signed_by` itself names (`ed25519:…` or `did:key:…`), if it names one. */
export function keyOfSigner(signedBy: string | null | undefined): KeyObject | undefined {
  const raw =
    signedBy?.startsWith('ed25519:') === true
      ? Buffer.from(signedBy.slice(8), 'base64url')
      : rawDidKey(signedBy)
  if (raw?.length !== 32) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
}

/** Whether `signed_by` means this key, in any of the forms in use. */
export function namesKey(signedBy: string | null | undefined, publicKey: KeyInput): boolean {
  if (signedBy === null || signedBy === undefined) return false
  if (signedBy === keyThumbprint(publicKey)) return true
  const named = keyOfSigner(signedBy)
  return named !== undefined && keyId(named) === keyId(publicKey)
}

function signedText(provenance: Provenance): Buffer {
  return Buffer.from(canonicalJson(provenance), 'utf8')
}

// strict, because a lenient reader would accept many texts as the same signature
function readSignature(text: string | null | undefined): Buffer | undefined {
  if (typeof text !== 'string') return undefined
  if (/^[0-9a-f]{128}$/i.test(text)) return Buffer.from(text, 'hex')
  const [, digits] = /^([\w+/-]{86})(?:==)?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const bytes = Buffer.from(digits, 'base64')
  const same = bytes.toString('base64url') === digits.replaceAll('+', '-').replaceAll('/', '_')
  return same ? bytes : undefined
}

function rawPublicKey(key: KeyObject): Buffer {
  const { x } = key.export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

function read(key: KeyInput, kind: 'private' | 'public'): KeyObject {
  let found: KeyObject
  try {
    found = kind === 'private' ? privateOf(key) : publicOf(key)
  } catch (cause) {
    throw invalidKey(kind, cause)
  }
  if (found.type !== kind || found.asymmetricKeyType !== 'ed25519') throw invalidKey(kind)
  return found
}

function privateOf(key: KeyInput): KeyObject {
  if (key instanceof KeyObject) return key
  return createPrivateKey(typeof key === 'string' ? key : { key, format: 'jwk' })
}

function publicOf(key: KeyInput): KeyObject {
  if (key instanceof KeyObject) return key.type === 'public' ? key : createPublicKey(key)
  return createPublicKey(typeof key === 'string' ? key : { key, format: 'jwk' })
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

// did:key writes the multicodec prefix ed 01 and the key in base58btc
function rawDidKey(signedBy: string | null | undefined): Buffer | undefined {
  const match = /^did:key:z([1-9A-HJ-NP-Za-km-z]{40,60})(?:#.*)?$/.exec(signedBy ?? '')
  if (match?.[1] === undefined) return undefined
  let number = 0n
  for (const digit of match[1]) number = number * 58n + BigInt(BASE58.indexOf(digit))
  const bytes = Buffer.from(number.toString(16).padStart(68, '0'), 'hex')
  return bytes.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01 ? bytes.subarray(2) : undefined
}
