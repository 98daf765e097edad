import { hash, timingSafeEqual } from 'node:crypto'
import { parseByteMembers } from './structured-field.ts'

/** Gives the `Content-Digest` of a body (RFC 9530, sha-256). */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${hash('sha256', body, 'base64')}:`
}

/** Whether a `Content-Digest` has the sha-256 of this body; other algorithms beside it are not looked at. */
export function isDigestOf(field: string, body: Uint8Array): boolean {
  // the digest of a body is no secret, and nearly every field has nothing but it
  if (field === contentDigest(body)) return true
  const given = parseByteMembers(field)?.get('sha-256')
  if (given === undefined) return false
  const own = hash('sha256', body, 'buffer')
  return given.length === own.length && timingSafeEqual(given, own)
}
