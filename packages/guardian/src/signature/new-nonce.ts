import { randomFillSync } from 'node:crypto'

const BYTES = 16

/** Makes what gives nonces of 128 random bits each; the randomness of 256 is fetched at a time. */
export function createNonces(): () => string {
  const pool = Buffer.alloc(256 * BYTES)
  let at = pool.length
  return () => {
    if (at === pool.length) {
      randomFillSync(pool)
      at = 0
    }
    at += BYTES
    return pool.toString('base64url', at - BYTES, at)
  }
}
