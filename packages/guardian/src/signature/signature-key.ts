import { AosError } from '@aos/sdk'
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  sign,
  timingSafeEqual,
  verify,
  type JsonWebKey,
} from 'node:crypto'
import { isFieldText } from './structured-field.ts'

/** How a message is signed: with a key that both sides share, or so that third parties can check it, too. */
export type SignatureAlgorithm = 'hmac-sha256' | 'ed25519'

/** A shared secret of at least 32 bytes (a text counts as UTF-8), or an Ed25519 key: PEM text or a JWK. */
export type SignatureKeyInput = KeyObject | string | Uint8Array | JsonWebKey

/** A key and the one algorithm it is used with; a text to sign counts as UTF-8. */
export interface SignatureKey {
  readonly algorithm: SignatureAlgorithm
  readonly key: SignatureKeyInput
}

/** What signs. */
export interface SigningKey {
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  sign(text: string | Uint8Array): Buffer
}

/** What checks signatures of one key. */
export interface CheckingKey {
  readonly algorithm: SignatureAlgorithm
  isSignatureOf(text: string | Uint8Array, signature: Uint8Array): boolean
}

const LEAST_SECRET = 32

/** Reads what signs; throws `invalid_options`. */
export function toSigningKey(keyId: string, { algorithm, key }: SignatureKey): SigningKey {
  checkKeyId(keyId)
  if (algorithm === 'hmac-sha256') {
    const secret = toSecret(key, keyId)
    return { keyId, algorithm, sign: (text) => macOf(secret, text) }
  }
  const signing = toEd25519(key, { keyId, algorithm, kind: 'private' })
  return { keyId, algorithm, sign: (text) => sign(null, Buffer.from(text), signing) }
}

/** Reads the keys that are believed, by key id; throws `invalid_options`. */
export function toCheckingKeys(
  keys: Readonly<Record<string, SignatureKey>>,
): ReadonlyMap<string, CheckingKey> {
  const checking = new Map(Object.entries(keys).map(([keyId, key]) => [keyId, toCheckingKey(keyId, key)]))
  if (checking.size === 0)
    throw invalidKey('there is no key to check signatures with', 'Pass at least one key by its key id.')
  return checking
}

function toCheckingKey(keyId: string, { algorithm, key }: SignatureKey): CheckingKey {
  checkKeyId(keyId)
  if (algorithm === 'hmac-sha256') {
    const secret = toSecret(key, keyId)
    return {
      algorithm,
      isSignatureOf: (text, signature) => {
        const own = macOf(secret, text)
        return own.length === signature.length && timingSafeEqual(own, signature)
      },
    }
  }
  const checking = toEd25519(key, { keyId, algorithm, kind: 'public' })
  return {
    algorithm,
    isSignatureOf: (text, signature) => verify(null, Buffer.from(text), checking, signature),
  }
}

function macOf(secret: KeyObject, text: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

function toSecret(key: SignatureKeyInput, keyId: string): KeyObject {
  const secret = secretOf(key)
  if (secret?.type !== 'secret')
    throw invalidKey(`${keyId} is no shared secret`, 'Pass a text or bytes for hmac-sha256.')
  if ((secret.symmetricKeySize ?? 0) < LEAST_SECRET)
    throw invalidKey(`${keyId} is shorter than ${LEAST_SECRET} bytes`, 'Use a long random secret.')
  return secret
}

function secretOf(key: SignatureKeyInput): KeyObject | undefined {
  if (key instanceof KeyObject) return key
  if (typeof key === 'string') return key.includes('-----BEGIN ') ? undefined : createSecretKey(key, 'utf8')
  return key instanceof Uint8Array ? createSecretKey(key) : undefined
}

interface Ed25519Wish {
  readonly keyId: string
  readonly algorithm: string
  readonly kind: 'private' | 'public'
}

function toEd25519(key: SignatureKeyInput, { keyId, algorithm, kind }: Ed25519Wish): KeyObject {
  if (algorithm !== 'ed25519')
    throw invalidKey(`${keyId} has an unknown algorithm`, 'Use hmac-sha256 or ed25519.')
  let found: KeyObject | undefined
  try {
    found = kind === 'private' ? privateKeyOf(key) : publicKeyOf(key)
  } catch (cause) {
    throw invalidKey(
      `${keyId} cannot be read as a ${kind} key`,
      'Pass PEM text, a JWK or a KeyObject.',
      cause,
    )
  }
  if (found?.asymmetricKeyType !== 'ed25519' || found.type !== kind)
    throw invalidKey(`${keyId} is no ${kind} Ed25519 key`, 'Make one with generateSigningKey().')
  return found
}

function privateKeyOf(key: SignatureKeyInput): KeyObject | undefined {
  if (key instanceof KeyObject) return key
  if (key instanceof Uint8Array) return undefined
  return createPrivateKey(typeof key === 'string' ? key : { key, format: 'jwk' })
}

function publicKeyOf(key: SignatureKeyInput): KeyObject | undefined {
  if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key
  if (key instanceof Uint8Array) return undefined
  return createPublicKey(typeof key === 'string' ? key : { key, format: 'jwk' })
}

function checkKeyId(keyId: unknown): void {
  if (typeof keyId !== 'string' || keyId === '' || keyId.length > 256 || !isFieldText(keyId))
    throw invalidKey('a key id is no ASCII text of 1 to 256 characters', 'Name the key, e.g. `agent-1`.')
}

function invalidKey(why: string, fix: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `A key cannot be used: ${why}`,
    fix,
    cause,
  })
}
