import type { TextProfile } from './span.ts'

/** More digits than any detector asks for need not be counted. */
const ENOUGH_DIGITS = 13

const DIGITS = /[0-9]/g
const SEPARATORS = /[:=>]|--/
const AT_SIGNS = /[@%]/

/** Bytes of UTF-8 that are part of a run; none of a character beyond ASCII is. */
const RUN = new Uint8Array(256)
for (const character of '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_/+.')
  RUN[character.charCodeAt(0)] = 1

const encoder = new TextEncoder()
/** Bytes are read several times faster than characters. */
const bytes = new Uint8Array(48 * 1024)

/** Texts up to this length are looked at faster character by character. */
const SHORT = 32

/** Looks at a text once: a long one with the engine's own searches as far as they tell. */
export function profileText(text: string): TextProfile {
  const isShort = text.length <= SHORT
  return {
    digits: isShort ? digitsOfShort(text) : digitsOf(text),
    longestRun: isShort ? longestRunOfShort(text) : longestRunOf(text),
    hasSeparator: SEPARATORS.test(text),
    hasAt: AT_SIGNS.test(text),
  }
}

function digitsOfShort(text: string): number {
  let digits = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 48 && code <= 57) digits++
  }
  return Math.min(digits, ENOUGH_DIGITS)
}

function longestRunOfShort(text: string): number {
  let longest = 0
  let run = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    run = code < 128 && RUN[code] === 1 ? run + 1 : 0
    if (run > longest) longest = run
  }
  return longest
}

function digitsOf(text: string): number {
  let digits = 0
  DIGITS.lastIndex = 0
  while (digits < ENOUGH_DIGITS && DIGITS.test(text)) digits++
  return digits
}

function longestRunOf(text: string): number {
  let longest = 0
  /** Length of the run that the part before ended with. */
  let open = 0
  for (let at = 0; at < text.length;) {
    const { read, written } = encoder.encodeInto(at === 0 ? text : text.slice(at), bytes)
    at += read
    let head = 0
    while (head < written && RUN[bytes[head] as number] === 1) head++
    longest = Math.max(longest, open + head, longestRunIn(written))
    if (at >= text.length) break
    let tail = 0
    while (tail < written && RUN[bytes[written - 1 - tail] as number] === 1) tail++
    open = tail === written ? open + tail : tail
  }
  return longest
}

/** A longer run than the longest so far ends no sooner than that many bytes on, so it is looked for from there backwards. */
function longestRunIn(length: number): number {
  let longest = 0
  let start = 0
  for (let end = 0; end < length; end = start + longest) {
    let before = end
    while (before >= start && RUN[bytes[before] as number] === 1) before--
    if (before >= start) {
      start = before + 1
      continue
    }
    let after = end + 1
    while (after < length && RUN[bytes[after] as number] === 1) after++
    longest = after - start
    start = after + 1
  }
  return longest
}
