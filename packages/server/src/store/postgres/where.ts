import type { RunQuery } from '../run-store.ts'
import { toKeyText } from './key-text.ts'
import { toWordQuery } from './search-words.ts'

const EQUALS = ['agent_id', 'status', 'outcome', 'model', 'task_id', 'parent_run_id'] as const

/** Puts the filters of a query into a condition of PostgreSQL. */
export function whereOf(query: RunQuery): {
  readonly where: string
  readonly values: readonly (string | number)[]
} {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const add = (condition: (place: string) => string, value: string | number): void => {
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  for (const name of EQUALS) {
    const value = query[name]
    if (typeof value === 'string') add((place) => `${name} = ${place}`, toKeyText(value))
  }
  if (query.since !== undefined) add((place) => `started_at >= ${place}`, query.since)
  if (query.until !== undefined) add((place) => `started_at < ${place}`, query.until)
  if (query.denied !== undefined) conditions.push(query.denied ? 'denials > 0' : 'denials = 0')
  const words = toWordQuery(query.text)
  if (words !== undefined) add((place) => `words @@ ${place}::tsquery`, words)
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values }
}
