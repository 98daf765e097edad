import type { HeaderFields } from '../client/message-signer.ts'
import { contentDigest, isDigestOf } from './content-digest.ts'
import {
  ownBase,
  readOwnSignature,
  TAG,
  writeOwnInput,
  writeOwnMember,
  type OwnForm,
  type SignatureClaims,
} from './own-form.ts'
import { signatureBase, type ComponentValue } from './signature-base.ts'
import type { CheckingKey, SigningKey } from './signature-key.ts'
import {
  parseByteMembers,
  parseNameMembers,
  writeName,
  type CoveredName,
  type CoveredNames,
} from './structured-field.ts'

/** The time that signatures live by. */
export interface SignatureClock {
  /** Milliseconds that never jump. */
  now(): number
  /** Milliseconds since the epoch. */
  date(): number
}

/** The real time. */
export const REAL_TIME: SignatureClock = { now: () => performance.now(), date: () => Date.now() }

/** Why a signature is not believed. */
export type SignatureProblemCode =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_incomplete'
  | 'signature_key_unknown'
  | 'signature_expired'
  | 'signature_not_yet_valid'
  | 'signature_wrong'
  | 'content_digest_wrong'
  | 'nonce_replayed'
  | 'nonces_full'

/** A signature that is not believed, with the reason in words that tell no secret. */
export interface SignatureProblem {
  readonly ok: false
  readonly code: SignatureProblemCode
  readonly problem: string
}

/** A signature that holds. */
export interface HeldSignature {
  readonly ok: true
  readonly keyId: string
  readonly nonce: string
  /** Seconds since the epoch. */
  readonly created: number
}

/** A message to sign. */
export interface MessageToSign {
  readonly key: SigningKey
  readonly headers: HeaderFields
  readonly body: Uint8Array
  readonly form: OwnForm
  readonly created: number
  readonly lifetime: number
  readonly nonce: string
  /** Values of the message with these header fields. */
  readonly valuesOf: (headers: HeaderFields) => ComponentValue
}

/** A message to check. */
export interface MessageToCheck {
  readonly keys: ReadonlyMap<string, CheckingKey>
  readonly headers: HeaderFields
  readonly body: Uint8Array
  /** What the signature has to cover, at the least. */
  readonly form: OwnForm
  /** Milliseconds since the epoch. */
  readonly date: number
  readonly maxSkewMs: number
  readonly values: ComponentValue
}

const LEAST_NONCE = 16
const MOST_NONCE = 128

/** Names a component to cover; `req` names it of the request, in a response. */
export function covers(name: string, req = false): CoveredName {
  return { name, parameters: new Map(req ? [['req', true]] : []) }
}

/** Gives the header fields that sign a message; throws where something to cover is absent or cannot be signed. */
export function signMessage(message: MessageToSign): HeaderFields {
  const { key, created, form } = message
  const { keyId, algorithm } = key
  const digest = contentDigest(message.body)
  const expires = created + message.lifetime
  const input = writeOwnInput(form, { created, expires, nonce: message.nonce, keyId, algorithm })
  const base = ownBase(form, input, message.valuesOf({ ...message.headers, 'content-digest': digest }))
  if (base === undefined) throw new Error('a part of the message that is to be signed is absent or not ASCII')
  return {
    'content-digest': digest,
    'signature-input': writeOwnMember(input),
    signature: writeOwnMember(key.sign(base)),
  }
}

/** Says whether a message has one signature, whole, fresh, and by a key that is known; nonces are left to the caller. */
export function checkMessage(message: MessageToCheck): HeldSignature | SignatureProblem {
  const read = readOwn(message) ?? readAny(message)
  if (!('claims' in read)) return read
  const { claims } = read
  const key = message.keys.get(claims.keyId)
  if (key === undefined || key.algorithm !== claims.algorithm)
    return problem('signature_key_unknown', 'no key is known by its keyid and alg')
  const age = ageProblem(claims, message)
  if (age !== undefined) return age
  const base = read.base()
  if (base === undefined)
    return problem('signature_incomplete', 'it covers what the message does not have, or has twice')
  if (!key.isSignatureOf(base, read.signature))
    return problem('signature_wrong', 'it is not the signature of this message')
  const digest = message.headers['content-digest']
  if (digest === undefined || !isDigestOf(digest, message.body))
    return problem('content_digest_wrong', 'its content-digest is not that of the body')
  return { ok: true, keyId: claims.keyId, nonce: claims.nonce, created: claims.created }
}

