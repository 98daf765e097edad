import type { Command } from 'commander'
import { KEY_FORMS } from '../keys/read-key.ts'

/** Who signs a record, as the options say it. */
export interface IssuerRequest {
  readonly issuerId?: string
  readonly issuerKey?: string
  readonly unsafeEphemeralKey?: boolean
  readonly sub?: string
}

/** Adds the options that say who signs. */
export function withIssuer(command: Command): Command {
  return command
    .option('--issuer-id <issuer>', 'an https origin or a DID; the did:key of the key by default')
    .option('--issuer-key <key>', `private ${KEY_FORMS}`)
    .option(
      '--unsafe-ephemeral-key',
      'sign with a new key that nobody keeps: proves nothing about who signed',
    )
    .option('--sub <subject>', 'what the record is about')
}
