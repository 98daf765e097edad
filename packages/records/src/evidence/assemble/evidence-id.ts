import { createHash } from 'node:crypto'

const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}$/
const MAX_READABLE = 180

/**
 * Gives an id as Agent Evidence allows it: letters, digits and `_.:-`. What has another character, or is too long, keeps
 * what is readable of it and gets a digest, so that no two become one.
 */
export function evidenceId(text: string): string {
  if (ID.test(text)) return text
  const readable = text
    .replaceAll(/[^A-Za-z0-9_.:-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, MAX_READABLE)
  const digest = createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16)
  return readable === '' ? digest : `${readable}.${digest}`
}

/** Puts an id together of a kind and names, which may be anything. */
export function idOf(kind: string, ...names: readonly string[]): string {
  return evidenceId([kind, ...names].join(':'))
}

/** A reference to something of ours: `urn:aos:<kind>:<id>`, the id percent-encoded. */
export function urnOf(kind: string, id: string): string {
  // half a surrogate pair has no encoding
  return `urn:aos:${kind}:${encodeURIComponent(id.replaceAll(/\p{Surrogate}/gu, '\ufffd'))}`
}
