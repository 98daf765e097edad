import { invalidOption } from '../invalid-option.ts'
import { isCanonicalIssuer } from '../claims/text-rules.ts'
import type { RevocationReason, TrustedKey } from './key-set.ts'
import { toPublicJwk } from './peac-key.ts'

/** What an issuer publishes at `/.well-known/peac-issuer.json`. */
export interface PeacIssuerDocument {
  readonly version: 'peac-issuer/0.1'
  readonly issuer: string
  readonly jwks_uri: string
  readonly revoked_keys?: readonly {
    readonly kid: string
    readonly revoked_at: string
    readonly reason?: RevocationReason
  }[]
}

/** What {@link peacIssuerDocument} is made from. */
export interface IssuerDocumentOptions {
  /** An https origin, the `iss` of the records. */
  readonly issuer: string
  /** Where the keys are; below the issuer at `/.well-known/jwks.json` by default. */
  readonly jwksUri?: string
  /** The keys; those that were withdrawn are listed. */
  readonly keys?: readonly TrustedKey[]
}

/** Makes the document by which others find the keys of an https issuer; throws `invalid_options`. */
export function peacIssuerDocument({
  issuer,
  jwksUri,
  keys = [],
}: IssuerDocumentOptions): PeacIssuerDocument {
  if (!isCanonicalIssuer(issuer) || !issuer.startsWith('https://')) {
    throw invalidOption(
      'issuer must be an https origin',
      'Pass one like https://agents.example.com; a did:key issuer needs no document.',
    )
  }
  const revoked = keys.flatMap(({ jwk, revoked }) => {
    if (revoked === undefined) return []
    const { kid } = toPublicJwk(jwk)
    const entry = { kid, revoked_at: new Date(revoked.at * 1000).toISOString() }
    return [revoked.reason === undefined ? entry : { ...entry, reason: revoked.reason }]
  })
  return {
    version: 'peac-issuer/0.1',
    issuer,
    jwks_uri: jwksUri ?? `${issuer}/.well-known/jwks.json`,
    ...(revoked.length === 0 ? {} : { revoked_keys: revoked }),
  }
}
