import type { HeaderFields } from '../client/message-signer.ts'
import type { ComponentValue } from './signature-base.ts'
import { writeBareItem, writeBytes, writeName, type CoveredName } from './structured-field.ts'

/** A fixed list of components to cover, with all of its text written once. */
export interface OwnForm {
  readonly names: readonly CoveredName[]
  /** The names as they stand in `Signature-Input`. */
  readonly list: string
  /** The names as they begin the lines of a signature base. */
  readonly lines: readonly string[]
}

/** What a signature says of itself. */
export interface SignatureClaims {
  readonly created: number
  readonly expires: number
  readonly nonce: string
  readonly keyId: string
  readonly algorithm: string
}

/** A signature in exactly our form. */
export interface OwnSignature {
  readonly claims: SignatureClaims
  readonly signature: Buffer
  /** List and parameters, as they end the signature base. */
  readonly input: string
}

const LABEL = 'aos'

/** The tag of every signature between an agent and its guardian. */
export const TAG = 'aos-guardian'

const START = `${LABEL}=`
const PARAMETERS =
  /;created=([1-9]\d{0,14});expires=([1-9]\d{0,14});nonce="([\w-]{16,128})";keyid="([\x20\x21\x23-\x5b\x5d-\x7e]{1,256})";alg="([\w-]{1,32})";tag="aos-guardian"$/y
const SIGNATURE = /^aos=:([A-Za-z0-9+/]{1,128}={0,2}):$/
const MAX_FIELD = 4096

/** Writes a list of components to cover once and for all. */
export function ownForm(names: readonly CoveredName[]): OwnForm {
  const written = names.map(writeName)
  return { names, list: `(${written.join(' ')})`, lines: written.map((name) => `${name}: `) }
}

/** Writes the list and the parameters of a signature of ours. */
export function writeOwnInput({ list }: OwnForm, claims: SignatureClaims): string {
  const created = writeBareItem(claims.created)
  const expires = writeBareItem(claims.expires)
  const nonce = writeBareItem(claims.nonce)
  const keyId = writeBareItem(claims.keyId)
  return `${list};created=${created};expires=${expires};nonce=${nonce};keyid=${keyId};alg="${claims.algorithm}";tag="${TAG}"`
}

/** Gives the signature base of a message in our form; `undefined` where a covered component is absent. */
export function ownBase(
  { names, lines }: OwnForm,
  input: string,
  valueOf: ComponentValue,
): string | undefined {
  let base = ''
  for (let index = 0; index < names.length; index++) {
    const name = names[index]
    const value = name === undefined ? undefined : valueOf(name)
    if (value === undefined) return undefined
    base += `${lines[index]}${value}\n`
  }
  return `${base}"@signature-params": ${input}`
}

/** Writes a member with our label. */
export function writeOwnMember(value: string | Uint8Array): string {
  return `${START}${typeof value === 'string' ? value : writeBytes(value)}`
}

/** Reads a signature that is written in exactly our form; `undefined` for any other, which may hold all the same. */
export function readOwnSignature(headers: HeaderFields, { list }: OwnForm): OwnSignature | undefined {
  const field = headers['signature-input']
  if (field === undefined || field.length > MAX_FIELD || !field.startsWith(list, START.length))
    return undefined
  const signature = readBytes(headers['signature'])
  PARAMETERS.lastIndex = START.length + list.length
  const said = field.startsWith(START) ? PARAMETERS.exec(field) : null
  if (signature === undefined || said === null) return undefined
  const [, created, expires, nonce = '', keyId = '', algorithm = ''] = said
  const claims = { created: Number(created), expires: Number(expires), nonce, keyId, algorithm }
  return { claims, signature, input: field.slice(START.length) }
}

function readBytes(field: string | undefined): Buffer | undefined {
  const base64 = field === undefined ? undefined : SIGNATURE.exec(field)?.[1]
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  // one text for one value: a lenient reader would take many
  return bytes.toString('base64') === base64 ? bytes : undefined
}
