import { AosError } from '@aos/sdk'
import { isAbsolute } from 'node:path'
import { isIP } from 'node:net'
import { isLoopbackAddress, refusedAddress } from './address-guard.ts'

/** Where a guardian listens, checked. */
export interface Endpoint {
  readonly url: URL
  readonly tls: boolean
  /** True where only this machine may answer, because nothing protects the way. */
  readonly loopbackOnly: boolean
  readonly socketPath: string | undefined
}

/** Checks where a guardian is said to listen; throws `invalid_endpoint`. */
export function parseEndpoint(given: unknown, socketPath?: unknown): Endpoint {
  const socket = socketOf(socketPath)
  const url = urlOf(given ?? (socket === undefined ? undefined : 'http://localhost/'))
  if (url.username !== '' || url.password !== '') {
    throw invalid('the URL carries credentials', 'Pass the token as `bearer`.')
  }
  const host = bareHost(url)
  const problem = socket !== undefined || isIP(host) === 0 ? undefined : refusedAddress(host)
  if (problem !== undefined) throw invalid(problem, 'Name the address at which the guardian listens.')
  const tls = url.protocol === 'https:'
  if (!tls && socket === undefined && !isLocal(host)) {
    throw invalid(
      'http is for this machine only',
      'Use an https URL, a loopback address (http://127.0.0.1:8080) or `socketPath`.',
    )
  }
  url.hash = ''
  return { url, tls, loopbackOnly: !tls && socket === undefined, socketPath: socket }
}

/** Where messages are posted to. */
export interface Target {
  readonly href: string
  readonly protocol: string
  readonly hostname: string
  readonly port: string
  /** With the query. */
  readonly path: string
}

/** Gives where to post to: the landing page's guardian listens at `/evaluate` unless a path is given. */
export function targetOf({ url }: Endpoint, landing: boolean): Target {
  const target = new URL(url)
  if (landing && target.pathname === '/') target.pathname = '/evaluate'
  const { href, protocol, port, pathname, search } = target
  return { href, protocol, hostname: bareHost(target), port, path: `${pathname}${search}` }
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function isLocal(host: string): boolean {
  return isLoopbackAddress(host) || /^(?:[\w-]+\.)*localhost$/.test(host)
}

function urlOf(given: unknown): URL {
  const text = given instanceof URL ? given.href : given
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw invalid(
    typeof text === 'string' && url === undefined ? 'it is no absolute URL' : 'it is no http or https URL',
    "Pass endpoint: 'https://guardian.example.com/aos', or `socketPath`.",
  )
}

function socketOf(given: unknown): string | undefined {
  if (given === undefined) return undefined
  if (
    typeof given === 'string' &&
    !given.includes('\0') &&
    (isAbsolute(given) || /^\\\\[.?]\\pipe\\/.test(given))
  )
    return given
  throw invalid('`socketPath` is no absolute path', "Pass socketPath: '/run/guardian.sock'.")
}

// the URL itself may carry a secret in its query, so it is not repeated
function invalid(why: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_endpoint',
    message: `The guardian's endpoint cannot be used: ${why}`,
    why: 'A decision from the wrong place, or over an open line, guards nothing.',
    fix,
  })
}
