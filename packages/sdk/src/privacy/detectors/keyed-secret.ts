import { characterClass, isAt, runStart } from '../characters.ts'
import { classifyKey, isSecretValue, type KeyClass } from '../sensitive-key.ts'
import type { Detector } from '../span.ts'

const KEY = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$')
const QUOTES = characterClass('"\'`')
const BLANKS = characterClass(' \t')
const BACKSLASH = 92
const MAX_KEY = 64
/** A value this long is redacted without being judged, so that refused values cost a bounded time. */
const JUDGED = 256

interface Value {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
}

interface Found {
  readonly start: number
  readonly end: number
  readonly kind: 'secret' | 'ssn'
}

/** How the name of a value is written. */
interface Naming {
  readonly keyClass: KeyClass
  /** Whether any word in this place is a value, because it cannot be code or prose. */
  readonly strict: boolean
  readonly quotedKey: boolean
}

const SEPARATORS = /[:=]|>|--(?=[A-Za-z])/g

/** Values next to a key name such as `password` or `api_key` in JSON, query strings, variables, headers and options. */
export const keyedSecret: Detector = {
  kinds: ['secret', 'ssn'],
  applies: (profile) => profile.hasSeparator,
  detect(text, report) {
    SEPARATORS.lastIndex = 0
    for (let hit = SEPARATORS.exec(text); hit !== null; hit = SEPARATORS.exec(text)) {
      const found = hit[0] === '--' ? optionValue(text, SEPARATORS.lastIndex) : memberValue(text, hit.index)
      if (found === undefined) continue
      report(found.kind, found.start, found.end)
      SEPARATORS.lastIndex = Math.max(found.end, hit.index + 1)
    }
  },
}

/** The value of `--password hunter2`; the form with `=` is a member. */
function optionValue(text: string, from: number): Found | undefined {
  let end = from
  while (end - from < MAX_KEY && isAt(text, end, KEY)) end++
  if (!isAt(text, end, BLANKS)) return undefined
  const keyClass = classifyKey(text.slice(from, end))
  if (keyClass === undefined) return undefined
  const value = readValue(text, end, keyClass)
  return text[value.start] === '-'
    ? undefined
    : judge(text, value, { keyClass, strict: true, quotedKey: false })
}

