import { ALNUM, DIGIT, isAt, startsToken } from '../characters.ts'
import type { Detector, Report } from '../span.ts'

const NORTH_AMERICAN = /(?:\([2-9]\d\d\) ?|[2-9]\d\d([-.]))[2-9]\d\d(?:\1|[-. ])\d{4}/g
const MAX_WRITTEN = 32

/** Telephone numbers in international form (ITU-T E.164) or in the written form of North America. */
export const phone: Detector = {
  kinds: ['phone'],
  applies: (profile) => profile.digits >= 8,
  detect(text, report) {
    detectInternational(text, report)
    NORTH_AMERICAN.lastIndex = 0
    for (let hit = NORTH_AMERICAN.exec(text); hit !== null; hit = NORTH_AMERICAN.exec(text)) {
      if (isBounded(text, hit.index, NORTH_AMERICAN.lastIndex))
        report('phone', hit.index, NORTH_AMERICAN.lastIndex)
      else NORTH_AMERICAN.lastIndex = hit.index + 1
    }
  },
}

function detectInternational(text: string, report: Report): void {
  for (let plus = text.indexOf('+'); plus >= 0; plus = text.indexOf('+', plus + 1)) {
    if (!startsToken(text, plus)) continue
    const end = internationalEnd(text, plus + 1)
    if (end < 0) continue
    report('phone', plus, end)
    plus = end
  }
}

/** End of 8 to 15 digits, between which single separators or a bracket may stand; -1 if there are others. */
function internationalEnd(text: string, from: number): number {
  const written = text.slice(from, from + MAX_WRITTEN)
  const shape = /^\(?[1-9](?:(?:[ .-]?\(|\)[ .-]?|[ .-])?\d)*/.exec(written)
  if (shape === null) return -1
  const digits = shape[0].replace(/\D/g, '').length
  const end = from + shape[0].length
  return digits >= 8 && digits <= 15 && !isAt(text, end, ALNUM) ? end : -1
}

function isBounded(text: string, start: number, end: number): boolean {
  const joinsBefore =
    /[-./]/.test(text.charAt(start - 1)) && isAt(text, start - 2, DIGIT) && !isCountry(text, start)
  const joinsAfter = /[-./]/.test(text.charAt(end)) && isAt(text, end + 1, DIGIT)
  return startsToken(text, start) && !isAt(text, end, ALNUM) && !joinsBefore && !joinsAfter
}

/** `1-` or `1.` before the area code. */
function isCountry(text: string, start: number): boolean {
  return text[start - 2] === '1' && !isAt(text, start - 3, DIGIT)
}
