/** Any value as the text a memory hook sees: a text as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const ancestors: unknown[] = []
  const text = JSON.stringify(value, function (this: unknown, _key, member: unknown) {
    if (typeof member === 'bigint') return String(member)
    if (typeof member !== 'object' || member === null) return member
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(member)) return '[circular]'
    ancestors.push(member)
    return member
  }) as string | undefined
  return text ?? ''
}

/** Which item a text of a decided list stands for, and the text it was decided to have. */
export interface Placed {
  readonly index: number
  readonly text: string
}

/**
 * Finds the items that a decided list of texts stands for: one text for each item, or fewer that are unchanged and in
 * order. A text says why that cannot be told.
 */
export function placed(texts: readonly string[], decided: unknown): readonly Placed[] | string {
  if (!Array.isArray(decided) || !decided.every((text) => typeof text === 'string'))
    return 'memory is a list of texts'
  if (decided.length === texts.length) return decided.map((text: string, index) => ({ index, text }))
  const places: Placed[] = []
  let from = 0
  for (const text of decided as readonly string[]) {
    const index = texts.indexOf(text, from)
    if (index < 0) return 'leave items out unchanged and in order, or give one text for each'
    places.push({ index, text })
    from = index + 1
  }
  return places
}
