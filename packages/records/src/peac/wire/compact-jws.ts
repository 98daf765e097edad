import { sign, type KeyObject } from 'node:crypto'
import { sha256Hex } from '@agent-run/types'
import { parseIJson, type IJsonCode } from './i-json.ts'

/** Largest record, in bytes. */
export const MAX_RECORD_BYTES = 262_144

const TYPE = 'interaction-record+jwt'
const TYPES: readonly unknown[] = [TYPE, `application/${TYPE}`]
const TYPE_OF_WIRE_01 = 'peac-receipt/0.1'

/** Why the envelope of a record is refused. */
export type EnvelopeCode =
  | IJsonCode
  | 'E_JWS_EMBEDDED_KEY'
  | 'E_JWS_CRIT_REJECTED'
  | 'E_JWS_MISSING_KID'
  | 'E_JWS_B64_REJECTED'
  | 'E_JWS_ZIP_REJECTED'
  | 'E_WIRE_VERSION_MISMATCH'

/** The parts of a record, not verified yet. */
export interface OpenedRecord {
  readonly kid: string
  /** Wire format that the header names; absent where it names none. */
  readonly wire?: '0.1' | '0.2'
  readonly payload: unknown
  readonly signature: Uint8Array
  /** The bytes that were signed. */
  readonly signed: Uint8Array
}

/** The parts of a record, or why it has none. */
export type OpenResult =
  | { readonly ok: true; readonly record: OpenedRecord }
  | { readonly ok: false; readonly code: EnvelopeCode; readonly message: string }

/** Signs a payload as it is: compact JWS, its members in the order in which they are given. */
export function signPayload(
  payload: object,
  key: { readonly kid: string; readonly privateKey: KeyObject },
): string {
  const header = base64url(JSON.stringify({ typ: TYPE, alg: 'EdDSA', kid: key.kid }))
  const signed = `${header}.${base64url(JSON.stringify(payload))}`
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`
}

/** The content address of a record: `sha256:` and the hash of its text. */
export function recordRef(jws: string): string {
  return `sha256:${sha256Hex(jws)}`
}

/** Takes a record apart; the signature is not looked at. */
export function openRecord(jws: string): OpenResult {
  if (Buffer.byteLength(jws) > MAX_RECORD_BYTES) return refused('E_INVALID_FORMAT', 'it is too large')
  const [header, payload, signature, ...more] = jws.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return refused('E_INVALID_FORMAT', 'it has not three parts')
  }
  const head = readPart(header)
  if (!head.ok) return { ...head, message: `the header: ${head.message}` }
  const checked = checkHeader(head.value)
  if ('code' in checked) return { ok: false, ...checked }
  const body = readPart(payload)
  if (!body.ok) return { ...body, message: `the payload: ${body.message}` }
  const mismatch = versionMismatch(checked.wire, body.value)
  if (mismatch !== undefined) return refused('E_WIRE_VERSION_MISMATCH', mismatch)
  return {
    ok: true,
    record: {
      ...checked,
      payload: body.value,
      signature: bytesOf(signature) ?? new Uint8Array(),
      signed: Buffer.from(`${header}.${payload}`),
    },
  }
}

type Checked = Pick<OpenedRecord, 'kid' | 'wire'> | { readonly code: EnvelopeCode; readonly message: string }

const KEYS = ['jwk', 'x5c', 'x5u', 'jku']

function checkHeader(header: unknown): Checked {
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    return { code: 'E_INVALID_FORMAT', message: 'the header is no object' }
  }
  const { alg, typ, kid, crit, b64, zip } = header as Record<string, unknown>
  if (alg !== 'EdDSA') return { code: 'E_INVALID_FORMAT', message: 'alg must be EdDSA' }
  if (typ === TYPE_OF_WIRE_01) return { kid: typeof kid === 'string' ? kid : '', wire: '0.1' }
  if (typ !== undefined && !TYPES.includes(typ)) {
    return { code: 'E_INVALID_FORMAT', message: `typ must be ${TYPE}` }
  }
  if (!isKid(kid)) return { code: 'E_JWS_MISSING_KID', message: 'kid must be a text of 1 to 256 bytes' }
  const embedded = KEYS.find((name) => Object.hasOwn(header, name))
  if (embedded !== undefined) {
    return { code: 'E_JWS_EMBEDDED_KEY', message: `${embedded}: a record cannot bring its own key` }
  }
  if (crit !== undefined) return { code: 'E_JWS_CRIT_REJECTED', message: 'crit is not allowed' }
  if (b64 === false) return { code: 'E_JWS_B64_REJECTED', message: 'b64 must not be false' }
  if (zip !== undefined) return { code: 'E_JWS_ZIP_REJECTED', message: 'zip is not allowed' }
  return typ === undefined ? { kid } : { kid, wire: '0.2' }
}

/** Whether a value can be the id of a key: 1 to 256 bytes of well-formed text. */
export function isKid(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || /\p{Surrogate}/u.test(value)) return false
  return Buffer.byteLength(value) <= 256
}

function versionMismatch(wire: OpenedRecord['wire'], payload: unknown): string | undefined {
  const version: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'peac_version') : undefined
  if (wire === '0.2' && version !== '0.2') return 'the header says Wire 0.2 and the payload does not'
  return wire === '0.1' && version === '0.2' ? 'the payload says Wire 0.2 and the header does not' : undefined
}

function readPart(part: string): ReturnType<typeof parseIJson> {
  const bytes = bytesOf(part)
  return bytes === undefined ? refused('E_INVALID_FORMAT', 'it is not base64url') : parseIJson(bytes)
}

// strict, because a lenient reader would accept many texts as the same record
function bytesOf(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

function refused<Code extends EnvelopeCode>(
  code: Code,
  message: string,
): { readonly ok: false; readonly code: Code; readonly message: string } {
  return { ok: false, code, message }
}
