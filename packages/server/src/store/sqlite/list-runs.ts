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
  const { sql, values } = foundBy(query)
  const numbers = read(
    `SELECT CAST(rowid AS TEXT) AS digits ${sql} LIMIT ? OFFSET ?`,
    ...values,
    query.limit,
    query.offset,
  ).map(numberIn)
  const runs = numbers
    .flatMap((number) => read('SELECT body FROM runs JOIN run_bodies USING (place) WHERE number = ?', number))
    .map(bodyIn)
  if (isEverything(query)) return { runs, total: countAll(read) }
  return toPage(runs, countFrom(read, query, numbers))
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

function countFrom(read: ReadRows, query: RunQuery, numbers: readonly bigint[]): number {
  const { limit, offset } = query
  const last = numbers.at(-1)
  if (last === undefined && offset === 0) return 0
  const known = last === undefined ? 0 : offset + numbers.length
  if (last !== undefined && (numbers.length < limit || known > MAX_COUNTED)) return known
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
