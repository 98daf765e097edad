import { AosError } from '../errors.ts'

/** Whether push notifications may be sent to a URL. */
export type PushUrlCheck = (url: unknown) => boolean

interface Allowed {
  readonly origin: string
  /** Segments of the path a URL must begin with; none allows the whole origin. */
  readonly segments: readonly string[]
}

const MAX_URL_LENGTH = 2048
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
// white space and backslashes are read differently by different parsers
const AMBIGUOUS = /[\s\\]|[^\x21-\u{10ffff}]/u
const WITH_AUTHORITY = /^https?:\/\/([^/?#]+)/i
const ENCODED_SEPARATOR = /%(?:2f|5c|00)/i

/**
 * Makes the check of a list of origins and URL prefixes. Only `https` passes, and `http` to a loopback host that is
 * listed; never a URL with a user name in it. Where a redirect or the name of the host leads cannot be seen here.
 */
export function allowedPushUrls(list: readonly string[]): PushUrlCheck {
  if (!Array.isArray(list)) throw invalid('Option pushUrls must be a list of URLs')
  const allowed = list.map(allowedOf)
  return (url) => {
    const parsed = parse(url)
    return parsed !== undefined && allowed.some((one) => allows(one, parsed))
  }
}

function allows({ origin, segments }: Allowed, url: URL): boolean {
  if (url.origin !== origin) return false
  if (segments.length === 0) return true
  if (ENCODED_SEPARATOR.test(url.pathname)) return false
  const path = url.pathname.slice(1).split('/')
  return segments.every((segment, at) => (segment === '*' ? Boolean(path[at]) : segment === path[at]))
}

function allowedOf(entry: unknown): Allowed {
  const url = parse(entry)
  if (url === undefined)
    throw invalid(
      `Option pushUrls has an entry that can never match: ${JSON.stringify(entry) ?? typeof entry}`,
    )
  if (url.search !== '' || url.hash !== '')
    throw invalid(`Option pushUrls takes no query and no fragment: ${JSON.stringify(entry)}`)
  const segments = url.pathname.slice(1).split('/')
  // a slash at the end says the same as none
  if (segments.at(-1) === '') segments.pop()
  if (segments.some((segment) => segment.includes('*') && segment !== '*'))
    throw invalid(
      `In an entry of pushUrls, * stands for a whole segment of the path: ${JSON.stringify(entry)}`,
    )
  return { origin: url.origin, segments }
}

function parse(given: unknown): URL | undefined {
  if (typeof given !== 'string' || given.length > MAX_URL_LENGTH || AMBIGUOUS.test(given)) return undefined
  const [, authority] = WITH_AUTHORITY.exec(given) ?? []
  if (authority === undefined || authority.includes('@') || !URL.canParse(given)) return undefined
  const url = new URL(given)
  if (url.hostname.includes('*')) return undefined
  if (url.protocol === 'https:') return url
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? url : undefined
}

function invalid(message: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message,
    why: 'Push notifications carry what tasks say to wherever the URL points.',
    fix: 'Name origins such as https://hooks.example, or prefixes such as https://hooks.example/tenants/*/a2a; http only for a loopback host.',
  })
}
