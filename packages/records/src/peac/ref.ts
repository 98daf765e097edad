import { sha256Hex } from '@agent-run/types'

const MAX_BYTES = 256

/** Names one of our things in a record: `urn:aos:<kind>:<id>`, or the SHA-256 of an id that is too long for it. */
export function peacRef(kind: string, id: string): string {
  // a lone surrogate has no percent-encoding
  const text = Buffer.from(id, 'utf8').toString('utf8')
  const ref = `urn:aos:${kind}:${encodeURIComponent(text)}`
  return ref.length <= MAX_BYTES ? ref : `sha256:${sha256Hex(text)}`
}
