import type { ReadRows } from './read-stats.ts'
import { firstNumberOf, numberIn } from './run-number.ts'
import { RunTally, type MeasuredRun } from './run-tally.ts'
import type { WriteRows } from './sqlite-traces.ts'

/** Most runs that are forgotten in one transaction. */
export const FORGOTTEN_AT_ONCE = 500

const ROWS_AT_ONCE = 5_000
const TIMES = { documents: 'at', spans: 'started_at', events: 'at' } as const

/** Asks and tells the database. */
interface Through {
  readonly read: ReadRows
  readonly write: WriteRows
}

/** Forgets some of the runs that started before a moment, with their documents; gives how many. The caller holds the transaction. */
export function forgetRuns({ read, write }: Through, before: number): number {
  const rows = read(
    `SELECT CAST(number AS TEXT) AS digits, agent_id, status, started_at, duration_ms, cost_usd, tokens, denials
     FROM runs WHERE number < ? ORDER BY number LIMIT ?`,
    firstNumberOf(before),
    FORGOTTEN_AT_ONCE,
  )
  const last = rows.at(-1)
  if (last === undefined) return 0
  const tally = new RunTally()
  for (const row of rows) {
    tally.count(row as unknown as MeasuredRun, -1)
    write('DELETE FROM run_terms WHERE rowid = ?', numberIn(row))
  }
  tally.write(write)
  write('DELETE FROM documents WHERE run_id IN (SELECT id FROM runs WHERE number <= ?)', numberIn(last))
  write('DELETE FROM run_bodies WHERE place IN (SELECT place FROM runs WHERE number <= ?)', numberIn(last))
  write('DELETE FROM runs WHERE number <= ?', numberIn(last))
  return rows.length
}

/** Forgets some of everything else of before a moment; gives whether there may be more. The caller holds the transaction. */
export function forgetRest(read: ReadRows, before: number): boolean {
  let isMore = false
  for (const [table, time] of Object.entries(TIMES)) {
    const rows = read(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${time} < ? LIMIT ?) RETURNING 1`,
      before,
      ROWS_AT_ONCE,
    )
    isMore ||= rows.length === ROWS_AT_ONCE
  }
  // changes are in the order of time: nothing is looked at beyond the first that stays
  const changes = read(
    `DELETE FROM changes WHERE seq < min((SELECT min(seq) FROM changes) + ?,
       coalesce((SELECT seq FROM changes WHERE at >= ? ORDER BY seq LIMIT 1), (SELECT max(seq) + 1 FROM changes)))
     RETURNING 1`,
    ROWS_AT_ONCE,
    before,
  )
  return isMore || changes.length === ROWS_AT_ONCE
}
