import { createPublicKey, type KeyObject } from 'node:crypto'
import { toPublicKey } from '@agent-run/types'
import { keyInput, type PeacKeyInput } from './peac-key.ts'

const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** What a did:key writes before an Ed25519 key (multicodec ed25519-pub). */
const PREFIX = Buffer.from([0xed, 0x01])

/** The issuer that needs no web site: `did:key:…` of an Ed25519 key, public or private. */
export function didKeyOf(key: PeacKeyInput): string {
  const { x = '' } = toPublicKey(keyInput(key)).export({ format: 'jwk' })
  const bytes = Buffer.concat([PREFIX, Buffer.from(x, 'base64url')])
  return `did:key:z${base58(bytes)}`
}

/** The public key that a `did:key` spells out, where it is one of Ed25519. */
export function keyOfDid(did: string): KeyObject | undefined {
  const [, digits] = /^did:key:z([1-9A-HJ-NP-Za-km-z]{40,60})$/.exec(did) ?? []
  if (digits === undefined) return undefined
  let number = 0n
  for (const digit of digits) number = number * 58n + BigInt(DIGITS.indexOf(digit))
  const bytes = Buffer.from(number.toString(16).padStart(68, '0'), 'hex')
  if (bytes.length !== 34 || !bytes.subarray(0, 2).equals(PREFIX)) return undefined
  const x = bytes.subarray(2).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

// the first byte is never zero, so that no leading digits are lost
function base58(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (number > 0n) {
    text = `${DIGITS[Number(number % 58n)] ?? ''}${text}`
    number /= 58n
  }
  return text
}
