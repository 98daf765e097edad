import { createHash } from 'node:crypto'
import type { RunColumns } from '../run-columns.ts'
import type { RunQuery } from '../run-store.ts'

const WORD = /[\p{L}\p{N}]+/gu
// the index merges all words that begin with the same letters before it gives one, so that common beginnings are terms of their own
const MOST_LETTERS = 20
const MOST_HEX_BYTES = 24

const FACTS = {
  agent_id: '·a',
  status: '·s',
  outcome: '·o',
  model: '·m',
  task_id: '·t',
  parent_run_id: '·p',
} as const

const NAMES = ['agent_id', 'status', 'outcome', 'model', 'task_id', 'parent_run_id'] as const

/** Everything that a run is found by, as terms that the index keeps as they are: beginnings of words, and facts. */
export function termsOf(columns: RunColumns): string {
  const terms = new Set([deniedTerm(columns.denials > 0)])
  for (const name of NAMES) {
    const value = columns[name]
    if (value !== null) terms.add(factTerm(name, value))
  }
  for (const word of wordsIn(columns.words)) {
    const letters = Array.from(word)
    let beginning = ''
    for (const letter of letters.slice(0, MOST_LETTERS)) {
      beginning += letter
      terms.add(beginning)
    }
    if (letters.length > MOST_LETTERS) terms.add(word)
  }
  return [...terms].join(' ')
}

/** What the index is asked for a query, nothing where all runs will do; when they started is asked by their numbers. */
export function matchOf(query: RunQuery): string | undefined {
  const terms = wordsIn(query.text ?? '').map((word) =>
    Array.from(word).length > MOST_LETTERS ? `"${word}"*` : `"${word}"`,
  )
  for (const name of NAMES) {
    const value = query[name]
    if (typeof value === 'string') terms.push(`"${factTerm(name, value)}"`)
  }
  if (query.denied !== undefined) terms.push(`"${deniedTerm(query.denied)}"`)
  return terms.length === 0 ? undefined : terms.join(' ')
}

function deniedTerm(isDenied: boolean): string {
  return isDenied ? '·d1' : '·d0'
}

// short values as they are, so that none is taken for another
function factTerm(name: keyof typeof FACTS, value: string): string {
  const bytes = Buffer.from(value)
  if (bytes.length <= MOST_HEX_BYTES) return `${FACTS[name]}${bytes.toString('hex')}`
  return `${FACTS[name]}x${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`
}

// small letters without accents
function wordsIn(text: string): readonly string[] {
  const plain = text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')
  return [...new Set(plain.match(WORD))]
}
