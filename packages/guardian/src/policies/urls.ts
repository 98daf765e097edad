import { compileHosts, hostOf, plainHost } from './urls-hosts.ts'
import { isPrivateHost } from './urls-private.ts'
import type { TextTest } from './paths.ts'
import { invalidOption, knownOptions, textList } from './policy-options.ts'

/** Where a URL may lead; plain JSON. */
export interface UrlRule {
  /** Hosts as `example.com`, `*.example.com` (below it), `127.0.0.1` or `localhost:3000`. Default every public host. */
  readonly allow?: string | readonly string[] | undefined
  /** Hosts that may not be named, `example.com` meaning all below it too; it outranks `allow`. */
  readonly deny?: string | readonly string[] | undefined
  /** Default `https` and `http`. */
  readonly schemes?: string | readonly string[] | undefined
  /** Ports besides those of the scheme, and those that `allow` names. */
  readonly ports?: readonly number[] | undefined
  /** Whether hosts of this machine and of private networks may be named without standing in `allow`. Default false. */
  readonly private?: boolean | undefined
}

/** Domains to which mail may go; plain JSON. */
export interface EmailRule {
  /** Domains as `example.com`, or `*.example.com` (below it). */
  readonly allow?: string | readonly string[] | undefined
  /** Domains that may not be named, those below them neither; it outranks `allow`. */
  readonly deny?: string | readonly string[] | undefined
}

// only of these are hosts parsed in one form
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['https:', '443'],
  ['http:', '80'],
  ['wss:', '443'],
  ['ws:', '80'],
  ['ftp:', '21'],
])
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(?![/])/i
// parsers disagree about all of these
const DISPUTED = /[\s\\<>"{}|^`\p{Cc}\p{Default_Ignorable_Code_Point}]/u

/** Compiles a rule for URLs into one test. */
export function compileUrlRule(policy: string, option: string, given: unknown): TextTest {
  const rule: UrlRule = knownOptions(policy, given, ['allow', 'deny', 'schemes', 'ports', 'private'])
  const allow = textList(policy, `${option}.allow`, rule.allow)
  const at = { policy, option }
  const named = allow === undefined ? undefined : compileHosts(allow, { ...at, below: false })
  const isDenied = compileHosts(textList(policy, `${option}.deny`, rule.deny) ?? [], { ...at, below: true })
  const schemes = readSchemes(policy, `${option}.schemes`, rule.schemes)
  const ports = readPorts(policy, `${option}.ports`, rule.ports)
  const isPrivateFine = rule.private ?? false
  if (typeof isPrivateFine !== 'boolean')
    throw invalidOption(policy, {
      option: `${option}.private`,
      problem: 'is neither true nor false',
      fix: 'Write true or false.',
    })
  return (text) => {
    const url = urlOf(text)
    if (url === undefined) return 'url_unreadable'
    if (url.username !== '' || url.password !== '' || text.split(/[/?#]/)[2]?.includes('@') !== false)
      return 'url_credentials'
    if (!schemes.has(url.protocol)) return 'url_scheme'
    const host = plainHost(url.hostname)
    const port = url.port === '' ? (SCHEMES.get(url.protocol) ?? '') : url.port
    if (isDenied(host, port) !== undefined) return 'url_denied'
    const isNamed = named?.(host, port)
    if (named !== undefined && isNamed === undefined) return 'url_denied'
    if (url.port !== '' && !ports.has(port) && isNamed !== 'port') return 'url_port'
    return isPrivateFine || isNamed !== undefined || !isPrivateHost(host) ? undefined : 'url_private'
  }
}

function urlOf(text: string): URL | undefined {
  if (text.length > 8192 || DISPUTED.test(text) || !SCHEME.test(text)) return undefined
  // an encoded host is decoded by some and not by others
  if (/%/.test(text.split(/[/?#]/)[2] ?? '%')) return undefined
  try {
    const url = new URL(text)
    return url.hostname === '' ? undefined : url
  } catch {
    return undefined
  }
}

function readSchemes(policy: string, option: string, given: unknown): ReadonlySet<string> {
  const schemes = (textList(policy, option, given) ?? ['https', 'http']).map(
    (name) => `${name.toLowerCase()}:`,
  )
  if (schemes.every((scheme) => SCHEMES.has(scheme))) return new Set(schemes)
  throw invalidOption(policy, {
    option,
    problem: 'names an unknown scheme',
    fix: 'Use any of: https, http, wss, ws, ftp.',
  })
}

function readPorts(policy: string, option: string, given: unknown): ReadonlySet<string> {
  const ports: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given]
  if (ports.every((port) => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536))
    return new Set(ports.map(String))
  throw invalidOption(policy, {
    option,
    problem: 'is no list of ports',
    fix: 'Write numbers from 1 to 65535.',
  })
}

const ADDRESS = /^(?:[^<>@",;:\\]*<)?([\w.!#$&'*+/=?^{|}~-]+)@([^@<>\s]+?)(>?)$/

/** Compiles a rule for e-mail addresses into one test; a text may list several, divided by commas or semicolons. */
export function compileEmailRule(policy: string, option: string, given: unknown): TextTest {
  const rule: EmailRule = knownOptions(policy, given, ['allow', 'deny'])
  const allow = textList(policy, `${option}.allow`, rule.allow)
  const deny = textList(policy, `${option}.deny`, rule.deny)
  if (allow === undefined && deny === undefined)
    throw invalidOption(policy, {
      option,
      problem: 'neither allows nor denies',
      fix: 'Give it allow or deny.',
    })
  const isAllowed = allow === undefined ? undefined : compileHosts(allow, { policy, option, below: false })
  const isDenied = compileHosts(deny ?? [], { policy, option, below: true })
  return (text) => {
    if (text.length > 10_000 || /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u.test(text))
      return 'email_unreadable'
    for (const part of text.split(/[,;]/)) {
      const [, local = '', domain = '', closed] = ADDRESS.exec(part.trim()) ?? []
      // `a!b` and `a%b` are routes to elsewhere
      if (local === '' || /[!%]/.test(local) || (closed === '>') !== part.includes('<'))
        return 'email_unreadable'
      const host = hostOf(domain)
      if (host === undefined) return 'email_unreadable'
      if (isDenied(host, '') !== undefined || (isAllowed !== undefined && isAllowed(host, '') === undefined))
        return 'email_denied'
    }
    return undefined
  }
}
