import { alignLists } from './align-lists.ts'

/** One line of a difference. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** The lines of two texts: those of both, only of the first, only of the second. */
export function diffTexts(before: string, after: string): readonly DiffLine[] {
  return alignLists(before.split('\n'), after.split('\n'), Object.is).map(({ left, right }) => {
    if (left === undefined) return { kind: 'added', text: right ?? '' }
    return { kind: right === undefined ? 'removed' : 'same', text: left }
  })
}

/** The same of two values of JSON, written out. */
export function diffValues(before: unknown, after: unknown): readonly DiffLine[] {
  return diffTexts(writeOut(before), writeOut(after))
}

/** A value of JSON over several lines, its members in a fixed order. */
export function writeOut(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(sorted(value), null, 2) ?? '')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, held]) => [name, sorted(held)]))
}
