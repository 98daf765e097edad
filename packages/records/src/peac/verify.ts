import type { KeyObject } from 'node:crypto'
import { toPublicKey } from '@agent-run/types'
import type { PeacClaims } from '../generated/peac-types.ts'
import { checkClaims } from './claims/check-claims.ts'
import { pointerPart, type RecordIssue } from './claims/record-issue.ts'
import { groupOfType, isRegisteredGroup } from './claims/registry.ts'
import { extensionIssues, uncheckedGroups } from './extensions/check-extensions.ts'
import { invalidOption } from './invalid-option.ts'
import { keyOfDid } from './keys/did-key.ts'
import { createKeySet, type KeyChoice, type PeacKeySet, type TrustedKey } from './keys/key-set.ts'
import { keyInput, type PeacKeyInput } from './keys/peac-key.ts'
import { documentDigest, isDigest } from './policy-digest.ts'
import { openRecord, recordRef, type EnvelopeCode, type OpenedRecord } from './wire/compact-jws.ts'
import { isSignature } from './wire/ed25519-profile.ts'
import { structuralFault } from './wire/structure.ts'

/** How {@link verify} judges. Moments are seconds since the epoch. */
export interface VerifyOptions {
  /** Keys of the issuer, chosen by the record's `kid` and time. */
  readonly keys?: PeacKeySet | readonly TrustedKey[]
  /** The one key to verify with, whatever the record calls it. */
  readonly jwk?: PeacKeyInput
  /** Who must have issued it; a `did:key` here is itself the key. */
  readonly issuer?: string
  /** The `sub` that it must have. */
  readonly subject?: string
  /** The policy that must have been in force: its digest (`sha256:…`) or the document. */
  readonly policy?: string | object
  /** The moment of verifying; that of the system by default. */
  readonly now?: number
  /** How far the issuer's clock may be ahead, 300 s by default. */
  readonly maxSkewSeconds?: number
  /** `interop` makes warnings of a missing `typ` and of a group that is missing; `strict` by default. */
  readonly mode?: 'strict' | 'interop'
}

/** Something odd about a record that is valid all the same. */
export interface RecordWarning {
  readonly code:
    | 'typ_missing'
    | 'occurred_at_skew'
    | 'type_unregistered'
    | 'unknown_extension_preserved'
    | 'extension_group_missing'
    | 'extension_group_mismatch'
  readonly message: string
  /** JSON Pointer into the claims. */
  readonly pointer?: string
}

/** Why a record is refused; what is wrong inside of a group has a code of that group, such as `agent.action.unknown_field`. */
export type VerifyCode =
  | EnvelopeCode
  | Extract<KeyChoice, { ok: false }>['code']
  | 'E_INVALID_SIGNATURE'
  | 'E_UNSUPPORTED_WIRE_VERSION'
  | 'E_INVALID_ISSUER'
  | 'E_INVALID_SUBJECT'
  | 'E_NOT_YET_VALID'
  | 'E_OCCURRED_AT_FUTURE'
  | 'E_EXTENSION_GROUP_REQUIRED'
  | 'E_EXTENSION_GROUP_MISMATCH'
  | 'E_POLICY_BINDING_FAILED'
  | `${'agent.action' | 'lifecycle' | 'a2a' | 'cli'}.${string}`

/** A record that is valid. */
export interface ValidRecord {
  readonly valid: true
  readonly kid: string
  readonly claims: PeacClaims
  readonly ref: string
  /** Sorted by pointer and code. */
  readonly warnings: readonly RecordWarning[]
  /** Whether the policy of the record is the one that was asked for; `unavailable` where either is not known. */
  readonly policy: 'verified' | 'unavailable'
  /** Groups that are signed and that nobody has looked into. */
  readonly unchecked: readonly string[]
}

/** A record that is refused, and why. */
export interface RefusedRecord {
  readonly valid: false
  readonly code: VerifyCode
  readonly message: string
  readonly ref: string
  /** Everything that was found, where it is more than one thing. */
  readonly issues: readonly RecordIssue[]
  /** What it says, where the signature is genuine. */
  readonly claims?: unknown
}

/** What {@link verify} finds. */
export type PeacVerification = ValidRecord | RefusedRecord

