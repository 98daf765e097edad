import { createPrivateKey, createPublicKey, KeyObject, sign, verify, type JsonWebKey } from 'node:crypto'

type Key = KeyObject | string | JsonWebKey

/** Signs a text with Ed25519: a compact JWS (RFC 7515, RFC 8037) without its payload, which is the text itself. */
export function signDetached(
  text: string,
  { privateKey, keyId }: { readonly privateKey: Key; readonly keyId: string },
): string {
  const header = encode(JSON.stringify({ alg: 'EdDSA', kid: keyId }))
  const signature = sign(null, Buffer.from(`${header}.${encode(text)}`), toPrivate(privateKey))
  return `${header}..${signature.toString('base64url')}`
}

/** Whether a detached JWS is of a text and by the owner of a public key; false for whatever else it is. */
export function verifyDetached(text: string, jws: string, publicKey: Key): boolean {
  const [header, payload, signature, more] = jws.split('.')
  if (header === undefined || payload !== '' || signature === undefined || more !== undefined) return false
  if (!/^[\w-]{86}$/.test(signature) || algorithmOf(header) !== 'EdDSA') return false
  const signed = Buffer.from(`${header}.${encode(text)}`)
  return verify(null, signed, toPublic(publicKey), Buffer.from(signature, 'base64url'))
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

function toPrivate(key: Key): KeyObject {
  if (key instanceof KeyObject) return key
  return typeof key === 'string' ? createPrivateKey(key) : createPrivateKey({ key, format: 'jwk' })
}

function toPublic(key: Key): KeyObject {
  if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key
  return typeof key === 'string' ? createPublicKey(key) : createPublicKey({ key, format: 'jwk' })
}
