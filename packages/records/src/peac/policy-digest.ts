import { canonicalJson, sha256Hex } from '@agent-run/types'

const DIGEST = /^sha256:[0-9a-f]{64}$/

/** Whether a text is a digest as records carry them. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** The digest of a JSON document, such as a policy: `sha256:` and the hash of its RFC 8785 text; throws `not_canonical`. */
export function documentDigest(document: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(document))}`
}