function memberValue(text: string, separator: number): Found | undefined {
  const keyEnd = skipBack(text, separator)
  if (!isAt(text, keyEnd - 1, KEY)) return undefined
  const keyStart = runStart(text, keyEnd, { members: KEY, limit: MAX_KEY })
  const isTag = text[keyStart - 1] === '<' && keyEnd === separator
  if (text[separator] === '>' && !isTag) return undefined
  const key = text.slice(keyStart, keyEnd)
  const keyClass = classifyKey(key) ?? namedElsewhere(text, key, keyStart)
  if (keyClass === undefined) return undefined
  const value = readValue(text, valueStart(text, separator), keyClass)
  const quotedKey = keyEnd < separator && /["']/.test(text.slice(keyEnd, separator))
  return judge(text, value, { keyClass, strict: isStrict(text, keyStart, key), quotedKey })
}

/** `{"name": "password", "value": …}`, as lists of headers and variables have it. */
function namedElsewhere(text: string, key: string, keyStart: number): KeyClass | undefined {
  if (key !== 'value' && key !== 'Value') return undefined
  const before = text.slice(Math.max(0, keyStart - 128), keyStart)
  const name =
    /\b(?:name|key|header|field)\\{0,8}["']?\s{0,4}:\s{0,4}\\{0,8}["']?([\w.$-]{1,64})\\{0,8}["']?\s{0,8},[\s\\]{0,16}["']?$/i.exec(
      before,
    )
  return name?.[1] === undefined ? undefined : classifyKey(name[1])
}

/** Back over blanks, one quote and its backslashes, to the end of the key. */
function skipBack(text: string, separator: number): number {
  let index = separator
  while (separator - index < 16 && isAt(text, index - 1, BLANKS)) index--
  if (isAt(text, index - 1, QUOTES)) index--
  while (separator - index < 32 && text.charCodeAt(index - 1) === BACKSLASH) index--
  return index
}

/** After `:`, `=`, `:=`, `=>` or `: type =`. */
function valueStart(text: string, separator: number): number {
  const operator = /^(?::=|=>|: {0,4}[A-Za-z_][\w.|[\] ]{0,40}= {0,4}(?=\\{0,8}["'])|[:=>])/.exec(
    text.slice(separator, separator + 64),
  )
  return separator + (operator?.[0].length ?? 1)
}

function readValue(text: string, from: number, keyClass: KeyClass): Value {
  let start = from
  // pretty-printed and YAML-like values may stand on the next line only in quotes
  while (start - from < 16 && isAt(text, start, BLANKS)) start++
  let open = start
  while (open - start < 32 && text.charCodeAt(open) === BACKSLASH) open++
  if (isAt(text, open, QUOTES))
    return { start: open + 1, end: closingQuote(text, open, open - start), quoted: true }
  return { start, end: keyClass === 'cookie' ? lineEnd(text, start) : bareEnd(text, start), quoted: false }
}

/**
 * The quote that closes the one at `open`, which stands behind `slashes` backslashes: 0 in plain JSON, 1 in JSON inside
 * a string, 3 in the next level. Without one the value goes to the end of the text.
 */
function closingQuote(text: string, open: number, slashes: number): number {
  const quote = text.charCodeAt(open)
  let run = 0
  for (let index = open + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === BACKSLASH) run++
    else {
      if (code === quote && (run < slashes || run % (2 * (slashes + 1)) === slashes))
        return index - Math.min(run, slashes)
      run = 0
    }
  }
  return text.length
}

/** Ends at white space, a quote, a backslash, `;`, `&`, `<`, `>`, or at a comma or bracket that ends the member. */
function bareEnd(text: string, start: number): number {
  let index = start
  while (index < text.length && !endsBare(text, index)) index++
  let end = index
  while (end > start && isTrailing(text, start, end - 1)) end--
  return end
}

/** Punctuation after a value, except a bracket that was opened in it. */
function isTrailing(text: string, start: number, index: number): boolean {
  const character = text.charAt(index)
  const opening = OPENING.get(character)
  if (opening === undefined) return character === ',' || character === '.'
  return index - start > JUDGED || !text.slice(start, index).includes(opening)
}

const OPENING: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])

const BARE_ENDS = characterClass('"\'`;&<>\\')

function endsBare(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code <= 32 || BARE_ENDS[code] === 1) return true
  return code === 44 && /^,[\w.-]{1,64}[:=]/.test(text.slice(index, index + 67))
}

function lineEnd(text: string, start: number): number {
  let index = start
  while (index < text.length && !/["'`\n\r\\]/.test(text.charAt(index))) index++
  return index
}

/** Upper-case variables, query parameters and options are not code, so that any word in them is a value. */
function isStrict(text: string, keyStart: number, key: string): boolean {
  const before = text[keyStart - 1]
  return (
    before === '?' ||
    before === '&' ||
    before === '<' ||
    before === ';' ||
    (/^[A-Z][A-Z\d_]+$/.test(key) && key.includes('_'))
  )
}

function judge(text: string, value: Value, naming: Naming): Found | undefined {
  const { start, end } = value
  const found: Found = { start, end, kind: naming.keyClass === 'ssn' ? 'ssn' : 'secret' }
  if (end <= start) return undefined
  if (end - start > JUDGED) return found
  const shown = text.slice(start, end)
  if (!isSecretValue(naming.keyClass, shown)) return undefined
  return value.quoted || naming.strict || !isProse(shown, naming.quotedKey) ? found : undefined
}

/** What stands behind a colon in source code and prose: a name, a member of one, a call, a small number, a date. */
function isProse(value: string, quotedKey: boolean): boolean {
  const shortest = quotedKey ? 3 : 6
  if (value.length < Math.min(shortest, 4) || (value.length < shortest && /^\d+$/.test(value))) return true
  return /^[([{]|^[A-Za-z_$]+(?:[.([?].*|!)?$|^\d{4}-\d\d-\d\d/s.test(value)
}
