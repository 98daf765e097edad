import { randomUUID } from 'node:crypto'
import { AosError } from '@aos/sdk'
import type { PeacClaims } from '../generated/peac-types.ts'
import { checkClaims } from './claims/check-claims.ts'
import type { RecordIssue } from './claims/record-issue.ts'
import { groupOfType } from './claims/registry.ts'
import { extensionIssues } from './extensions/check-extensions.ts'
import { didKeyOf } from './keys/did-key.ts'
import type { PeacKey } from './keys/peac-key.ts'
import { MAX_RECORD_BYTES, recordRef, signPayload } from './wire/compact-jws.ts'
import { isIJsonValue } from './wire/i-json.ts'
import { structuralFault } from './wire/structure.ts'

/** A signed record. */
export interface PeacRecord {
  /** Compact JWS; keep it as it is, since its address is the hash of this text. */
  readonly jws: string
  /** Content address: `sha256:` and the hash of `jws` (`peac.record.ref`). */
  readonly ref: string
  readonly claims: PeacClaims
}

/** What {@link issue} takes: claims of Wire 0.2 by their names, and the key. */
export interface IssueOptions extends Partial<Omit<PeacClaims, 'peac_version' | 'type'>> {
  readonly key: PeacKey
  readonly type: string
  /** Milliseconds since the epoch; the clock of the system by default. */
  readonly now?: () => number
  /** Makes the `jti` where none is given; a UUID of version 7 by default. */
  readonly newId?: () => string
}

/**
 * Issues a record: fills in what is missing, checks envelope and content, and signs. Without `iss` the issuer is the
 * `did:key` of the key. Throws `invalid_options` for a record that a verifier would refuse.
 */
export function issue(options: IssueOptions): PeacRecord {
  const { key, now = Date.now, newId = () => newJti(now()) } = options
  return issueClaims(
    orderedClaims({
      peac_version: '0.2',
      kind: options.kind ?? 'evidence',
      type: options.type,
      iss: options.iss ?? didKeyOf(key.privateKey),
      iat: options.iat ?? Math.floor(now() / 1000),
      jti: options.jti ?? newId(),
      sub: options.sub,
      pillars: options.pillars && [...options.pillars].toSorted(),
      actor: options.actor,
      occurred_at: options.occurred_at,
      purpose_declared: options.purpose_declared,
      policy: options.policy,
      representation: options.representation,
      extensions: options.extensions,
    }),
    key,
  )
}

/** Signs claims that are complete, member by member as they are; throws `invalid_options` as {@link issue} does. */
export function issueClaims(claims: PeacClaims, key: PeacKey): PeacRecord {
  const problem = problemOf(claims)
  if (problem !== undefined) throw refused(problem)
  const jws = signPayload(claims, key)
  if (jws.length > MAX_RECORD_BYTES)
    throw refused({ path: '', message: `it is larger than ${MAX_RECORD_BYTES} bytes` })
  return { jws, ref: recordRef(jws), claims }
}

type Given<Claims> = { readonly [Name in keyof Claims]: Claims[Name] | undefined }

// the order is the one in which the members are signed
function orderedClaims(claims: Given<PeacClaims>): PeacClaims {
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  ) as unknown as PeacClaims
}

function problemOf(value: PeacClaims): RecordIssue | undefined {
  if (!isIJsonValue(value))
    return { path: '', message: 'it must be plain JSON, of characters and safe numbers only' }
  const fault = structuralFault(value)
  if (fault !== undefined) return { path: '', message: `it is ${fault}`, code: 'E_CONSTRAINT_VIOLATION' }
  const checked = checkClaims(value)
  if (!checked.ok) return checked.issues[0]
  const group = groupOfType(value.type)
  if (value.kind === 'evidence' && group !== undefined && !Object.hasOwn(value.extensions ?? {}, group)) {
    return { path: '/extensions', message: `must have ${group}`, code: 'E_EXTENSION_GROUP_REQUIRED' }
  }
  return extensionIssues(value)[0]
}

function refused({ path, message, code = 'E_INVALID_FORMAT' }: RecordIssue): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `This record would be refused (${code}): ${path === '' ? message : `${path} ${message}`}`,
    why: 'A record is signed once and for all, so what a verifier would refuse is not signed.',
    fix: 'Put that claim right, or take the claims from the functions that make them, such as agentAction().',
  })
}

function newJti(nowMs: number): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