/**
 * Verifies a record offline, with nothing but public keys: signature, header, structure, claims, times, policy, and what is in
 * its groups. Whatever it is given, it answers; it throws `invalid_options` only where there is no key to verify with.
 */
export function verify(jws: string, options: VerifyOptions = {}): PeacVerification {
  const keyOf = keyChooser(options)
  const text = typeof jws === 'string' ? jws : ''
  const ref = recordRef(text)
  const opened = openRecord(text)
  if (!opened.ok) return { valid: false, code: opened.code, message: opened.message, ref, issues: [] }
  const { record } = opened
  const choice = keyOf(record.kid, timeOf(record.payload))
  if (!choice.ok) return { valid: false, code: choice.code, message: choice.message, ref, issues: [] }
  if (!isSignature(record.signature, record.signed, choice.key)) {
    return {
      valid: false,
      code: 'E_INVALID_SIGNATURE',
      message: 'the signature is not of this key',
      ref,
      issues: [],
    }
  }
  const judged = judge(record, options)
  if ('code' in judged) return { valid: false, ref, claims: record.payload, issues: [], ...judged }
  return { valid: true, kid: record.kid, ref, ...judged }
}

type Refusal = Pick<RefusedRecord, 'code' | 'message'> & Partial<Pick<RefusedRecord, 'issues'>>
type Judged = Refusal | Pick<ValidRecord, 'claims' | 'warnings' | 'policy' | 'unchecked'>

function judge({ wire, payload }: OpenedRecord, options: VerifyOptions): Judged {
  const { mode = 'strict' } = options
  if (wire === undefined && mode === 'strict') return { code: 'E_INVALID_FORMAT', message: 'typ is missing' }
  const fault = structuralFault(payload)
  if (fault !== undefined) return { code: 'E_CONSTRAINT_VIOLATION', message: `it is ${fault}` }
  if (wire === '0.1') return { code: 'E_UNSUPPORTED_WIRE_VERSION', message: 'Wire 0.1 is no longer in use' }
  const checked = checkClaims(payload)
  if (!checked.ok) return refusal('E_INVALID_FORMAT', checked.issues)
  const { claims } = checked
  const group = groupFinding(claims)
  const refused =
    bindingRefusal(claims, options) ??
    timeRefusal(claims, options) ??
    (mode === 'strict' && group !== undefined ? { code: group.code, message: group.message } : undefined)
  if (refused !== undefined) return refused
  const policy = policyBinding(claims, options.policy)
  if (typeof policy !== 'string') return policy
  const [issue, ...more] = extensionIssues(claims)
  if (issue !== undefined) return refusal((issue.code ?? 'E_INVALID_FORMAT') as VerifyCode, [issue, ...more])
  const warnings = [
    ...warningsOf(claims),
    ...(wire === undefined ? [TYP_MISSING] : []),
    ...(group?.warnings ?? []),
  ]
  return { claims, policy, warnings: sorted(warnings), unchecked: uncheckedGroups(claims) }
}

const TYP_MISSING: RecordWarning = { code: 'typ_missing', message: 'the header names no typ' }

function refusal(code: VerifyCode, issues: readonly RecordIssue[]): Refusal {
  const [first] = issues
  return { code, message: `${first?.path ?? ''} ${first?.message ?? ''}`.trim(), issues }
}

function bindingRefusal({ iss, sub }: PeacClaims, { issuer, subject }: VerifyOptions): Refusal | undefined {
  if (issuer !== undefined && iss !== issuer)
    return { code: 'E_INVALID_ISSUER', message: `it was issued by ${iss}` }
  if (subject === undefined || sub === subject) return undefined
  return { code: 'E_INVALID_SUBJECT', message: `it is about ${sub ?? 'nobody'}` }
}

function timeRefusal(
  { kind, iat, occurred_at: occurred }: PeacClaims,
  options: VerifyOptions,
): Refusal | undefined {
  const { now = Math.floor(Date.now() / 1000), maxSkewSeconds = 300 } = options
  if (iat > now + maxSkewSeconds) return { code: 'E_NOT_YET_VALID', message: 'it was issued in the future' }
  if (kind !== 'evidence' || occurred === undefined) return undefined
  const isAhead = Date.parse(occurred) / 1000 > now + maxSkewSeconds
  return isAhead ? { code: 'E_OCCURRED_AT_FUTURE', message: 'it tells of the future' } : undefined
}

