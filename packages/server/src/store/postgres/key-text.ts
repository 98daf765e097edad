import { createHash } from 'node:crypto'

// what no column of PostgreSQL holds, and the sign that stands before its code
const UNFIT = /[\p{Cc}\p{Surrogate}\ue000]/gu
const ESCAPED = /\ue000([0-9a-f]{4})/g
const MAX_KEY_CHARS = 400
const KEPT_CHARS = 200

/** A text as a column keeps it; {@link fromColumnText} gives it back. */
export function toColumnText(text: string): string {
  return text.replace(UNFIT, (sign) => `\ue000${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The text that a column keeps. */
export function fromColumnText(text: string): string {
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** A text as an index finds it: one that is too long for an index becomes its beginning and its hash. */
export function toKeyText(text: string): string {
  const key = toColumnText(text)
  if (key.length <= MAX_KEY_CHARS) return key
  const hash = createHash('sha256').update(key, 'utf8').digest('hex')
  return `${toColumnText(text.slice(0, KEPT_CHARS))}…${hash}`
}
