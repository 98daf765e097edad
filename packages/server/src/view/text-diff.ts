import { alignLists } from './align-lists.ts'

/** A piece of a line, and whether it is what makes the line differ. */
export interface DiffPart {
  readonly text: string
  readonly isChanged: boolean
}

/** One line of a difference. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
  /** The line in pieces, where it has one that it is to be compared with. */
  readonly parts?: readonly DiffPart[]
}

/** The lines of two texts: those of both, only of the first, only of the second. */
export function diffTexts(before: string, after: string): readonly DiffLine[] {
  const lines = alignLists(before.split('\n'), after.split('\n'), Object.is).map(
    ({ left, right }): DiffLine => {
      if (left === undefined) return { kind: 'added', text: right ?? '' }
      return { kind: right === undefined ? 'removed' : 'same', text: left }
    },
  )
  return withParts(lines)
}

/** The same of two values of JSON, written out. */
export function diffValues(before: unknown, after: unknown): readonly DiffLine[] {
  return diffTexts(writeOut(before), writeOut(after))
}

/** A value of JSON over several lines, its members in a fixed order. */
export function writeOut(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(sorted(value), null, 2) ?? '')
}

/** Whether two values of JSON are the same. */
export function deepSame(one: unknown, other: unknown): boolean {
  return writeOut(one) === writeOut(other) && typeof one === typeof other
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, held]) => [name, sorted(held)]))
}

// lines that were removed beside those that came in their place, each compared word by word
function withParts(lines: readonly DiffLine[]): readonly DiffLine[] {
  const made = [...lines]
  for (let at = 0; at < lines.length; at += 1) {
    const removed = runLength(lines, at, 'removed')
    const added = runLength(lines, at + removed, 'added')
    for (let line = 0; line < Math.min(removed, added); line += 1) {
      const [left, right] = [lines[at + line], lines[at + removed + line]]
      const pair = left && right && compared(left.text, right.text)
      if (pair === undefined) continue
      made[at + line] = { kind: 'removed', text: left?.text ?? '', parts: pair[0] }
      made[at + removed + line] = { kind: 'added', text: right?.text ?? '', parts: pair[1] }
    }
    at += Math.max(0, removed + added - 1)
  }
  return made
}

function runLength(lines: readonly DiffLine[], from: number, kind: DiffLine['kind']): number {
  let length = 0
  while (lines[from + length]?.kind === kind) length += 1
  return length
}

const LONGEST_LINE = 2_000
const LEAST_SHARED = 0.3

function compared(
  left: string,
  right: string,
): readonly [readonly DiffPart[], readonly DiffPart[]] | undefined {
  if (Math.max(left.length, right.length) > LONGEST_LINE) return undefined
  const pairs = alignLists(wordsOf(left), wordsOf(right), Object.is)
  const shared = pairs.reduce(
    (sum, pair) => sum + (pair.left === pair.right ? (pair.left ?? '').trim().length : 0),
    0,
  )
  // lines that have little in common are easier to read whole
  if (shared < LEAST_SHARED * Math.max(left.trim().length, right.trim().length)) return undefined
  const part = (text: string | undefined, isChanged: boolean): readonly DiffPart[] =>
    text === undefined ? [] : [{ text, isChanged }]
  return [
    joined(pairs.flatMap((pair) => part(pair.left, pair.right === undefined))),
    joined(pairs.flatMap((pair) => part(pair.right, pair.left === undefined))),
  ]
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? []
}

// words that changed one after another are one change
function joined(parts: readonly DiffPart[]): readonly DiffPart[] {
  const made: DiffPart[] = []
  for (const [at, { text, isChanged: own }] of parts.entries()) {
    const isBetween =
      text.trim() === '' && parts[at - 1]?.isChanged === true && parts[at + 1]?.isChanged === true
    const isChanged = own || isBetween
    const last = made.at(-1)
    if (last?.isChanged === isChanged) made[made.length - 1] = { text: last.text + text, isChanged }
    else made.push({ text, isChanged })
  }
  return made
}
