import type { TextProfile } from './span.ts'

const RUN = 1
const DIGIT = 2
const SEPARATOR = 4
const AT = 8

const FLAGS = new Uint8Array(128)
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_/+.')
  FLAGS[character.charCodeAt(0)] = RUN
for (const character of '0123456789') FLAGS[character.charCodeAt(0)] = RUN | DIGIT
for (const character of ':=>') FLAGS[character.charCodeAt(0)] = SEPARATOR
for (const character of '@%') FLAGS[character.charCodeAt(0)] = AT

/** Looks at each character of a text once. */
export function profileText(text: string): TextProfile {
  let digits = 0
  let longestRun = 0
  let run = 0
  let seen = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const flags = code < 128 ? (FLAGS[code] as number) : 0
    seen |= flags
    if ((flags & RUN) === 0) {
      if (run > longestRun) longestRun = run
      run = 0
    } else {
      run++
      if ((flags & DIGIT) !== 0) digits++
    }
  }
  return {
    digits,
    longestRun: Math.max(longestRun, run),
    hasSeparator: (seen & SEPARATOR) !== 0 || text.includes('--'),
    hasAt: (seen & AT) !== 0,
  }
}
