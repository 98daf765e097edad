/** The first member of options that is not among the known ones: a misspelt option would silently be ignored. */
export function unknownKey(options: object, known: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(options).find((key) => !Object.hasOwn(known, key))
}
