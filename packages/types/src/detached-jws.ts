import { sign, verify } from 'node:crypto'
import { keyThumbprint, toPrivateKey, toPublicKey, type KeyInput } from './signing.ts'

/**
 * Signs a text with Ed25519: a compact JWS (RFC 7515, RFC 8037) without its payload, which is the text itself. Its `kid`
 * is the RFC 7638 thumbprint of the key; throws `invalid_key`.
 */
export function signDetached(text: string, privateKey: KeyInput): string {
  const key = toPrivateKey(privateKey)
  const header = encode(JSON.stringify({ alg: 'EdDSA', kid: keyThumbprint(key) }))
  const signature = sign(null, Buffer.from(`${header}.${encode(text)}`), key)
  return `${header}..${signature.toString('base64url')}`
}

/** Whether a detached JWS is of a text and by the owner of a public key; throws `invalid_key`. */
export function verifyDetached(text: string, jws: string, publicKey: KeyInput): boolean {
  const key = toPublicKey(publicKey)
  const [header, payload, signature, more] = jws.split('.')
  if (header === undefined || payload !== '' || signature === undefined || more !== undefined) return false
  const bytes = Buffer.from(signature, 'base64url')
  // a lenient reader would take many texts for the same signature
  if (bytes.length !== 64 || bytes.toString('base64url') !== signature) return false
  if (algorithmOf(header) !== 'EdDSA') return false
  return verify(null, Buffer.from(`${header}.${encode(text)}`), key, bytes)
}

function algorithmOf(header: string): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    // what is critical and not known must not be accepted (RFC 7515, 4.1.11)
    if (typeof parsed !== 'object' || parsed === null || 'crit' in parsed) return undefined
    return Reflect.get(parsed, 'alg')
  } catch {
    return undefined
  }
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
