import { KeyObject } from 'node:crypto'
import { generateSigningKey, keyThumbprint, toPrivateKey, toPublicKey, type KeyInput } from '@agent-run/types'
import { invalidOption } from '../invalid-option.ts'
import { isKid } from '../wire/compact-jws.ts'

/** A public key as records are verified with it (RFC 8037). */
export interface PeacPublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/** A private key in the form in which it is kept; whoever has it signs in the issuer's name. */
export interface PeacPrivateJwk extends PeacPublicJwk {
  readonly d: string
}

/** A key in any form: a JWK with or without its `kid`, PEM text, or a `KeyObject`. */
export type PeacKeyInput = KeyInput | PeacPublicJwk | PeacPrivateJwk

/** A key that records are signed with. */
export interface PeacKey {
  /** Id in the header of each record: by default the RFC 7638 thumbprint. */
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicJwk: PeacPublicJwk
}

/** Makes a new Ed25519 key for records. */
export function generatePeacKey(options: { readonly kid?: string } = {}): PeacKey {
  return toPeacKey(generateSigningKey().privateKey, options)
}

/** Reads a private key; throws `invalid_key`. */
export function toPeacKey(key: PeacKeyInput, options: { readonly kid?: string } = {}): PeacKey {
  const privateKey = toPrivateKey(keyInput(key))
  const publicJwk = toPublicJwk(key, options)
  return { kid: publicJwk.kid, privateKey, publicJwk }
}

/** The public half of a key, to be handed to those who verify; throws `invalid_key`. */
export function toPublicJwk(key: PeacKeyInput, options: { readonly kid?: string } = {}): PeacPublicJwk {
  const publicKey = toPublicKey(keyInput(key))
  const kid = options.kid ?? ownKid(key) ?? keyThumbprint(publicKey)
  if (!isKid(kid))
    throw invalidOption('kid must be a text of 1 to 256 bytes', 'Leave it out, or pass a short name.')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}

/** The private form of a key, to be kept where only the issuer can read it. */
export function toPrivateJwk({ privateKey, publicJwk }: PeacKey): PeacPrivateJwk {
  const { d = '' } = privateKey.export({ format: 'jwk' })
  return { ...publicJwk, d }
}

/** A key as the functions of node:crypto take it. */
export function keyInput(key: PeacKeyInput): KeyInput {
  return typeof key === 'string' || key instanceof KeyObject ? key : { ...key }
}

function ownKid(key: PeacKeyInput): unknown {
  return typeof key === 'string' || key instanceof KeyObject ? undefined : key.kid
}