/** Makes a {@link SignatureProblem}. */
export function problem(code: SignatureProblemCode, text: string): SignatureProblem {
  return { ok: false, code, problem: text }
}

/** A signature that covers what it has to. */
interface ReadSignature {
  readonly claims: SignatureClaims
  readonly signature: Uint8Array
  readonly base: () => string | undefined
}

function readOwn({ headers, form, values }: MessageToCheck): ReadSignature | undefined {
  const own = readOwnSignature(headers, form)
  if (own === undefined) return undefined
  return { claims: own.claims, signature: own.signature, base: () => ownBase(form, own.input, values) }
}

function readAny({ headers, form, values }: MessageToCheck): ReadSignature | SignatureProblem {
  const read = readSignature(headers)
  if (!('covered' in read)) return read
  const { covered, signature } = read
  const missing = missingName(covered, form.names)
  if (missing !== undefined) return problem('signature_incomplete', `it does not cover ${missing}`)
  const claims = readClaims(covered)
  return 'keyId' in claims ? { claims, signature, base: () => signatureBase(covered, values) } : claims
}

function readSignature(
  headers: HeaderFields,
): { readonly covered: CoveredNames; readonly signature: Buffer } | SignatureProblem {
  const inputField = headers['signature-input']
  const signatureField = headers['signature']
  if (inputField === undefined || signatureField === undefined)
    return problem('signature_missing', 'it has no signature')
  const inputs = parseNameMembers(inputField)
  const signatures = parseByteMembers(signatureField)
  if (inputs?.size !== 1 || signatures?.size !== 1)
    return problem('signature_malformed', 'its signature fields do not have exactly one readable signature')
  const [[label, covered] = []] = inputs
  const signature = label === undefined ? undefined : signatures.get(label)
  if (covered === undefined || signature === undefined)
    return problem('signature_malformed', 'its signature fields name different signatures')
  return { covered, signature }
}

function missingName(covered: CoveredNames, required: readonly CoveredName[]): string | undefined {
  const names = new Set(covered.names.map(writeName))
  return required.map(writeName).find((name) => !names.has(name))
}

function readClaims({ parameters }: CoveredNames): SignatureClaims | SignatureProblem {
  const created = parameters.get('created')
  const expires = parameters.get('expires')
  const nonce = parameters.get('nonce')
  const keyId = parameters.get('keyid')
  const algorithm = parameters.get('alg')
  if (typeof created !== 'number' || typeof expires !== 'number')
    return problem('signature_incomplete', 'it does not say when it was made and when it expires')
  if (typeof nonce !== 'string' || nonce.length < LEAST_NONCE || nonce.length > MOST_NONCE)
    return problem('signature_incomplete', `it has no nonce of ${LEAST_NONCE} to ${MOST_NONCE} characters`)
  if (typeof keyId !== 'string' || typeof algorithm !== 'string')
    return problem('signature_incomplete', 'it does not name its keyid and alg')
  if (parameters.get('tag') !== TAG) return problem('signature_incomplete', `its tag is not "${TAG}"`)
  return { created, expires, nonce, keyId, algorithm }
}

// `created` has whole seconds, so a message counts as made at any time within its second
function ageProblem(
  { created, expires }: SignatureClaims,
  message: MessageToCheck,
): SignatureProblem | undefined {
  const { date, maxSkewMs } = message
  if (!(created * 1000 <= date + maxSkewMs))
    return problem('signature_not_yet_valid', 'it was made in the future; compare the clocks')
  if (!(created < expires) || !(date < expires * 1000) || !(date < created * 1000 + maxSkewMs + 1000))
    return problem('signature_expired', 'it has expired; compare the clocks')
  return undefined
}
