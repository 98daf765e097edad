import { posix } from 'node:path'

/** Something in a text that data could go to: an e-mail address, URL, host, phone or account number. */
export interface Address {
  readonly kind: 'url' | 'email' | 'number'
  /** Form in which equal addresses are equal. */
  readonly key: string
  /** Host of a URL; naming it alone names all of it. */
  readonly host?: string | undefined
  readonly start: number
  readonly end: number
}

/** The addresses of a text, and whether there were more than are looked at. */
export interface Addresses {
  readonly found: readonly Address[]
  readonly complete: boolean
}

const MAX_ADDRESSES = 256
const MAX_URL = 2048
const LOCAL = /[\p{L}\p{N}._%+'-]/u
const HOST = /[\p{L}\p{N}.-]/u
const AFTER_URL = /[\s<>"'`{}|\\^]/
const TRAILING = /[.,;:!?)\]*_~]+$/

/** What in a text in its plain form may be a path: words with a separator, or with a way up. */
export function pathsIn(text: string): readonly string[] {
  return (text.match(/\S+/g) ?? [])
    .map((word) => word.replace(/^["'`(<[]+|["'`)>\],;:!?]+$|(?<=[^./\\])\.$/g, ''))
    .filter((word) => word.length <= MAX_URL && /[/\\]|\.\./.test(word))
}

/** Form in which equal paths are equal. */
export function pathForm(path: string): string {
  return posix.normalize(path.replace(/\\/g, '/')).replace(/\/$/, '')
}

/** The text as addresses are compared in: compatibility forms made plain, in lower case. */
export function plainForm(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/**
 * Finds addresses in a text in its plain form. `loose` takes every dotted name for a host (what a user writes);
 * otherwise a host alone is one only with a path, `www.` or a usual ending (what an agent writes in a letter).
 */
export function addressesIn(text: string, loose: boolean): Addresses {
  const found: Address[] = []
  const take = (address: Address | undefined): boolean => {
    if (address !== undefined) found.push(address)
    return found.length < MAX_ADDRESSES
  }
  const urlsComplete = urlsIn(text, take)
  const urls = [...found]
  const complete =
    urlsComplete && emailsIn(text, take) && hostsIn(text, { loose, urls, take }) && numbersIn(text, take)
  return { found, complete }
}

type Take = (address: Address | undefined) => boolean

function urlsIn(text: string, take: Take): boolean {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    let start = at
    while (start > 0 && at - start < 16 && /[a-z0-9+.-]/.test(text.charAt(start - 1))) start--
    if (start === at) continue
    const end = at + 3 + tailLength(text, at + 3)
    if (end > at + 3 && !take(urlOf(text.slice(start, end), start, end))) return false
  }
  return true
}

function tailLength(text: string, from: number): number {
  const tail = text.slice(from, from + MAX_URL)
  const stop = tail.search(AFTER_URL)
  return (stop < 0 ? tail : tail.slice(0, stop)).replace(TRAILING, '').length
}

function urlOf(text: string, start: number, end: number): Address {
  try {
    const { protocol, host, pathname, search, username, password } = new URL(text)
    const scheme = /^(?:https?|wss?):$/.test(protocol) ? '' : `${protocol}//`
    const account = username === '' && password === '' ? '' : `${username}:${password}@`
    const path = pathname.replace(/\/+$/, '')
    return {
      kind: 'url',
      key: `${scheme}${account}${host}${path}${search}`,
      host: account === '' && scheme === '' ? host : undefined,
      start,
      end,
    }
  } catch {
    return { kind: 'url', key: text, start, end }
  }
}

function emailsIn(text: string, take: Take): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > 0 && at - start < 64 && LOCAL.test(text.charAt(start - 1))) start--
    let end = at + 1
    while (end < text.length && end - at < 254 && HOST.test(text.charAt(end))) end++
    const domain = text.slice(at + 1, end).replace(/[.-]+$/, '')
    while (start < at && !/[\p{L}\p{N}_]/u.test(text.charAt(start))) start++
    const local = text.slice(start, at)
    if (domain === '' || local === '') continue
    if (!take({ kind: 'email', key: `${local}@${domain}`, start, end: at + 1 + domain.length })) return false
  }
  return true
}

const DOTTED = /[\p{L}\p{N}_.-]{4,}/gu
const ENDINGS = new Set(
  'com org net edu gov mil int io co ai app dev info biz me tv cc xyz site online shop store club top link live news cloud page tech eu uk de fr es it nl be ch at pl pt se no dk fi ie cz gr ru ua cn jp kr in br mx au nz ca us za tr il sg hk tw'.split(
    ' ',
  ),
)

interface HostSearch {
  readonly loose: boolean
  /** Those already found, in order of their start. */
  readonly urls: readonly Address[]
  readonly take: Take
}

function hostsIn(text: string, { loose, urls, take }: HostSearch): boolean {
  let next = 0
  let coveredTo = 0
  for (const match of text.matchAll(DOTTED)) {
    const lead = /^[.-]*/.exec(match[0])?.[0].length ?? 0
    const start = match.index + lead
    const host = match[0].slice(lead).replace(/[._-]+$/, '')
    const end = start + host.length
    for (let url = urls[next]; url !== undefined && url.start <= start; url = urls[++next])
      coveredTo = Math.max(coveredTo, url.end)
    if (start < coveredTo || text[start - 1] === '@' || text[end] === '@') continue
    const ending = /\.(\p{L}{2,24})$/u.exec(host)?.[1]
    if (ending === undefined || /\.\./.test(host)) continue
    const hasPath = text[end] === '/' && !/[\s/]/.test(text[end + 1] ?? ' ')
    if (!loose && !hasPath && !host.startsWith('www.') && !ENDINGS.has(ending)) continue
    const until = hasPath || text[end] === ':' ? end + tailLength(text, end) : end
    const address = urlOf(`https://${text.slice(start, until)}`, start, until)
    if (!take(address) || (loose && !take(hostBeforeSentence(host, start)))) return false
  }
  return true
}

/** In `see www.example.com.They say` a space is missing, not an ending. */
function hostBeforeSentence(host: string, start: number): Address | undefined {
  const labels = host.split('.')
  if (labels.length < 3 || ENDINGS.has(labels.at(-1) ?? '') || !ENDINGS.has(labels.at(-2) ?? ''))
    return undefined
  const before = labels.slice(0, -1).join('.')
  return { kind: 'url', key: before, host: before, start, end: start + before.length }
}

const NUMBER = /(?<![\p{L}\p{N}])\+?\(?\d+(?:[ .\-/()]{1,2}\d+)*/gu
const CODE = /(?<![\p{L}\p{N}])[a-z]{2}\d{2}(?: ?[a-z0-9]{1,34})(?: [a-z0-9]*\d[a-z0-9]*)*/gu
const DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b/

function numbersIn(text: string, take: Take): boolean {
  for (const match of text.matchAll(NUMBER)) {
    const digits = match[0].replace(/\D/g, '')
    if (digits.length < 8 || DATE.test(match[0])) continue
    if (!take({ kind: 'number', key: digits, start: match.index, end: match.index + match[0].length }))
      return false
  }
  for (const match of text.matchAll(CODE)) {
    let code = ''
    for (const group of match[0].split(' ')) {
      code += group
      if (code.length < 14 || code.length > 40 || code.replace(/\D/g, '').length < 6) continue
      if (!take({ kind: 'number', key: code, start: match.index, end: match.index + match[0].length }))
        return false
    }
  }
  return true
}
