import { characterClass, escapeEndsAt, isAt, ALNUM, runEnd } from '../characters.ts'
import type { Detector } from '../span.ts'

const CREDENTIALS = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=')

const SCHEMES =
  /(?:bearer|basic|authorization\\{0,8}["']?[ ]{0,4}[:=][ ]{0,4}\\{0,8}["']?[a-z][\w-]{1,20}) {1,4}/gi

/** Credentials after an authorization scheme (RFC 9110 section 11, RFC 6750, RFC 7617). */
export const authorization: Detector = {
  kinds: ['authorization'],
  applies: (profile) => profile.longestRun >= 8,
  detect(text, report) {
    SCHEMES.lastIndex = 0
    for (let hit = SCHEMES.exec(text); hit !== null; hit = SCHEMES.exec(text)) {
      if (isAt(text, hit.index - 1, ALNUM) && !escapeEndsAt(text, hit.index)) continue
      const start = SCHEMES.lastIndex
      const end = runEnd(text, start, CREDENTIALS)
      const scheme = hit[0].trimEnd().toLowerCase()
      if (!isCredential(scheme, text.slice(start, Math.min(end, start + 4096)))) continue
      report('authorization', start, end)
      SCHEMES.lastIndex = end
    }
  },
}

function isCredential(scheme: string, value: string): boolean {
  if (scheme.endsWith('basic')) return isUserAndPassword(value)
  if (scheme === 'bearer') return value.length >= 32 || (value.length >= 8 && /\d/.test(value))
  return value.length >= 8 && (/\d/.test(value) || /[A-Z].*[a-z].*[A-Z]/.test(value))
}

/** RFC 7617: base64 of `user:password`. */
function isUserAndPassword(value: string): boolean {
  if (value.length < 4) return false
  try {
    const decoded = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
    // an English word may happen to decode as well, to bytes that nobody types
    return decoded.includes(':') && (/\d/.test(value) || /^[\u0020-\u007e]+$/.test(decoded))
  } catch {
    // not base64; a cut one still is when it mixes cases and digits
    return value.length >= 16 && /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)
  }
}
