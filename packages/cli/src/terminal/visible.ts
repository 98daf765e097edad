/** A text of several lines that cannot steer a terminal. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** A text of a file in one line that cannot steer a terminal. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
}
