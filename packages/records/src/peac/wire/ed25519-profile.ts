import { verify, type KeyObject } from 'node:crypto'

/** The prime of the curve's field and the order of its group, little end first in their encodings. */
const FIELD_PRIME = 2n ** 255n - 19n
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const SIGN_BIT = 2n ** 255n

/** Heights of points that make a signature fit many messages, and of two more that PEAC refuses (PEAC Ed25519 profile). */
const REFUSED_HEIGHTS: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  FIELD_PRIME - 1n,
  littleEndian('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  littleEndian('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  littleEndian('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac0305'),
])

/** Whether a signature is one of this key, by the rules that PEAC adds to Ed25519: no weak points, nothing written twice. */
export function isSignature(signature: Uint8Array, message: Uint8Array, key: KeyObject): boolean {
  if (signature.length !== 64 || !isAdmissibleKey(key)) return false
  if (!isAdmissible(signature.subarray(0, 32))) return false
  if (littleEndian(signature.subarray(32)) >= GROUP_ORDER) return false
  return verify(null, message, key, signature)
}

const judged = new WeakMap<KeyObject, boolean>()

function isAdmissibleKey(key: KeyObject): boolean {
  const known = judged.get(key)
  if (known !== undefined) return known
  const { x } = key.export({ format: 'jwk' })
  const admissible = isAdmissible(Buffer.from(x ?? '', 'base64url'))
  judged.set(key, admissible)
  return admissible
}

function isAdmissible(point: Uint8Array): boolean {
  if (point.length !== 32) return false
  const height = littleEndian(point) % SIGN_BIT
  return height < FIELD_PRIME && !REFUSED_HEIGHTS.has(height)
}

function littleEndian(bytes: Uint8Array | string): bigint {
  const copy = typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : Buffer.from(bytes)
  return BigInt(`0x${copy.reverse().toString('hex')}`)
}
