import { createHash } from 'node:crypto'

const TIME = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i

/**
 * Gives the id of something that follows from something else: a UUID of version 7 with the time of its source, where
 * that is one, and the rest from SHA-256 of source and role. The same source and role give the same id.
 */
export function derivedUuid(source: string, role: string): string {
  const digest = createHash('sha256').update(`${source}\u0000${role}`, 'utf8').digest()
  const [, high, low] = TIME.exec(source) ?? []
  const time = high === undefined || low === undefined ? digest.subarray(26).toString('hex') : high + low
  digest[2] = ((digest[2] ?? 0) & 0x3f) | 0x80
  const rest = digest.toString('hex', 0, 10)
  const digits = `${time.toLowerCase()}7${rest.slice(1, 4)}${rest.slice(4)}`
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-')
}
