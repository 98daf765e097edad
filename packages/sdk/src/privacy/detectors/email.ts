import { ALNUM, type CharacterClass, characterClass, escapeEndsAt, isAt } from '../characters.ts'
import type { Detector } from '../span.ts'

const LETTERS_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const LOCAL = characterClass(`${LETTERS_DIGITS}._+'-`)
const DOMAIN = characterClass(`${LETTERS_DIGITS}.-`)
const MAX_LOCAL = 64
const MAX_DOMAIN = 253
const FILE_ENDINGS =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|[cm]?[jt]sx?|json|html?|woff2?|ttf|pdf|ya?ml|toml|lock|tgz|gz)$/i

const AT_SIGNS = /@|%40/g

/** E-mail addresses (RFC 5321), also those with the at sign percent-encoded. */
export const email: Detector = {
  kinds: ['email'],
  applies: (profile) => profile.hasAt,
  detect(text, report) {
    AT_SIGNS.lastIndex = 0
    let previousEnd = 0
    for (let hit = AT_SIGNS.exec(text); hit !== null; hit = AT_SIGNS.exec(text)) {
      const start = localStart(text, hit.index, previousEnd)
      const end = start < hit.index ? domainEnd(text, AT_SIGNS.lastIndex) : -1
      if (end < 0 || isRemote(text, start, end)) continue
      report('email', start, end)
      previousEnd = end
    }
  },
}

function isMember(text: string, index: number, members: CharacterClass): boolean {
  const code = text.charCodeAt(index)
  // Latin letters with accents
  return members[code] === 1 || (code >= 0xc0 && code < 0x250)
}

function localStart(text: string, at: number, from: number): number {
  const limit = Math.max(from, at - MAX_LOCAL)
  let start = at
  while (start > limit && isMember(text, start - 1, LOCAL)) start--
  while (start < at && (!isMember(text, start, ALNUM) || escapeEndsAt(text, start + 1))) start++
  return start
}

function domainEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + MAX_DOMAIN)
  let end = from
  while (end < limit && isMember(text, end, DOMAIN)) end++
  while (end > from && !isMember(text, end - 1, ALNUM)) end--
  const domain = text.slice(from, end)
  if (isAt(text, from, DOMAIN) && !isAt(text, from, ALNUM)) return -1
  return /\.(?:[^\W\d_]|[À-ɏ]){2,24}$|\.xn--[a-z\d-]{2,59}$/i.test(domain) && !FILE_ENDINGS.test(domain)
    ? end
    : -1
}

/** `git@host:path` names a repository. */
function isRemote(text: string, start: number, end: number): boolean {
  return text[end] === ':' && text.startsWith('git', start) && !isAt(text, start + 3, ALNUM)
}
