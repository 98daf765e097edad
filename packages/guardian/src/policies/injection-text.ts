import { foldText, hasMixedWord, isPlain } from './injection-fold.ts'
import { PHRASES, SQUEEZED, type Phrase, type PhraseSignal } from './injection-phrases.ts'

/** What speaks for instructions in a text that should hold none. */
export type InjectionSignal = PhraseSignal | 'hidden-text' | 'odd-characters' | 'encoded' | 'unreadable'

/** Signals found, with the strongest weight of each. */
export type InjectionFinds = Map<InjectionSignal, number>

/** Longest text that is looked through; what is longer is not taken for clean. */
export const MAX_TEXT = 1_000_000
const MAX_DECODED = 100_000

/** Looks one text through, for further phrases, too, where some are given. */
export function findInjection(
  text: string,
  finds: InjectionFinds,
  phrases: readonly Phrase[] = PHRASES,
): void {
  if (text.length > MAX_TEXT) {
    note(finds, 'unreadable', 1)
    return
  }
  if (!isPlain(text)) findHidden(text, finds)
  findPhrases(text, finds, phrases)
  if (!MAY_BE_ENCODED.test(text)) return
  for (const decoded of decodedParts(text)) {
    const inside: InjectionFinds = new Map()
    findPhrases(decoded, inside)
    if (scoreOf(inside) >= 0.5) note(finds, 'encoded', 1)
  }
}

/** The sum of the weights. */
export function scoreOf(finds: InjectionFinds): number {
  let score = 0
  for (const weight of finds.values()) score += weight
  return score
}

/** Notes a signal, keeping its strongest weight. */
export function note(finds: InjectionFinds, signal: InjectionSignal, weight: number): void {
  finds.set(signal, Math.max(finds.get(signal) ?? 0, weight))
}

function findPhrases(text: string, finds: InjectionFinds, phrases: readonly Phrase[] = PHRASES): void {
  const plain = isPlain(text)
  const folded = foldText(text)
    .replace(/[^\S\n ]+| {2,}/g, ' ')
    .replace(plain ? /$^/ : /[‘’ʼ]/g, "'")
  // phrases may run over lines, markers of roles stand at their start
  const joined = folded.replace(/[\n_]+/g, ' ')
  for (const { signal, weight, pattern, isPlain: canBePlain } of phrases) {
    if ((plain && canBePlain === false) || (finds.get(signal) ?? 0) >= weight) continue
    if (pattern.test(signal === 'role-marker' ? folded : joined)) note(finds, signal, weight)
  }
  if (!finds.has('override') && isSpelledOut(joined)) note(finds, 'override', 1)
}

const LEET: ReadonlyMap<string, string> = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', $: 's', '@': 'a', '!': 'i' }),
)

function isSpelledOut(folded: string): boolean {
  const signs = folded.replace(/[^a-z0-9$@!]+/g, '')
  const letters = signs.replace(/[^a-z]/g, '')
  if (SQUEEZED.test(letters)) return true
  return letters !== signs && SQUEEZED.test(signs.replace(/[013457$@!]/g, (sign) => LEET.get(sign) ?? sign))
}

const TAGS = /[\u{e0020}-\u{e007e}]{4,}/gu
const FLAG = /\u{1f3f4}$/u
const SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{8,}/u
const ZERO_WIDTH_RUN = /[\u200b-\u200d\u2060-\u2064\ufeff]{12,}/u
const ZERO_WIDTH_IN_WORD = /[a-z][\u200b-\u200d\u2060\u00ad\ufeff]+[a-z]/giu
const BIDI_OVERRIDE = /[\u202d\u202e]/u

/** Text that no reader sees, and words that are not made of the letters they show. */
function findHidden(text: string, finds: InjectionFinds): void {
  for (const tags of text.matchAll(TAGS)) {
    // flags of regions are written with tags
    if (FLAG.test(text.slice(Math.max(0, tags.index - 2), tags.index))) continue
    note(finds, 'hidden-text', 1)
    findPhrases(Array.from(tags[0], tagLetter).join(''), finds)
  }
  if (SELECTORS.test(text) || ZERO_WIDTH_RUN.test(text)) note(finds, 'hidden-text', 1)
  if (BIDI_OVERRIDE.test(text)) note(finds, 'odd-characters', 0.5)
  if ((text.match(ZERO_WIDTH_IN_WORD)?.length ?? 0) >= 3 || hasMixedWord(text))
    note(finds, 'odd-characters', 0.5)
}

function tagLetter(tag: string): string {
  return String.fromCodePoint((tag.codePointAt(0) ?? 0xe0020) - 0xe0000)
}

const MAY_BE_ENCODED = /[A-Za-z0-9+/_-]{24}|(?:[0-9a-f]{2}[ :]){8}|%[0-9a-f]{2}|&#|\\u/i
const BASE64 = /[A-Za-z0-9+/_-]{24,}/g
const HEX = /(?:[0-9a-f]{2}[ :]?){16,}/gi
const PERCENT = /(?:%[0-9a-f]{2}[\w.~-]{0,32}){3,}/gi
const ENTITIES = /(?:&#x?[0-9a-f]{2,6};[^&]{0,8}){4,}/gi
const ESCAPES = /(?:\\u[0-9a-f]{4}[^\\]{0,8}){4,}/gi

/** Plain text of what is written in base64, hexadecimal, percent, entity and escape sequences. */
function* decodedParts(text: string): Generator<string> {
  let left = MAX_DECODED
  for (const [pattern, decode] of DECODERS) {
    for (const [part] of text.matchAll(pattern)) {
      left -= part.length
      if (left < 0) return
      const decoded = decode(part)
      if (isText(decoded)) yield decoded
    }
  }
}

const DECODERS: readonly (readonly [RegExp, (part: string) => string])[] = [
  [BASE64, (part) => Buffer.from(part, 'base64').toString('utf8')],
  [HEX, (part) => Buffer.from(part.replace(/[ :]/g, ''), 'hex').toString('utf8')],
  [
    PERCENT,
    (part) =>
      Buffer.from(
        part.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      ).toString('utf8'),
  ],
  [
    ENTITIES,
    (part) =>
      part.replace(/&#(x?)([0-9a-f]{2,6});/gi, (_, x: string, code: string) =>
        character(parseInt(code, x === '' ? 10 : 16)),
      ),
  ],
  [ESCAPES, (part) => part.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => character(parseInt(code, 16)))],
]

function character(code: number): string {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : ' '
}

function isText(decoded: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return decoded.length >= 12 && !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(decoded) && /[^\S]/.test(decoded)
}
