/** Whether a text is an issuer in its one canonical form: an https origin without path and default port, or a DID. */
export function isCanonicalIssuer(text: string): boolean {
  if (text.startsWith('did:')) return /^did:[a-z0-9]+:[^#?/]+$/.test(text)
  const url = urlOf(text)
  return url !== undefined && url.protocol === 'https:' && isAnonymous(url) && text === `https://${url.host}`
}

/** Whether a text is scheme, host and port of a web site, and nothing more. */
export function isOrigin(text: string): boolean {
  const url = urlOf(text)
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) return false
  const { pathname, search, hostname } = url
  const [host = ''] = text.replace(/^https?:\/\//, '').split(/[/:]/)
  const isBare = pathname === '/' && search === '' && !text.includes('#') && isAnonymous(url)
  return isBare && !hostname.endsWith('.') && !host.endsWith('.') && !hostname.includes('%')
}

/** Whether a text is a URL of any scheme. */
export function isUrl(text: string): boolean {
  return urlOf(text) !== undefined
}

/** Whether a text is an https URL. */
export function isHttpsUrl(text: string): boolean {
  return text.startsWith('https://') && isUrl(text)
}

/** Whether a text is an http or https URL. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && isUrl(text)
}

/** Whether a text is an https URL that carries neither credentials nor a fragment. */
export function isHttpsHint(text: string): boolean {
  if (Array.from(text).some((character) => character < ' ' || character === '\u007f' || character === '#'))
    return false
  const url = urlOf(text)
  return url !== undefined && url.protocol === 'https:' && isAnonymous(url) && url.hostname !== ''
}

/** Whether a text is an SPDX licence expression: ids, AND, OR, WITH and parentheses. */
export function isLicense(text: string): boolean {
  const tokens = text.match(/[()]|[^() \t]+/g) ?? []
  let at = 0
  const expression = (depth: number): boolean => {
    if (!term(depth)) return false
    while (tokens[at] === 'AND' || tokens[at] === 'OR') {
      at++
      if (!term(depth)) return false
    }
    return true
  }
  const term = (depth: number): boolean => {
    if (!atom(depth)) return false
    if (tokens[at] !== 'WITH') return true
    at += 2
    return NAME.test(tokens[at - 1] ?? '')
  }
  const atom = (depth: number): boolean => {
    const token = tokens[at++] ?? ''
    if (token === '(') return depth < MAX_DEPTH && expression(depth + 1) && tokens[at++] === ')'
    return !WORDS.includes(token) && NAME.test(token.replace(/\+$/, '').replace(/^LicenseRef-/, ''))
  }
  return expression(0) && at === tokens.length
}

// an expression has at most 128 characters
const MAX_DEPTH = 128
const WORDS = ['AND', 'OR', 'WITH', ')']
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const GROUP_NAME = new RegExp(`^(?=[^/]{3,253}/)${LABEL}(?:\\.${LABEL})+/[a-z0-9][a-z0-9_-]*$`)

/** Whether a text can name a group of facts: a reversed domain and a name, in lower case. */
export function isGroupName(text: string): boolean {
  return text.length <= 512 && GROUP_NAME.test(text)
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function isAnonymous({ username, password }: URL): boolean {
  return username === '' && password === ''
}
