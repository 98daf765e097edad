import { characterClass, runEnd } from '../characters.ts'
import type { Detector } from '../span.ts'

const BEGIN = '-----BEGIN '
const MAX_BLOCK = 65_536

/** What a key block consists of: base64, line breaks (escaped ones too) and the headers of encrypted keys. */
const BLOCK = characterClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-\r\n\t \\:,')

/** PEM and PGP private keys, also when the end is missing. */
export const privateKey: Detector = {
  kinds: ['private-key'],
  applies: (profile) => profile.hasSeparator,
  detect(text, report) {
    let ending = -1
    for (let begin = text.indexOf(BEGIN); begin >= 0;) {
      const body = headerEnd(text, begin)
      let next = begin + BEGIN.length
      if (body > 0) {
        if (ending >= 0 && ending < body) ending = -1
        if (ending === -1) ending = endingAfter(text, body)
        next = blockEnd(text, body, ending)
        if (next - body >= 16) report('private-key', begin, next)
      }
      begin = text.indexOf(BEGIN, next)
    }
  },
}

/** End of the `BEGIN … PRIVATE KEY …-----` line, or -1 if it begins something else. */
function headerEnd(text: string, begin: number): number {
  const header = /^-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/.exec(
    text.slice(begin, begin + 100),
  )
  return header === null ? -1 : begin + header[0].length
}

function endingAfter(text: string, from: number): number {
  const found = text.indexOf('-----END ', from)
  // a text without one is not searched again
  return found === -1 ? Number.POSITIVE_INFINITY : found
}

function blockEnd(text: string, body: number, ending: number): number {
  if (ending - body > MAX_BLOCK) return runEnd(text, body, BLOCK)
  const dashes = text.indexOf('-----', ending + 9)
  return dashes === -1 || dashes - ending > 100 ? Math.max(ending, runEnd(text, ending, BLOCK)) : dashes + 5
}
