import { MAX_COUNTED, type RunQuery } from '../run-store.ts'
import type { Session } from './database.ts'
import { whereOf } from './where.ts'

// up to so many that have a word are sorted; more are so common that going through the newest finds a page soon
const FEW = Math.min(20_000, MAX_COUNTED)
const ORDER = 'ORDER BY started_at DESC, number DESC'

/** Counts the runs that a query finds, up to one beyond the most that is told. */
export async function countRuns(session: Session, query: RunQuery): Promise<number> {
  const { where, values } = whereOf(query)
  const [row] = await session.query(
    `SELECT count(*) AS total FROM (SELECT 1 FROM {schema}.runs ${where} LIMIT ${MAX_COUNTED + 1}) AS found`,
    values,
  )
  return Number(row?.['total'] ?? 0)
}

/** Gives the runs of a page as they were sent; `counted` is how many the query finds. */
export async function readBodies(
  session: Session,
  query: RunQuery,
  counted: number,
): Promise<readonly string[]> {
  const { where, values } = whereOf(query)
  const part = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`
  const found = `SELECT id, started_at, number FROM {schema}.runs ${where}`
  // without being told so, the database goes through the newest for what only old ones have
  const isCommon = query.text === undefined || counted > FEW
  const page = isCommon
    ? `${found} ${ORDER} ${part}`
    : `SELECT * FROM (${found} OFFSET 0) AS few ${ORDER} ${part}`
  const rows = await session.query(
    `SELECT body FROM (${page}) AS page JOIN {schema}.run_bodies USING (id, started_at) ${ORDER}`,
    [...values, query.limit, query.offset],
  )
  return rows.map((row) => String(row['body']))
}
