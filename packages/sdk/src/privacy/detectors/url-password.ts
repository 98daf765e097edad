import type { Detector } from '../span.ts'

const AT = 64
const COLON = 58
const SLASH = 47
const BACKSLASH = 92

/** Passwords in the user part of a URL or a connection string (RFC 3986 section 3.2.1). */
export const urlPassword: Detector = {
  kinds: ['url-password'],
  applies: (profile) => profile.hasAt && profile.hasSeparator,
  detect(text, report) {
    for (let scheme = text.indexOf(':'); scheme >= 0; scheme = text.indexOf(':', scheme + 1)) {
      const start = authorityStart(text, scheme + 1)
      if (start < 0) continue
      const { colon, at, end } = readAuthority(text, start)
      if (colon >= 0 && at > colon + 1 && !isPlaceholder(text.slice(colon + 1, Math.min(at, colon + 80)))) {
        report('url-password', colon + 1, at)
      }
      scheme = Math.max(scheme, end - 1)
    }
  },
}

/** `//` after the scheme, each slash perhaps escaped as some JSON writers do. */
function authorityStart(text: string, from: number): number {
  const code = text.charCodeAt(from)
  if (code !== SLASH && code !== BACKSLASH) return -1
  const slashes = /^(?:\\{0,8}\/){2}/.exec(text.slice(from, from + 20))
  return slashes === null ? -1 : from + slashes[0].length
}

/** The last `@` before the path ends the user part, so that a password may contain one. */
function readAuthority(text: string, start: number): { colon: number; at: number; end: number } {
  let colon = -1
  let at = -1
  let index = start
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === COLON && colon < 0 && at < 0) colon = index
    else if (code === AT) at = index
    else if (code === SLASH || endsAuthority(code)) break
  }
  return { colon, at, end: index }
}

/** White space, quotes, angle brackets, `?` and `#`. */
function endsAuthority(code: number): boolean {
  return (
    code <= 32 ||
    code === 34 ||
    code === 35 ||
    code === 39 ||
    code === 60 ||
    code === 62 ||
    code === 63 ||
    code === 96
  )
}

function isPlaceholder(password: string): boolean {
  return /^(?:\*+|\[REDACTED:[\w-]+\]|\$\{[^}]{0,64}\}|\$\w{1,64}|<[^>]{0,64}>|\{\{?[^}]{0,64}\}?\})$/.test(
    password,
  )
}
