import { ALNUM, DIGIT, isAt, startsToken } from '../characters.ts'
import type { Detector } from '../span.ts'

const NUMBERS = /(?!000|666|9)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}/g

/** Social security numbers of the United States, in areas, groups and serials that are assigned. */
export const socialSecurityNumber: Detector = {
  kinds: ['ssn'],
  applies: (profile) => profile.digits >= 9,
  detect(text, report) {
    NUMBERS.lastIndex = 0
    for (let hit = NUMBERS.exec(text); hit !== null; hit = NUMBERS.exec(text)) {
      const start = hit.index
      const end = NUMBERS.lastIndex
      if (isBounded(text, start, end)) report('ssn', start, end)
      else NUMBERS.lastIndex = start + 1
    }
  },
}

function isBounded(text: string, start: number, end: number): boolean {
  const joinsBefore = /[-.]/.test(text.charAt(start - 1)) && isAt(text, start - 2, DIGIT)
  const joinsAfter = /[-.]/.test(text.charAt(end)) && isAt(text, end + 1, DIGIT)
  return startsToken(text, start) && !isAt(text, end, ALNUM) && !joinsBefore && !joinsAfter
}
