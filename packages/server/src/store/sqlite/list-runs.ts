import type { AgentRun } from '@agent-run/types'
import { MAX_COUNTED, toPage, type RunPage, type RunQuery } from '../run-store.ts'
import type { ReadRows } from './read-stats.ts'
import { firstNumberOf, LEAST_NUMBER, MOST_NUMBER, numberIn } from './run-number.ts'
import { matchOf } from './run-terms.ts'

/** What is found, newest first, and the values of its places. */
interface Found {
  readonly sql: string
  readonly values: readonly (string | bigint)[]
}

/** Gives a page of runs, newest first, and goes on from its end to count the others. */
export function listRuns(read: ReadRows, query: RunQuery): RunPage {
  const { limit, offset } = query
  // what is before the page is read too, so that nothing is gone through twice where few match
  const skipped = offset > MAX_COUNTED ? offset : 0
  const { sql, values } = foundBy(query)
  const most = offset - skipped + limit
  const numbers = read(
    `SELECT CAST(rowid AS TEXT) AS digits ${sql} LIMIT ? OFFSET ?`,
    ...values,
    most,
    skipped,
  ).map(numberIn)
  const runs = numbers
    .slice(offset - skipped)
    .flatMap((number) => read('SELECT body FROM runs JOIN run_bodies USING (place) WHERE number = ?', number))
    .map(bodyIn)
  if (isEverything(query)) return { runs, total: countAll(read) }
  if (numbers.length === 0 && skipped > 0) return toPage(runs, countBefore(read, query, { known: 0 }))
  const known = skipped + numbers.length
  return toPage(
    runs,
    numbers.length < most ? known : countBefore(read, query, { known, last: numbers.at(-1) }),
  )
}

function foundBy(query: RunQuery, before?: bigint): Found {
  const { since, until } = query
  const match = matchOf(query)
  const from = since === undefined ? LEAST_NUMBER : firstNumberOf(since)
  const to = until === undefined ? MOST_NUMBER : firstNumberOf(until)
  return {
    sql: `FROM ${match === undefined ? 'runs WHERE' : 'run_terms WHERE run_terms MATCH ? AND'} rowid >= ? AND rowid < ?
      ORDER BY rowid DESC`,
    values: [...(match === undefined ? [] : [match]), from, before ?? to],
  }
}

function isEverything(query: RunQuery): boolean {
  return query.since === undefined && query.until === undefined && matchOf(query) === undefined
}

function countAll(read: ReadRows): number {
  const [row] = read("SELECT coalesce(sum(runs), 0) AS total FROM run_hours WHERE scope = ''")
  return Number(row?.['total'])
}

function countBefore(
  read: ReadRows,
  query: RunQuery,
  { known, last }: { readonly known: number; readonly last?: bigint | undefined },
): number {
  if (known > MAX_COUNTED) return known
  const { sql, values } = foundBy(query, last)
  const [row] = read(
    `SELECT count(*) AS total FROM (SELECT 1 ${sql} LIMIT ?)`,
    ...values,
    MAX_COUNTED + 1 - known,
  )
  return known + Number(row?.['total'])
}

/** The run in a row. */
export function bodyIn(row: Readonly<Record<string, unknown>>): AgentRun {
  return JSON.parse(String(row['body'])) as AgentRun
}
