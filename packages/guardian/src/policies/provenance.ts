import { hash, randomBytes } from 'node:crypto'
import { kept } from '../policy/kept-state.ts'
import { withoutUnseen } from './injection-fold.ts'
import { addressesIn, pathForm, pathsIn, plainForm, type Address } from './provenance-address.ts'

/** How much is remembered of what somebody said. */
export interface KnownTextLimits {
  readonly addresses: number
  readonly words: number
}

const KEY = randomBytes(16).toString('hex')
const LIMITS: KnownTextLimits = { addresses: 2000, words: 20_000 }

/**
 * What somebody has said, kept as keyed digests of its addresses, words and pairs of words: enough to tell whether a
 * value stands in it, and nothing that could be read. What no longer finds room is not known.
 */
export class KnownText {
  readonly #addresses = new Set<string>()
  readonly #words = new Set<string>()
  readonly #limits: KnownTextLimits
  #key = KEY

  constructor(limits: KnownTextLimits = LIMITS) {
    this.#limits = limits
  }

  #digest(text: string): string {
    return digest(text, this.#key)
  }

  /** All that is kept, for a decision journal, with the key without which it says nothing. */
  save(): object {
    return { key: this.#key, addresses: [...this.#addresses], words: [...this.#words] }
  }

  /** Takes back what {@link save} gave. */
  restore(state: unknown): void {
    const key = kept(state, 'key')
    if (typeof key === 'string') this.#key = key
    refill(this.#addresses, kept(state, 'addresses'))
    refill(this.#words, kept(state, 'words'))
  }

  /** How many digests are kept. */
  get size(): number {
    return this.#addresses.size + this.#words.size
  }

  /** Takes up the addresses of a text, and its words, too, unless they are left out. */
  learn(text: string, addressesOnly = false): void {
    const plain = plainForm(withoutUnseen(text))
    for (const { key } of addressesIn(plain, true).found)
      add(this.#addresses, this.#digest(key), this.#limits.addresses)
    if (addressesOnly) return
    for (const day of daysIn(plain)) add(this.#words, this.#digest(day), this.#limits.words)
    for (const path of pathsIn(plain))
      add(this.#words, this.#digest(`path ${pathForm(path)}`), this.#limits.words)
    let before: string | undefined
    for (const word of wordsOf(plain)) {
      if (this.#words.size >= this.#limits.words) return
      add(this.#words, this.#digest(word), this.#limits.words)
      if (before !== undefined) add(this.#words, this.#digest(`${before} ${word}`), this.#limits.words)
      before = word
    }
  }

  /** Whether an address was said, or the host of it alone. */
  knowsAddress({ key, host }: Address): boolean {
    return (
      this.#addresses.has(this.#digest(key)) ||
      (host !== undefined && this.#addresses.has(this.#digest(host)))
    )
  }

  /** Whether a file's path was said. */
  knowsPath(path: string): boolean {
    return this.#words.has(this.#digest(`path ${pathForm(path)}`))
  }

  /** Whether all words of a text, in its plain form, were said one after the other. */
  knowsPhrase(plain: string): boolean {
    const words = wordsOf(plain)
    const [first] = words
    if (first === undefined) return false
    if (words.length === 1) return this.#words.has(this.#digest(first))
    return words.every((word, at) => at === 0 || this.#words.has(this.#digest(`${words[at - 1]} ${word}`)))
  }
}

function refill(set: Set<string>, entries: unknown): void {
  set.clear()
  for (const entry of Array.isArray(entries) ? entries : []) if (typeof entry === 'string') set.add(entry)
}

function add(to: Set<string>, entry: string, max: number): void {
  if (to.size < max) to.add(entry)
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const MONTH = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
const DAY = new RegExp(
  `\\b(${MONTH})[a-z]{0,6}\\.? (\\d{1,2})(?!\\d)|(?<!\\d)(\\d{1,2})(?:st|nd|rd|th)? (?:of )?(${MONTH})`,
  'g',
)

/** Days with the name of their month, as the two words that a numeric date has: `May 2nd` is `05 02`. */
function daysIn(plain: string): readonly string[] {
  return Array.from(plain.matchAll(DAY), ([, before, dayAfter, dayBefore, after]) => {
    const month = String(MONTHS.indexOf(before ?? after ?? '') + 1).padStart(2, '0')
    return `${month} ${(dayAfter ?? dayBefore ?? '').padStart(2, '0')}`
  })
}

/** A digest that nobody outside of this process can make. */
export function digest(text: string, key: string = KEY): string {
  return hash('sha256', `${key}\n${text}`, 'base64url').slice(0, 22)
}

function wordsOf(plain: string): readonly string[] {
  return plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
}
