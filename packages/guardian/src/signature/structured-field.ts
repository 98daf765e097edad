/** Parameters of a structured field item, in their order; `true` stands alone on the wire. */
export type FieldParameters = ReadonlyMap<string, string | number | true>

/** A name that a signature covers, with its parameters (RFC 9421, 2). */
export interface CoveredName {
  readonly name: string
  readonly parameters: FieldParameters
}

/** An inner list of strings (RFC 8941, 3.1.1), as `Signature-Input` has them. */
export interface CoveredNames {
  readonly names: readonly CoveredName[]
  readonly parameters: FieldParameters
}

const MAX_FIELD = 4096
const MAX_INTEGER = 999_999_999_999_999
const KEY = /[a-z*][a-z0-9_\-.*]*/y
const TEXT = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const INTEGER = /-?\d{1,15}(?![\d.])/y
const SPACES = / */y
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const BETWEEN = /[ \t]*,[ \t]*/y

/**
 * Reads a dictionary of byte sequences (`Signature`, `Content-Digest`); `undefined` for whatever is not exactly that,
 * a member given twice included.
 */
export function parseByteMembers(text: string): ReadonlyMap<string, Buffer> | undefined {
  return parseMembers(text, (reader) => {
    const base64 = reader.take(BYTES)
    if (base64 === undefined) return undefined
    const bytes = Buffer.from(base64, 'base64')
    // one text for one value: a lenient reader would take many
    return bytes.toString('base64') === base64 ? bytes : undefined
  })
}

/** Reads a dictionary of inner lists of strings (`Signature-Input`), as strictly. */
export function parseNameMembers(text: string): ReadonlyMap<string, CoveredNames> | undefined {
  return parseMembers(text, readNames)
}

/** Writes an inner list and its parameters in their one canonical form. */
export function writeNames({ names, parameters }: CoveredNames): string {
  return `(${names.map(writeName).join(' ')})${writeParameters(parameters)}`
}

/** Writes a covered name and its parameters. */
export function writeName({ name, parameters }: CoveredName): string {
  return `${writeText(name)}${writeParameters(parameters)}`
}

/** Writes a byte sequence. */
export function writeBytes(bytes: Uint8Array): string {
  return `:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}:`
}

/** Whether a text can be a structured field string. */
export function isFieldText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get ended(): boolean {
    return this.#at === this.#text.length
  }

  /** Takes what the (sticky) pattern matches here: its first group, or all of it where it has none. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? match[0]
  }

  skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }
}

function parseMembers<V>(
  text: string,
  readValue: (reader: Reader) => V | undefined,
): ReadonlyMap<string, V> | undefined {
  if (text.length > MAX_FIELD) return undefined
  const reader = new Reader(text)
  const members = new Map<string, V>()
  do {
    const key = reader.take(KEY)
    if (key === undefined || members.has(key) || !reader.skip('=')) return undefined
    const value = readValue(reader)
    if (value === undefined) return undefined
    members.set(key, value)
    if (reader.ended) return members
  } while (reader.take(BETWEEN) !== undefined)
  return undefined
}

function readNames(reader: Reader): CoveredNames | undefined {
  if (!reader.skip('(')) return undefined
  const names: CoveredName[] = []
  let spaced = true
  for (;;) {
    const spaces = reader.take(SPACES)
    if (reader.skip(')')) break
    if (!spaced && spaces === '') return undefined
    const name = readText(reader)
    const parameters = name === undefined ? undefined : readParameters(reader)
    if (name === undefined || parameters === undefined) return undefined
    names.push({ name, parameters })
    spaced = false
  }
  const parameters = readParameters(reader)
  return parameters === undefined ? undefined : { names, parameters }
}

function readParameters(reader: Reader): FieldParameters | undefined {
  const parameters = new Map<string, string | number | true>()
  while (reader.skip(';')) {
    reader.take(SPACES)
    const key = reader.take(KEY)
    if (key === undefined || parameters.has(key)) return undefined
    const value = reader.skip('=') ? readBareItem(reader) : true
    if (value === undefined) return undefined
    parameters.set(key, value)
  }
  return parameters
}

function readBareItem(reader: Reader): string | number | undefined {
  const integer = reader.take(INTEGER)
  return integer === undefined ? readText(reader) : Number(integer)
}

function readText(reader: Reader): string | undefined {
  return reader.take(TEXT)?.replaceAll(/\\(["\\])/g, '$1')
}

function writeParameters(parameters: FieldParameters): string {
  let text = ''
  for (const [key, value] of parameters)
    text += value === true ? `;${key}` : `;${key}=${writeBareItem(value)}`
  return text
}

/** Writes a text or a whole number. */
export function writeBareItem(value: string | number): string {
  if (typeof value === 'string') return writeText(value)
  if (!Number.isInteger(value) || Math.abs(value) > MAX_INTEGER)
    throw new RangeError('a structured field integer has at most 15 digits')
  return String(value)
}

function writeText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!isFieldText(text)) throw new RangeError('a structured field string is ASCII')
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
