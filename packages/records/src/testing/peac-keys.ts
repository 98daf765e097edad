// Keys and records for tests of PEAC records, good ones and bad ones.
import { createPrivateKey, sign } from 'node:crypto'
import { toPeacKey, type PeacKey } from '../peac/keys/peac-key.ts'

// what comes before the 32 bytes of an Ed25519 key in PKCS #8
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key that is always the same. */
export function keyFromSeed(seed: string, kid?: string): PeacKey {
  const der = Buffer.concat([PKCS8_HEAD, Buffer.from(seed, 'hex')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return toPeacKey(privateKey, kid === undefined ? {} : { kid })
}

/** The 32 bytes of a public key. */
export function rawKey({ publicJwk }: Pick<PeacKey, 'publicJwk'>): Uint8Array {
  return new Uint8Array(Buffer.from(publicJwk.x, 'base64url'))
}

/** Signs any header and payload, as no issuer would. */
export function signAnything(header: unknown, payload: unknown, { privateKey }: PeacKey): string {
  const parts = [header, payload].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
  )
  const signed = parts.join('.')
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
}
