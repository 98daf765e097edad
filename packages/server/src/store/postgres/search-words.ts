const WORD = /[\p{L}\p{N}]+/gu
const MAX_WORD_CHARS = 200

/** The words of a text as a `tsvector` keeps them. */
export function toWordVector(text: string): string {
  return [...new Set(wordsOf(text))].map((word) => `'${word}'`).join(' ')
}

/** A `tsquery` for all words of a text, each as the beginning of one; nothing where there is no word. */
export function toWordQuery(text: string | undefined): string | undefined {
  const words = text === undefined ? [] : wordsOf(text)
  return words.length === 0 ? undefined : words.map((word) => `'${word}':*`).join(' & ')
}

// small letters without accents, as SQLite's index of words has them
function wordsOf(text: string): readonly string[] {
  const plain = text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')
  return (plain.match(WORD) ?? []).map((word) => word.slice(0, MAX_WORD_CHARS))
}
