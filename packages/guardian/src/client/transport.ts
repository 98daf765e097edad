import { AosError } from '@aos/sdk'
import type { ClientRequest } from 'node:http'
import type { AgentOptions } from 'node:https'
import { guardedLookup, type ResolveHost } from './address-guard.ts'
import type { Endpoint, Target } from './endpoint.ts'

/** How the guardian is known, and how it knows this client (mutual TLS); the guardian's certificate is always checked. */
export interface TlsOptions {
  /** Authorities to trust in place of the well-known ones, PEM. */
  readonly ca?: string | Uint8Array | undefined
  readonly cert?: string | Uint8Array | undefined
  readonly key?: string | Uint8Array | undefined
  readonly passphrase?: string | undefined
  /** Name that the certificate must be for; default the URL's host. */
  readonly servername?: string | undefined
}

/** What connects to one endpoint. */
export interface TransportOptions {
  readonly endpoint: Endpoint
  readonly tls?: TlsOptions | undefined
  readonly resolve?: ResolveHost | undefined
  readonly maxIdle: number
}

/** The connections to one endpoint. */
export interface Transport {
  request(target: Target, headers: Readonly<Record<string, string>>): ClientRequest
  /** Closes the connections that wait for use. */
  dropIdle(): void
  /** Closes all connections. */
  destroy(): void
}

const TLS_NAMES: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'passphrase', 'servername'])

/** Makes the connections to an endpoint: kept alive, bound to addresses at which a guardian may be, through no proxy. */
export function createTransport(options: TransportOptions): Transport {
  // imported as modules they would load all that hangs on them, fetch and its WebSocket included
  const http = process.getBuiltinModule('node:http')
  const https = process.getBuiltinModule('node:https')
  const { endpoint, maxIdle } = options
  const secure = checkedTls(options)
  const keptAlive = { keepAlive: true, maxFreeSockets: maxIdle, scheduling: 'lifo' } as const
  const agent = endpoint.tls ? new https.Agent({ ...keptAlive, ...secure }) : new http.Agent(keptAlive)
  const send = endpoint.tls ? https.request : http.request
  const lookup = guardedLookup(endpoint.loopbackOnly, options.resolve)
  const { socketPath } = endpoint
  const fixed = { agent, method: 'POST', lookup, ...(socketPath === undefined ? {} : { socketPath }) }
  return {
    request: ({ protocol, hostname, port, path }, headers) =>
      send({ ...fixed, protocol, hostname, port, path, headers }),
    dropIdle: () => {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
    },
    destroy: () => agent.destroy(),
  }
}

function checkedTls({ tls, endpoint }: TransportOptions): AgentOptions {
  // said aloud, because an environment variable turns the default off
  if (tls === undefined) return { rejectUnauthorized: true }
  const unknown = Object.keys(tls).find((name) => !TLS_NAMES.has(name))
  if (unknown !== undefined) throw invalidTls(`\`${unknown}\` cannot be set`)
  if (!endpoint.tls) throw invalidTls('the endpoint is no https URL')
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw invalidTls('`cert` and `key` belong together')
  const { servername, passphrase } = tls
  try {
    const secureContext = process.getBuiltinModule('node:tls').createSecureContext({
      minVersion: 'TLSv1.2',
      ...(tls.ca === undefined ? {} : { ca: pem(tls.ca) }),
      ...(tls.cert === undefined ? {} : { cert: pem(tls.cert) }),
      ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
      ...(passphrase === undefined ? {} : { passphrase }),
    })
    return {
      secureContext,
      rejectUnauthorized: true,
      ...(servername === undefined ? {} : { servername }),
    }
  } catch (error) {
    throw invalidTls('the certificates or the key cannot be read', error)
  }
}

function pem(given: string | Uint8Array): string {
  return typeof given === 'string' ? given : Buffer.from(given).toString('utf8')
}

function invalidTls(why: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `tls: ${why}`,
    fix: 'Pass PEM texts: `ca` to know the guardian, `cert` and `key` to be known by it; checking cannot be turned off.',
    cause,
  })
}
