import { AosError } from '@aos/sdk'
import type { TlsOptions } from 'node:tls'
import { unknownKey } from '../known-keys.ts'
import { isLoopbackAddress } from '../client/address-guard.ts'
import type { PolicySource } from '../policy/policy-source.ts'
import type { Policy } from '../policy/policy.ts'
import type { PolicyFactories, PolicySpec } from '../policies/policy-from.ts'
import type { RequestVerifier, ResponseSigner } from '../signature/message-signature.ts'
import type { InboxOptions } from './approval-inbox.ts'
import type { ServerAuth } from './principal.ts'
import type { RpcSettings } from './rpc-methods.ts'
import type { UpstreamOptions } from './upstream.ts'

/** What checks the signatures of requests and signs what answers them. */
export interface ServerSignature {
  readonly verifier: RequestVerifier
  readonly signer: ResponseSigner
}

/** Options of {@link createGuardianServer}. */
export interface GuardianServerOptions {
  /** As a {@link GuardianAgent} takes them: made by factories, by name, `{ policy: name, … }`, or `policyFile()`. */
  readonly policies: readonly (Policy | PolicySpec)[] | PolicySource
  /** Policies that are not built in, by the name `{ policy: name, … }` calls them: `{ cel: celPolicy }`. */
  readonly factories?: PolicyFactories | undefined
  /** What becomes of a step on which every policy abstains; default `allow`. */
  readonly default?: 'allow' | 'deny' | undefined
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Path of a unix socket to listen at, in place of host and port. */
  readonly socketPath?: string | undefined
  /** Key and certificate; with `ca` and `requestCert` callers need certificates too. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'requestCert' | 'minVersion'> | undefined
  /** Who may call; without it only this machine, and nobody may rewire, approve or stop. */
  readonly auth?: ServerAuth | undefined
  /** Checks the signatures of requests and signs answers (RFC 9421). */
  readonly signature?: ServerSignature | undefined
  /** URL at which callers know this server, which is what they sign; default: scheme and Host of the request. */
  readonly publicUrl?: string | undefined
  /** Takes only the form of the wire that we emit, and no request without an id; default false. */
  readonly strict?: boolean | undefined
  /** Default 1 MiB. */
  readonly maxRequestBytes?: number | undefined
  /** Milliseconds the policies may take; default 1000. */
  readonly timeoutMs?: number | undefined
  readonly approvals?: Omit<InboxOptions, 'clock'> | undefined
  readonly upstream?: UpstreamOptions | undefined
  readonly onDecision?: RpcSettings['onDecision']
  readonly onTrace?: RpcSettings['onTrace']
  readonly agbom?: RpcSettings['agbom']
  /**
   * Answers A2A requests for bills of materials at `POST /agbom`: the `a2a` of `agbomAnswers` of `@aos/inspect`. Without it
   * there is no such path.
   */
  readonly agbomRequest?: ((request: unknown) => unknown) | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

const OPTIONS: Readonly<Record<keyof Required<GuardianServerOptions>, true>> = {
  policies: true,
  factories: true,
  default: true,
  host: true,
  port: true,
  socketPath: true,
  tls: true,
  auth: true,
  signature: true,
  publicUrl: true,
  strict: true,
  maxRequestBytes: true,
  timeoutMs: true,
  approvals: true,
  upstream: true,
  onDecision: true,
  onTrace: true,
  agbom: true,
  agbomRequest: true,
  clock: true,
}

/** Throws `invalid_options` where a server would be open to more than it says. */
export function checkServerOptions(options: GuardianServerOptions): void {
  if (typeof options !== 'object' || options === null)
    throw invalid('it has no options', "Pass { policies: ['data-protection'] }.")
  const unknown = unknownKey(options, OPTIONS)
  if (unknown !== undefined)
    throw invalid(`it has no option ${unknown}`, `Known: ${Object.keys(OPTIONS).join(', ')}.`)
  if (options.policies === undefined)
    throw invalid('it has no policies', "Pass policies: ['data-protection'], or policyFile('policies.yaml').")
  if (!['allow', 'deny', undefined].includes(options.default))
    throw invalid('default must be allow or deny', "Leave it out for 'allow'.")
  const { host = '127.0.0.1', auth, socketPath, tls, port = 0 } = options
  if (socketPath !== undefined && options.host !== undefined)
    throw invalid('it has both a socketPath and a host', 'Pass one of them.')
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw invalid('port is no port', 'Pass a whole number from 0 to 65535.')
  if (socketPath !== undefined || host === 'localhost' || isLoopbackAddress(host)) return
  if (auth === undefined && options.signature === undefined)
    throw invalid('anybody could call it', 'Pass auth or signature, or listen on 127.0.0.1.')
  if (tls === undefined && options.signature === undefined)
    throw invalid(
      'what it decides could be read and changed on the way',
      'Pass tls, or put it behind a proxy on this machine.',
    )
}

function invalid(why: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The guardian server cannot be started: ${why}`,
    why: 'A guardian that others can speak for guards nothing.',
    fix,
  })
}
