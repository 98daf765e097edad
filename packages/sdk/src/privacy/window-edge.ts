const HARD = /[\s"'`]/
const SOFT = /[\s"'`,;{}()<>[\]|]/
/** No secret that has no detector of its own for a missing end is longer. */
const LONGEST_SECRET = 1024

/**
 * Drops the token at the end of a text that was cut there, and the groups of digits and capitals right before it (a card
 * or account number is written in groups), so that no half of a secret stays which no detector knows.
 */
export function dropCutToken(text: string): string {
  let end = tokenStart(text, text.length)
  const groups = groupsStart(text, end)
  // the groups may have begun inside a token
  if (groups < end) end = tokenStart(text, groups)
  return text.slice(0, end)
}

function tokenStart(text: string, end: number): number {
  let start = end
  while (start > 0 && !HARD.test(text.charAt(start - 1))) start--
  if (end - start <= LONGEST_SECRET) return start
  // text without white space, such as minified JSON, is cut at its punctuation
  let soft = end - LONGEST_SECRET
  while (soft > start && !SOFT.test(text.charAt(soft - 1))) soft--
  return soft
}

function groupsStart(text: string, end: number): number {
  let start = end
  while (start > 0 && /[A-Z\d ().+-]/.test(text.charAt(start - 1))) start--
  return start
}
