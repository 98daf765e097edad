import { ALNUM, DIGIT, isAt, startsToken } from '../characters.ts'
import type { Detector } from '../span.ts'

/** Groups as printed on a card, or digits without a break. */
const CANDIDATES = /\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5}|\d{13,19}/g

/** Payment card numbers: issuer prefix and length, grouping, and the Luhn check (ISO/IEC 7812). */
export const creditCard: Detector = {
  kinds: ['credit-card'],
  applies: (profile) => profile.digits >= 13,
  detect(text, report) {
    CANDIDATES.lastIndex = 0
    for (let hit = CANDIDATES.exec(text); hit !== null; hit = CANDIDATES.exec(text)) {
      const start = hit.index
      const end = CANDIDATES.lastIndex
      const digits = hit[0].replace(/[ -]/g, '')
      if (isBounded(text, start, end) && isIssued(digits) && passesLuhn(digits))
        report('credit-card', start, end)
      // a group before the card may have been taken for its first one
      else CANDIDATES.lastIndex = nextGroup(text, start)
    }
  },
}

function isBounded(text: string, start: number, end: number): boolean {
  if (!startsToken(text, start) || isAt(text, end, ALNUM)) return false
  const joinsBefore = (text[start - 1] === '.' || text[start - 1] === '-') && isAt(text, start - 2, DIGIT)
  const joinsAfter = (text[end] === '.' || text[end] === '-') && isAt(text, end + 1, DIGIT)
  return !joinsBefore && !joinsAfter
}

function nextGroup(text: string, from: number): number {
  let index = from
  while (isAt(text, index, DIGIT)) index++
  return index
}

const ISSUERS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^6(?:011|4[4-9]|5|2)/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]],
]

function isIssued(digits: string): boolean {
  return ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits))
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const weighted = index % 2 === 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}
