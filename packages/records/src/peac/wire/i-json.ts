/** Why a text is no I-JSON (RFC 7493), in the codes of PEAC. */
export type IJsonCode =
  | 'E_INVALID_FORMAT'
  | 'E_CONSTRAINT_VIOLATION'
  | 'E_IJSON_DUPLICATE_MEMBER_NAME'
  | 'E_IJSON_NUMBER_OUT_OF_RANGE'
  | 'E_IJSON_INVALID_STRING'

/** What a text holds, or why it is no I-JSON. */
export type IJsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: IJsonCode; readonly message: string }

/** Reads the bytes of a JSON text whose members, texts and numbers mean the same to every reader (RFC 7493). */
export function parseIJson(bytes: Uint8Array): IJsonResult {
  try {
    const text = decode(bytes)
    new Scanner(text).document()
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    if (error instanceof Fault) return { ok: false, code: error.code, message: error.message }
    return { ok: false, code: 'E_INVALID_FORMAT', message: 'it is no JSON text' }
  }
}

const NO_CHARACTER = /\p{Surrogate}|\p{Noncharacter_Code_Point}/u

/** Whether a value is plain JSON whose text is I-JSON, so that nothing is lost or bent where it is written. */
export function isIJsonValue(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return !NO_CHARACTER.test(value)
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((item) => isIJsonValue(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false
  return Object.entries(value).every(
    ([name, item]) => !NO_CHARACTER.test(name) && isIJsonValue(item, depth + 1),
  )
}

class Fault extends Error {
  readonly code: IJsonCode

  constructor(code: IJsonCode, message: string) {
    super(message)
    this.code = code
  }
}

// a byte order mark stays, so that it is found to be no JSON
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw new Fault('E_IJSON_INVALID_STRING', 'it is not UTF-8')
  }
}

/** Far more than a record may have; deeper texts would exhaust the stack. */
const MAX_DEPTH = 512
const SPACE = /[ \t\n\r]*/y
const LITERAL = /true|false|null/y
const NUMBER = /-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE][+-]?\d+)?/y
const CHARACTERS = /(?:[^"\\\u0000-\u001f]+|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/y // oxlint-disable-line no-control-regex

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    this.#value(0)
    this.#skip(SPACE)
    if (this.#at < this.#text.length) this.#fail('there is more after the value')
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw new Fault('E_CONSTRAINT_VIOLATION', 'it is nested too deeply')
    this.#skip(SPACE)
    const first = this.#text[this.#at]
    if (first === '{') this.#object(depth)
    else if (first === '[') this.#items(']', () => this.#value(depth + 1))
    else if (first === '"') this.#string()
    else if (this.#skip(LITERAL) === undefined) this.#number()
  }

  #object(depth: number): void {
    const names = new Set<string>()
    this.#items('}', () => {
      this.#skip(SPACE)
      const name = this.#string()
      if (names.has(name)) {
        throw new Fault(
          'E_IJSON_DUPLICATE_MEMBER_NAME',
          `${JSON.stringify(name.slice(0, 64))} is there twice`,
        )
      }
      names.add(name)
      this.#skip(SPACE)
      this.#take(':')
      this.#value(depth + 1)
    })
  }

  #items(end: string, item: () => void): void {
    this.#at++
    this.#skip(SPACE)
    if (this.#text[this.#at] === end) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#skip(SPACE)
      if (this.#text[this.#at] === end) break
      this.#take(',')
    }
    this.#at++
  }

  #string(): string {
    const start = this.#at
    this.#take('"')
    this.#skip(CHARACTERS)
    const next = this.#text[this.#at]
    if (next === undefined || next === '\\') throw new Fault('E_IJSON_INVALID_STRING', 'a text is broken')
    this.#take('"')
    const text = JSON.parse(this.#text.slice(start, this.#at)) as string
    if (NO_CHARACTER.test(text)) {
      throw new Fault('E_IJSON_INVALID_STRING', 'a text holds what is no character')
    }
    return text
  }

  #number(): void {
    const match = this.#skip(NUMBER)
    if (match === undefined) return this.#fail('a value is missing')
    const [text, whole = '', fraction = ''] = match
    if (isUnsafe(text, whole + fraction)) {
      throw new Fault('E_IJSON_NUMBER_OUT_OF_RANGE', 'a number is beyond 2^53 - 1')
    }
  }

  #take(character: string): void {
    if (this.#text[this.#at] !== character) this.#fail(`${character} is missing`)
    this.#at++
  }

  #skip(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at += match[0].length
    return match
  }

  #fail(message: string): never {
    throw new Fault('E_INVALID_FORMAT', `${message} at character ${this.#at}`)
  }
}

const LARGEST = String(Number.MAX_SAFE_INTEGER)

// what rounds to the largest safe number may be larger itself: its digits tell
function isUnsafe(text: string, digits: string): boolean {
  const size = Math.abs(Number(text))
  if (size !== Number.MAX_SAFE_INTEGER) return !(size < Number.MAX_SAFE_INTEGER)
  const significant = digits.replace(/^0+/, '')
  const head = significant.slice(0, LARGEST.length)
  return head > LARGEST || (head === LARGEST && /[1-9]/.test(significant.slice(LARGEST.length)))
}
