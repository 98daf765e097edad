import { AosError } from '@aos/sdk'
import type { HeaderFields, MessageSigner } from '../client/message-signer.ts'
import { createNonces } from './new-nonce.ts'
import { NonceStore } from './nonce-store.ts'
import { ownForm } from './own-form.ts'
import { requestValues, responseValues, type RequestParts, type ResponseParts } from './signature-base.ts'
import {
  toCheckingKeys,
  toSigningKey,
  type SignatureAlgorithm,
  type SignatureKey,
  type SignatureKeyInput,
} from './signature-key.ts'
import {
  checkMessage,
  covers,
  problem,
  REAL_TIME,
  signMessage,
  type HeldSignature,
  type SignatureClock,
  type SignatureProblem,
} from './signed-message.ts'

/** A request whose signature is made or checked. */
export interface SignedRequest extends RequestParts {
  readonly body: Uint8Array
}

/** A response whose signature is made or checked. */
export interface SignedResponse extends ResponseParts {
  readonly body: Uint8Array
}

/** What signs one side's messages. */
export interface OwnSignature {
  /** Under which the other side knows the key. */
  readonly keyId: string
  readonly key: SignatureKeyInput
  /** Default `hmac-sha256`. */
  readonly algorithm?: SignatureAlgorithm | undefined
  /** For how long a signature counts, and how far the clocks may be apart; default 60,000. */
  readonly maxSkewMs?: number | undefined
  readonly clock?: SignatureClock | undefined
  readonly newNonce?: (() => string) | undefined
}

/** How a client signs its requests and knows the guardian by its answers. */
export interface MessageSignerOptions extends OwnSignature {
  /** Keys of the guardian by key id; default, with `hmac-sha256`, the shared key itself. */
  readonly verifyKeys?: Readonly<Record<string, SignatureKey>> | undefined
}

/** How a guardian knows its clients by their requests. */
export interface RequestVerifierOptions {
  /** Keys of the clients by key id. */
  readonly keys: Readonly<Record<string, SignatureKey>>
  /** How far the clocks may be apart, and for how long a request counts; default 60,000. */
  readonly maxSkewMs?: number | undefined
  /** Requests of one key that are remembered, so that none counts twice; beyond that its requests are refused. Default 100,000. */
  readonly nonceCapacity?: number | undefined
  readonly clock?: SignatureClock | undefined
}

/** Checks signed requests. */
export interface RequestVerifier {
  verify(request: SignedRequest): HeldSignature | SignatureProblem
}

/** Signs the answers of a guardian. */
export interface ResponseSigner {
  /** Gives the header fields that sign a response and bind it to the request it answers. */
  signResponse(response: SignedResponse, request: RequestParts): HeaderFields
}

const REQUEST = ownForm(
  ['@method', '@target-uri', 'content-digest', 'content-type'].map((name) => covers(name)),
)
const RESPONSE = ownForm([
  covers('@status'),
  covers('content-digest'),
  covers('content-type'),
  covers('@method', true),
  covers('@target-uri', true),
  covers('content-digest', true),
  covers('signature', true),
])
const MAX_SKEW_MS = 60_000
const NONCE_CAPACITY = 100_000

/**
 * Makes what signs a client's requests and checks the guardian's answers (RFC 9421, with the tag `aos-guardian`): the
 * answer must be signed for exactly this request.
 */
export function createMessageSigner(options: MessageSignerOptions): MessageSigner {
  const sign = createSigning(options)
  const { key, keyId, algorithm = 'hmac-sha256', clock = REAL_TIME } = options
  const shared = algorithm === 'hmac-sha256' ? { [keyId]: { algorithm, key } } : {}
  const keys = toCheckingKeys(options.verifyKeys ?? shared)
  const maxSkewMs = checkedSkew(options.maxSkewMs)
  return {
    signRequest: ({ headers, body, ...request }) =>
      sign({
        headers,
        body,
        form: REQUEST,
        valuesOf: (all) => requestValues({ ...request, headers: all }),
      }),
    verifyResponse: (response, request) => {
      const checked = checkMessage({
        keys,
        headers: response.headers,
        body: response.body,
        form: RESPONSE,
        date: clock.date(),
        maxSkewMs,
        values: responseValues(response, request),
      })
      return checked.ok ? undefined : checked.problem
    },
  }
}

/** Makes what checks the signatures of requests, each of which counts once. */
export function createRequestVerifier(options: RequestVerifierOptions): RequestVerifier {
  const { clock = REAL_TIME, nonceCapacity = NONCE_CAPACITY } = options
  const keys = toCheckingKeys(options.keys)
  const maxSkewMs = checkedSkew(options.maxSkewMs)
  if (!Number.isSafeInteger(nonceCapacity) || nonceCapacity < 1)
    throw invalid('nonceCapacity is no whole number above 0', 'Leave it out to remember 100,000 requests.')
  // a message may come as early as it may come late
  const keepMs = 2 * maxSkewMs + 2000
  const nonces = new NonceStore({ capacity: nonceCapacity, keepMs, now: () => clock.now() })
  const startedAt = Math.floor(clock.date() / 1000)
  return {
    verify: (request) => {
      const checked = checkMessage({
        keys,
        headers: request.headers,
        body: request.body,
        form: REQUEST,
        date: clock.date(),
        maxSkewMs,
        values: requestValues(request),
      })
      if (!checked.ok) return checked
      // an earlier verifier may have seen it, and its nonces are gone
      if (checked.created < startedAt)
        return problem('signature_expired', 'it was made before this guardian started; compare the clocks')
      const refused = nonces.use(checked)
      if (refused === 'replayed')
        return problem('nonce_replayed', 'a message with its nonce has come already')
      if (refused === 'full') return problem('nonces_full', 'more messages came than can be remembered')
      return checked
    },
  }
}

/** Makes what signs the answers of a guardian. */
export function createResponseSigner(options: OwnSignature): ResponseSigner {
  const sign = createSigning(options)
  return {
    signResponse: ({ status, headers, body }, request) =>
      sign({
        headers,
        body,
        form: RESPONSE,
        valuesOf: (all) => responseValues({ status, headers: all }, request),
      }),
  }
}

type Unsigned = Pick<Parameters<typeof signMessage>[0], 'headers' | 'body' | 'form' | 'valuesOf'>

function createSigning(options: OwnSignature): (message: Unsigned) => HeaderFields {
  const { keyId, algorithm = 'hmac-sha256', clock = REAL_TIME, newNonce = createNonces() } = options
  const key = toSigningKey(keyId, { algorithm, key: options.key })
  const lifetime = Math.ceil(checkedSkew(options.maxSkewMs) / 1000)
  return (message) =>
    signMessage({
      ...message,
      key,
      lifetime,
      created: Math.floor(clock.date() / 1000),
      nonce: newNonce(),
    })
}

function checkedSkew(maxSkewMs: number = MAX_SKEW_MS): number {
  if (Number.isFinite(maxSkewMs) && maxSkewMs >= 1000 && maxSkewMs <= 3_600_000) return maxSkewMs
  throw invalid('maxSkewMs is not between a second and an hour', 'Leave it out for a minute.')
}

function invalid(why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `Messages cannot be signed: ${why}`, fix })
}
