/** Character classes: a character code below 128 belongs to a class when its entry is 1. */
export type CharacterClass = Uint8Array

/** Makes the class of all characters in the string. */
export function characterClass(characters: string): CharacterClass {
  const members = new Uint8Array(128)
  for (let index = 0; index < characters.length; index++) members[characters.charCodeAt(index)] = 1
  return members
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'

/** Digits. */
export const DIGIT: CharacterClass = characterClass(DIGITS)
/** Letters and digits. */
export const ALNUM: CharacterClass = characterClass(LETTERS + DIGITS)
/** Base64url characters, of which most tokens are made. */
export const TOKEN: CharacterClass = characterClass(`${LETTERS + DIGITS}-_`)
/** Upper-case letters and digits. */
export const UPPER_ALNUM: CharacterClass = characterClass(LETTERS.slice(26) + DIGITS)

/** Whether the character at the index belongs to the class; past either end of the text none does. */
export function isAt(text: string, index: number, members: CharacterClass): boolean {
  // charCodeAt gives NaN outside the text, and an index of NaN finds nothing
  return members[text.charCodeAt(index)] === 1
}

/** End of the run of class members that starts at `from`. */
export function runEnd(text: string, from: number, members: CharacterClass): number {
  let index = from
  while (isAt(text, index, members)) index++
  return index
}

/** Start of the run of class members that ends at `to`, at most `limit` characters back. */
export function runStart(
  text: string,
  to: number,
  { members, limit }: { members: CharacterClass; limit: number },
): number {
  let index = to
  while (index > 0 && to - index < limit && isAt(text, index - 1, members)) index--
  return index
}

/**
 * Whether a token may start at the index: after no letter or digit, or after the end of an escape sequence
 * (`\n`, `\u0026`, `%3D`, a terminal colour), whose last character belongs to the escape.
 */
export function startsToken(text: string, index: number): boolean {
  return !isAt(text, index - 1, ALNUM) || escapeEndsAt(text, index)
}

/** Whether an escape sequence ends right before the index. */
export function escapeEndsAt(text: string, index: number): boolean {
  return ESCAPE_END.test(text.slice(Math.max(0, index - 12), index))
}

// oxlint-disable-next-line no-control-regex -- a terminal colour starts with the escape character
const ESCAPE_END = /(?:\\[nrtbfv]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}|(?:\u001b|\\u001b|\\x1b|\\e)\[[\d;]{0,6}m)$/
