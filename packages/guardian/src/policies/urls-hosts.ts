import { invalidOption } from './policy-options.ts'

/** Says whether a host is meant, by its name alone or together with its port. */
export type HostTest = (host: string, port: string) => 'host' | 'port' | undefined

interface HostPattern {
  readonly host: string
  readonly port: string | undefined
  readonly isBelow: boolean
  readonly isExact: boolean
}

/** Gives a host as it is compared: in the form of DNS, without a dot at its end; `undefined` where it is none. */
export function hostOf(text: string): string | undefined {
  if (/[\s/?#@\\%:[\]]/.test(text)) return undefined
  try {
    const { hostname } = new URL(`https://${text}`)
    return hostname === '' ? undefined : plainHost(hostname)
  } catch {
    return undefined
  }
}

/** Takes the dot from the end of a host name, which means the same host. */
export function plainHost(hostname: string): string {
  return hostname.replace(/\.+$/, '')
}

/** Compiles hosts into one test; with `below` each means what lies below it too. */
export function compileHosts(
  hosts: readonly string[],
  { policy, option, below }: { readonly policy: string; readonly option: string; readonly below: boolean },
): HostTest {
  const patterns = hosts.map((text) => {
    const pattern = compileHost(text, below)
    if (pattern !== undefined) return pattern
    throw invalidOption(policy, {
      option,
      problem: 'names a host that is none',
      fix: 'Write hosts as "example.com", "*.example.com", "127.0.0.1", "[::1]" or "localhost:3000".',
    })
  })
  return (host, port) => {
    const fitting = patterns.filter((pattern) => fits(pattern, host, port))
    if (fitting.length === 0) return undefined
    return fitting.some((pattern) => pattern.port !== undefined) ? 'port' : 'host'
  }
}

function compileHost(text: string, below: boolean): HostPattern | undefined {
  const [, star, name = '', port] =
    /^(\*\.)?(\[[\da-f:.]+\]|[^:[\]]+?)(?::(\d{1,5}))?$/i.exec(text.trim()) ?? []
  const host = name.startsWith('[') ? v6Of(name) : hostOf(name)
  if (host === undefined || host === '' || host.includes('*')) return undefined
  const isAddress = /^[\d.]+$|^\[/.test(host)
  return {
    host,
    port,
    isExact: star === undefined || below,
    isBelow: !isAddress && (below || star !== undefined),
  }
}

function v6Of(text: string): string | undefined {
  try {
    return new URL(`https://${text}`).hostname
  } catch {
    return undefined
  }
}

function fits(pattern: HostPattern, host: string, port: string): boolean {
  if (pattern.port !== undefined && pattern.port !== port) return false
  return (pattern.isExact && pattern.host === host) || (pattern.isBelow && host.endsWith(`.${pattern.host}`))
}
