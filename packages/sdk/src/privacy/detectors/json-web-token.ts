import { isAt, runEnd, startsToken, TOKEN } from '../characters.ts'
import type { Detector } from '../span.ts'

const DOT = 46
const MAX_PARTS = 5

/** JSON Web Tokens, signed and encrypted ones (RFC 7519), also when the end is missing. */
export const jsonWebToken: Detector = {
  kinds: ['jwt'],
  applies: (profile) => profile.longestRun >= 20,
  detect(text, report) {
    for (let start = text.indexOf('eyJ'); start >= 0;) {
      let next = start + 3
      if (startsToken(text, start)) {
        const headerEnd = runEnd(text, start, TOKEN)
        // nothing inside a run is looked at twice
        next = partsEnd(text, headerEnd)
        if (headerEnd - start >= 10 && next - headerEnd >= 9) report('jwt', start, next)
      }
      start = text.indexOf('eyJ', next)
    }
  },
}

function partsEnd(text: string, headerEnd: number): number {
  let end = headerEnd
  for (let part = 1; part < MAX_PARTS && text.charCodeAt(end) === DOT; part++) {
    // a token without signature ends in a dot; the full stop of a sentence does not matter
    if (part > 1 && !isAt(text, end + 1, TOKEN)) break
    end = runEnd(text, end + 1, TOKEN)
  }
  return end
}
