import { createHash, createHmac } from 'node:crypto'
import type { Json } from './snapshot.ts'

/** SHA-256 of a JSON value in canonical form (RFC 8785), in hexadecimal: equal values have equal digests. */
export function digestJson(json: Json): string {
  return createHash('sha256').update(canonicalText(json)).digest('hex')
}

/** HMAC-SHA-256 of a text, in hexadecimal: tells who holds the key which contents are equal, and nobody anything else. */
export function keyedDigest(key: string | Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Keys are ordered by UTF-16 code units; a lone surrogate stays escaped, so that no two values share a text. */
function canonicalText(json: Json): string {
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  if (Array.isArray(json)) return `[${json.map(canonicalText).join(',')}]`
  const keys = Object.keys(json).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(json[key] as Json)}`).join(',')}}`
}
