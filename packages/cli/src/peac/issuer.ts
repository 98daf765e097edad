import { generatePeacKey, type PeacKey } from '@aos/records/peac'
import { readPeacKey } from '../keys/signing-keys.ts'
import { CliError } from '../terminal/cli-error.ts'
import type { Context } from '../terminal/context.ts'
import type { IssuerRequest } from './issuer-request.ts'

/** What {@link issuerOf} finds. */
export interface Issuer {
  readonly key: PeacKey
  readonly issuer?: string
  readonly sub?: string
}

/** The key and the name of who signs; there must be exactly one key. */
export async function issuerOf(request: IssuerRequest, { terminal, note }: Context): Promise<Issuer> {
  const { issuerId, issuerKey, unsafeEphemeralKey = false, sub } = request
  if ((issuerKey === undefined) !== unsafeEphemeralKey)
    throw new CliError({
      message: issuerKey === undefined ? 'There is no key to sign with' : 'There are two keys to sign with',
      why: 'A record counts as much as the key that signed it.',
      fix: 'Pass --issuer-key file:PATH or --issuer-key env:VARIABLE; to try it out, --unsafe-ephemeral-key alone.',
    })
  const key = issuerKey === undefined ? generatePeacKey() : await readPeacKey(issuerKey, terminal.env)
  if (unsafeEphemeralKey)
    note(`signed with a key that is gone now; its public half: ${JSON.stringify(key.publicJwk)}`)
  return {
    key,
    ...(issuerId === undefined ? {} : { issuer: issuerId }),
    ...(sub === undefined ? {} : { sub }),
  }
}
