import { plainText } from './plain-text.ts'

/** A text as one line: white space, line ends and control characters become single spaces, none of them at its ends. */
export function oneLine(text: string): string {
  return plainText(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** A text as one line, or nothing where nothing is left of it. */
export function lineOrNothing(text: string | undefined): string | undefined {
  return oneLine(text ?? '') || undefined
}
