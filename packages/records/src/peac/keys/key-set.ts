import type { KeyObject } from 'node:crypto'
import { toPublicKey } from '@agent-run/types'
import { invalidOption } from '../invalid-option.ts'
import type { PeacIssuerDocument } from './issuer-document.ts'
import { toPublicJwk, type PeacKeyInput, type PeacPublicJwk } from './peac-key.ts'

/** Why a key was withdrawn (RFC 5280, reasons that fit keys for records). */
export type RevocationReason =
  | 'key_compromise'
  | 'superseded'
  | 'cessation_of_operation'
  | 'privilege_withdrawn'

/** A key that the verifier trusts, and for which records. Moments are seconds since the epoch, as in `iat`. */
export interface TrustedKey {
  readonly jwk: PeacKeyInput
  /** Records before it are not accepted. */
  readonly from?: number
  /** Records after it are not accepted: the key was replaced then. */
  readonly until?: number
  /**
   * Withdrawn: a compromised key, which is the default, makes no record believable, since who stole it can also write an
   * earlier time; with another reason older records stay.
   */
  readonly revoked?: { readonly at: number; readonly reason?: RevocationReason }
}

/** The key of a record, or why there is none. */
export type KeyChoice =
  | { readonly ok: true; readonly key: KeyObject }
  | { readonly ok: false; readonly code: 'E_KEY_NOT_FOUND' | 'E_REVOKED_KEY_USED'; readonly message: string }

/** The keys of an issuer, old and new ones. */
export interface PeacKeySet {
  /** The key with this id, for a record of this time (seconds since the epoch). */
  find(kid: string, iat: number): KeyChoice
  /** What an issuer publishes at its `jwks_uri`. */
  jwks(): { readonly keys: readonly PeacPublicJwk[] }
}

/** Puts the keys of an issuer together, so that records from before and after a rotation verify; throws `invalid_options`. */
export function createKeySet(keys: readonly TrustedKey[]): PeacKeySet {
  const known = new Map<
    string,
    { readonly trusted: TrustedKey; readonly jwk: PeacPublicJwk; readonly key: KeyObject }
  >()
  for (const trusted of keys) {
    const jwk = toPublicJwk(trusted.jwk)
    if (known.has(jwk.kid)) {
      throw invalidOption(`two keys are called ${jwk.kid}`, 'Give each key a kid of its own, for good.')
    }
    known.set(jwk.kid, { trusted, jwk, key: toPublicKey({ ...jwk }) })
  }
  return {
    find(kid, iat) {
      const found = known.get(kid)
      if (found === undefined) return notFound('no trusted key has the kid of the record')
      return judge(found.trusted, iat) ?? { ok: true, key: found.key }
    },
    jwks: () => ({ keys: [...known.values()].map(({ jwk }) => jwk) }),
  }
}

function judge({ from, until, revoked }: TrustedKey, iat: number): KeyChoice | undefined {
  if (
    revoked !== undefined &&
    ((revoked.reason ?? 'key_compromise') === 'key_compromise' || iat >= revoked.at)
  ) {
    return { ok: false, code: 'E_REVOKED_KEY_USED', message: 'the key was withdrawn' }
  }
  if (from !== undefined && iat < from) return notFound('the key was not in use yet')
  return until !== undefined && iat > until ? notFound('the key was no longer in use') : undefined
}

function notFound(message: string): KeyChoice {
  return { ok: false, code: 'E_KEY_NOT_FOUND', message }
}

/** Puts together what an issuer publishes: its JWKS, and the issuer document with the keys that were withdrawn. */
export function readKeySet(
  jwks: { readonly keys: readonly PeacKeyInput[] },
  document?: Pick<PeacIssuerDocument, 'revoked_keys'>,
): PeacKeySet {
  return createKeySet(
    jwks.keys.map((jwk): TrustedKey => {
      const { kid } = toPublicJwk(jwk)
      const entry = document?.revoked_keys?.find((withdrawn) => withdrawn.kid === kid)
      if (entry === undefined) return { jwk }
      const at = Math.floor(Date.parse(entry.revoked_at) / 1000)
      return { jwk, revoked: entry.reason === undefined ? { at } : { at, reason: entry.reason } }
    }),
  )
}
