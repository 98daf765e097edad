import type { KeyObject } from 'node:crypto'

import { AgentRunError } from './errors.ts'
import type { Provenance } from './generated/types.ts'
import { isSignedBy, keyOfSigner, namesKey } from './signing.ts'

/** What a signature proves. */
export interface SignatureResult {
  readonly ok: boolean
  /** Whether a trusted key made it. */
  readonly trusted: boolean
  readonly message: string
}

/** Checks the signature of a provenance against trusted keys, or without any against the key that it names itself. */
export function checkSignature(provenance: Provenance, trusted: readonly KeyObject[]): SignatureResult {
  try {
    return trusted.length === 0 ? checkNamed(provenance) : checkTrusted(provenance, trusted)
  } catch (error) {
    if (error instanceof AgentRunError) return refuse(error.message)
    throw error
  }
}

function checkTrusted(provenance: Provenance, trusted: readonly KeyObject[]): SignatureResult {
  const named = trusted.filter((key) => namesKey(provenance.signed_by, key))
  if (named.length === 0 && keyOfSigner(provenance.signed_by) !== undefined) {
    return refuse('signed_by names a key that is not trusted')
  }
  // an id that no key answers to may be a name of the signer's own, so any trusted key may have signed
  const candidates = named.length === 0 ? trusted : named
  const ok = candidates.some((key) => isSignedBy(provenance, key))
  if (!ok) return refuse('no trusted key made this signature over this provenance')
  return { ok, trusted: true, message: 'signed by a trusted key' }
}

function checkNamed(provenance: Provenance): SignatureResult {
  const key = keyOfSigner(provenance.signed_by)
  if (key === undefined) return refuse('signed_by holds no key and none was given to verify with')
  if (!isSignedBy(provenance, key)) return refuse('the signature does not fit the provenance')
  const message = 'signed by the key in signed_by; no key was given that says whether to trust it'
  return { ok: true, trusted: false, message }
}

function refuse(message: string): SignatureResult {
  return { ok: false, trusted: false, message }
}
