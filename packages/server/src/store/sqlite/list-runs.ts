import type { AgentRun } from '@agent-run/types'
import { MAX_COUNTED, toPage, type RunPage, type RunQuery } from '../run-store.ts'
import type { ReadRows } from './read-stats.ts'
import { firstNumberOf, LEAST_NUMBER, MOST_NUMBER, numberIn } from './run-number.ts'
import { matchOf } from './run-terms.ts'

/** Which numbers of the index are asked for: from one on, and before another. */
interface Found {
  readonly match: string
  readonly from: bigint
  readonly to: bigint
}

/** Gives a page of runs, newest first, and goes on from its end to count the others. */
export function listRuns(read: ReadRows, query: RunQuery): RunPage {
  const { since, until, limit, offset } = query
  const found: Found = {
    match: matchOf(query),
    from: since === undefined ? LEAST_NUMBER : firstNumberOf(since),
    to: until === undefined ? MOST_NUMBER : firstNumberOf(until),
  }
  const numbers = read(
    `SELECT CAST(rowid AS TEXT) AS digits FROM run_terms WHERE run_terms MATCH ? AND rowid >= ? AND rowid < ?
     ORDER BY rowid DESC LIMIT ? OFFSET ?`,
    found.match,
    found.from,
    found.to,
    limit,
    offset,
  ).map(numberIn)
  const runs = numbers.flatMap((number) =>
    read('SELECT body FROM runs JOIN run_bodies USING (place) WHERE number = ?', number),
  )
  return toPage(runs.map(bodyIn), totalOf(read, { found, numbers, query }))
}

function totalOf(
  read: ReadRows,
  {
    found,
    numbers,
    query,
  }: { readonly found: Found; readonly numbers: readonly bigint[]; readonly query: RunQuery },
): number {
  const last = numbers.at(-1)
  if (last === undefined) return query.offset === 0 ? 0 : countUpTo(read, found, MAX_COUNTED + 1)
  const known = query.offset + numbers.length
  if (numbers.length < query.limit || known > MAX_COUNTED) return known
  return known + countUpTo(read, { ...found, to: last }, MAX_COUNTED + 1 - known)
}

function countUpTo(read: ReadRows, { match, from, to }: Found, most: number): number {
  const [row] = read(
    `SELECT count(*) AS total FROM (SELECT 1 FROM run_terms WHERE run_terms MATCH ? AND rowid >= ? AND rowid < ?
     ORDER BY rowid DESC LIMIT ?)`,
    match,
    from,
    to,
    most,
  )
  return Number(row?.['total'])
}

/** The run in a row. */
export function bodyIn(row: Readonly<Record<string, unknown>>): AgentRun {
  return JSON.parse(String(row['body'])) as AgentRun
}
