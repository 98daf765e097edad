import type { RunQuery } from '../run-store.ts'

/** The condition of a query, with the values of its places. */
export interface Where {
  readonly where: string
  readonly values: readonly (string | number)[]
}

const EQUALS = ['agent_id', 'status', 'outcome', 'model', 'task_id', 'parent_run_id'] as const

// of a word that more runs have, the latest that were kept are looked through: all of them would hold up every other request
const MOST_MATCHES = 100_001
const MATCHING = `number IN (SELECT rowid FROM run_words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ${MOST_MATCHES})`

/** Puts the filters of a query into a condition of SQLite. */
export function whereOf(query: RunQuery): Where {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const add = (condition: string, ...given: readonly (string | number)[]): void => {
    conditions.push(condition)
    values.push(...given)
  }
  for (const name of EQUALS) {
    const value = query[name]
    if (typeof value === 'string') add(`${name} = ?`, value)
  }
  if (query.since !== undefined) add('started_at >= ?', query.since)
  if (query.until !== undefined) add('started_at < ?', query.until)
  if (query.denied !== undefined) add(query.denied ? 'denials > 0' : 'denials = 0')
  const words = wordsIn(query.text)
  if (words !== undefined) add(MATCHING, words)
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values }
}

// each word as a quoted text that a word begins with, so that no sign of the query language counts
function wordsIn(text: string | undefined): string | undefined {
  const words = text?.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length === 0 ? undefined : words.map((word) => `"${word}"*`).join(' ')
}
