import { AosError } from '@aos/sdk'
import type { Codec } from '../wire/codec.ts'
import type { ResolveHost } from './address-guard.ts'
import type { BreakerOptions } from './circuit-breaker.ts'
import { parseEndpoint, type Endpoint } from './endpoint.ts'
import { checkedFailOpen, isReason, type FailOpen } from './failure.ts'
import type { FieldMask } from './field-mask.ts'
import { systemClock, type GuardianClock } from './guardian-clock.ts'
import type { MessageSigner } from './message-signer.ts'
import { isToken, type Bearer } from './outgoing-request.ts'
import type { TlsOptions } from './transport.ts'

/** How a remote guardian is asked. */
export interface GuardianClientOptions {
  /** https URL; http for this machine only. May be left out with `socketPath`. */
  readonly endpoint?: string | URL | undefined
  /** Unix socket at which the guardian listens. */
  readonly socketPath?: string | undefined
  /**
   * The dialect, or the dialects in the order in which they are tried: the next one once the guardian does not know the
   * method of the one before, and what it has understood is kept.
   */
  readonly codec: Codec | readonly Codec[]
  /** Milliseconds a decision may take, waiting and retrying included; default 1000. */
  readonly timeoutMs?: number | undefined
  /** Requests under way at once; default 64. */
  readonly maxInFlight?: number | undefined
  /** Decisions that may wait for their turn; default 256. What comes on top is denied. */
  readonly maxQueue?: number | undefined
  /** Default 1 MiB. */
  readonly maxRequestBytes?: number | undefined
  /** Default 1 MiB. */
  readonly maxResponseBytes?: number | undefined
  readonly breaker?: BreakerOptions | undefined
  /** Token shown to the guardian, or what gives the token of the moment. */
  readonly bearer?: Bearer | undefined
  readonly tls?: TlsOptions | undefined
  /** Signs requests and checks the signatures of answers. */
  readonly signature?: MessageSigner | undefined
  /** What the guardian need not see; the system prompt is never told unless asked for. */
  readonly fieldMask?: FieldMask | undefined
  /** Secret of at least 16 bytes for the mode `digest` of a field mask. */
  readonly digestKey?: string | Uint8Array | undefined
  /** Hooks that go on where no answer comes, each with its reason. An answer that is not to be believed stays a deny. */
  readonly failOpen?: FailOpen | undefined
  /** Allows what happens at hooks that the guardian does not know; denied unless given. */
  readonly unknownMethod?: { readonly action: 'allow'; readonly reason: string } | undefined
  /** The time by which calls live, in place of the real one. */
  readonly timing?: GuardianClock | undefined
  readonly newId?: (() => string) | undefined
  /** Finds the addresses of a host name in place of `node:dns`; they are checked all the same. */
  readonly resolve?: ResolveHost | undefined
}

/** Options that were checked, with their defaults. */
export interface ClientSettings {
  readonly endpoint: Endpoint
  readonly codecs: readonly [Codec, ...Codec[]]
  readonly timeoutMs: number
  readonly maxInFlight: number
  readonly maxQueue: number
  readonly maxRequestBytes: number
  readonly maxResponseBytes: number
  readonly failOpen: FailOpen
  readonly unknownMethod: string | undefined
  readonly clock: GuardianClock
}

const MEBIBYTE = 1024 * 1024

/** Checks options; throws `invalid_endpoint` and `invalid_options`. */
export function checkedSettings(options: GuardianClientOptions): ClientSettings {
  const { bearer, unknownMethod } = options
  if (bearer !== undefined && typeof bearer !== 'function' && !isToken(bearer))
    throw invalid('`bearer` is no token', 'Pass the token alone, without `Bearer` and spaces, or a function.')
  if (unknownMethod !== undefined && (unknownMethod.action !== 'allow' || !isReason(unknownMethod.reason)))
    throw invalid('`unknownMethod` is not complete', "Pass { action: 'allow', reason: '…' }.")
  return {
    endpoint: parseEndpoint(options.endpoint, options.socketPath),
    codecs: codecsOf(options.codec),
    timeoutMs: amount(options, 'timeoutMs', 1000, 1),
    maxInFlight: amount(options, 'maxInFlight', 64, 1),
    maxQueue: amount(options, 'maxQueue', 256, 0),
    maxRequestBytes: amount(options, 'maxRequestBytes', MEBIBYTE, 1),
    maxResponseBytes: amount(options, 'maxResponseBytes', MEBIBYTE, 1),
    failOpen: checkedFailOpen(options.failOpen ?? {}),
    unknownMethod: unknownMethod?.reason,
    clock: options.timing ?? systemClock,
  }
}

function codecsOf(given: Codec | readonly Codec[]): readonly [Codec, ...Codec[]] {
  const [first, ...further] = 'name' in given ? [given] : given
  if (first === undefined) throw invalid('`codec` is empty', 'Pass a codec.')
  return [first, ...further]
}

function amount(
  options: GuardianClientOptions,
  name: 'timeoutMs' | 'maxInFlight' | 'maxQueue' | 'maxRequestBytes' | 'maxResponseBytes',
  ...[unlessGiven, least]: readonly [number, number]
): number {
  const given = options[name] ?? unlessGiven
  if (Number.isSafeInteger(given) && given >= least) return given
  throw invalid(`\`${name}\` is ${String(given)}`, `Pass a whole number from ${least}.`)
}

function invalid(why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `The guardian client cannot be made: ${why}`, fix })
}
