/** A text that every format can hold: half a surrogate pair becomes U+FFFD. */
export function plainText(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}')
}

/** A text in which only letters and digits of ASCII, `-`, `.`, `_`, `~` and, as escapes, `%` are left. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(plainText(text)).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
