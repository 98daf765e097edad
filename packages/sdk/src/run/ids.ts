import { randomFillSync } from 'node:crypto'

const POOL = new Uint8Array(4096)
let used = POOL.length

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Makes a UUID of version 7: sortable by the given time in milliseconds (RFC 9562, 5.7). */
export function uuidV7(nowMs: number): string {
  if (used + 10 > POOL.length) {
    randomFillSync(POOL)
    used = 0
  }
  const at = used
  used += 10
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0').slice(-12)
  const version = hex(at, 0x0f, 0x70) + hex(at + 1)
  const variant = hex(at + 2, 0x3f, 0x80) + hex(at + 3)
  const node = hex(at + 4) + hex(at + 5) + hex(at + 6) + hex(at + 7) + hex(at + 8) + hex(at + 9)
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`
}

function hex(at: number, keep = 0xff, set = 0): string {
  return HEX[((POOL[at] ?? 0) & keep) | set] ?? '00'
}