interface GroupFinding {
  readonly code: 'E_EXTENSION_GROUP_REQUIRED' | 'E_EXTENSION_GROUP_MISMATCH'
  readonly message: string
  readonly warnings: readonly RecordWarning[]
}

function groupFinding({ kind, type, extensions = {} }: PeacClaims): GroupFinding | undefined {
  const group = groupOfType(type)
  if (kind === 'challenge' || group === undefined || Object.hasOwn(extensions, group)) return undefined
  const isMismatch = Object.keys(extensions).some(isRegisteredGroup)
  const message = `a record of type ${type} must have ${group}`
  const code = isMismatch ? 'extension_group_mismatch' : 'extension_group_missing'
  return {
    code: isMismatch ? 'E_EXTENSION_GROUP_MISMATCH' : 'E_EXTENSION_GROUP_REQUIRED',
    message,
    warnings: [{ code, message, pointer: '/type' }],
  }
}

function policyBinding(
  { policy }: PeacClaims,
  wanted: VerifyOptions['policy'],
): ValidRecord['policy'] | Refusal {
  if (wanted === undefined) return 'unavailable'
  const digest = typeof wanted === 'string' ? wanted : documentDigest(wanted)
  if (!isDigest(digest))
    return { code: 'E_INVALID_FORMAT', message: 'policy must be sha256:<64 hexadecimal digits>' }
  if (policy === undefined) return 'unavailable'
  return policy.digest === digest
    ? 'verified'
    : { code: 'E_POLICY_BINDING_FAILED', message: `another policy was in force: ${policy.digest}` }
}

function warningsOf({
  kind,
  type,
  iat,
  occurred_at: occurred,
  extensions = {},
}: PeacClaims): readonly RecordWarning[] {
  const unknown = Object.keys(extensions).filter((name) => !isRegisteredGroup(name))
  const isLate = kind === 'evidence' && occurred !== undefined && Date.parse(occurred) / 1000 > iat
  return [
    ...(isLate
      ? [
          {
            code: 'occurred_at_skew',
            message: 'it happened after it was issued',
            pointer: '/occurred_at',
          } as const,
        ]
      : []),
    ...(groupOfType(type) === undefined
      ? [{ code: 'type_unregistered', message: 'the type is not registered', pointer: '/type' } as const]
      : []),
    ...unknown.map((name): RecordWarning => {
      const pointer = `/extensions/${pointerPart(name)}`
      return { code: 'unknown_extension_preserved', message: 'nobody knows this group', pointer }
    }),
  ]
}

function sorted(warnings: readonly RecordWarning[]): readonly RecordWarning[] {
  const order = ({ pointer = '', code }: RecordWarning): readonly [string, string] => [pointer, code]
  return warnings.toSorted((one, other) => {
    const [[onePointer, oneCode], [otherPointer, otherCode]] = [order(one), order(other)]
    return onePointer.localeCompare(otherPointer, 'en') || oneCode.localeCompare(otherCode, 'en')
  })
}

function timeOf(payload: unknown): number {
  const iat: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'iat') : undefined
  return typeof iat === 'number' ? iat : Number.NaN
}

function keyChooser({ keys, jwk, issuer = '' }: VerifyOptions): PeacKeySet['find'] {
  if (keys !== undefined) {
    const set = isList(keys) ? createKeySet(keys) : keys
    return (kid, iat) => set.find(kid, iat)
  }
  const key: KeyObject | undefined = jwk === undefined ? keyOfDid(issuer) : toPublicKey(keyInput(jwk))
  if (key === undefined) {
    throw invalidOption(
      'verify needs a key',
      'Pass the issuer’s public key as jwk or keys, or a did:key as issuer.',
    )
  }
  return () => ({ ok: true, key })
}

function isList(keys: PeacKeySet | readonly TrustedKey[]): keys is readonly TrustedKey[] {
  return Array.isArray(keys)
}
