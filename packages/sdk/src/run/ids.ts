import { randomFillSync } from 'node:crypto'

const RANDOM_BYTES = 10
const POOL = Buffer.allocUnsafeSlow(RANDOM_BYTES * 512)
let used = POOL.length
let lastTime = -1
let prefix = ''

/** Makes a UUID of version 7: sortable by the given time in milliseconds (RFC 9562, 5.7). */
export function uuidV7(nowMs: number): string {
  if (used === POOL.length) {
    randomFillSync(POOL)
    used = 0
  }
  const at = used
  used += RANDOM_BYTES
  const time = Math.max(0, Math.floor(nowMs))
  if (time !== lastTime) {
    const digits = time.toString(16).padStart(12, '0').slice(-12)
    prefix = `${digits.slice(0, 8)}-${digits.slice(8)}-7`
    lastTime = time
  }
  POOL[at + 2] = ((POOL[at + 2] ?? 0) & 0x3f) | 0x80
  const digits = POOL.toString('hex', at, used)
  return `${prefix}${digits.slice(1, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`
}
