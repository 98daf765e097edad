import { MAX_COUNTED, type RunQuery } from '../run-store.ts'
import type { Session } from './database.ts'
import { startOfMonth } from './month.ts'
import { toWordQuery } from './search-words.ts'
import { whereOf } from './where.ts'

/** The runs of a page as they were sent, and how many there are, counted up to one beyond the most that is told. */
export interface ListedRuns {
  readonly bodies: readonly string[]
  readonly counted: number
}

/** What a list is asked for; `few` is for tests. */
export interface ListOptions {
  /** Most runs with a word that are sorted, rather than gone through from the newest on. */
  readonly few?: number
}

type Way = 'walk' | 'sort'

const FEW = 5_000
const ORDER = 'ORDER BY started_at DESC, number DESC'

/** Lists the runs that a query finds, newest first. */
export async function listRuns(
  session: Session,
  query: RunQuery,
  { few = FEW }: ListOptions = {},
): Promise<ListedRuns> {
  const counted = await countRuns(session, query, Math.max(MAX_COUNTED, few))
  if (toWordQuery(query.text) === undefined)
    return { counted, bodies: await readPage(session, query, 'walk') }
  const bodies = counted <= few ? readPage(session, query, 'sort') : readByMonths(session, query, few)
  return { counted, bodies: await bodies }
}

// words are in no index with the start: runs that have a common one may all be old, so each month is looked at by itself
async function readByMonths(session: Session, query: RunQuery, few: number): Promise<readonly string[]> {
  const bodies: string[] = []
  let { offset, until } = query
  for (;;) {
    const newest = await newestStart(session, { ...query, until })
    if (newest === undefined) return bodies
    const since = Math.max(startOfMonth(newest), query.since ?? -Infinity)
    const month = { ...query, since, until, offset, limit: query.limit - bodies.length }
    const least = await countRuns(session, month, few)
    const isDeep = least > few && offset + month.limit > few
    const found = isDeep ? await countRuns(session, month, Number.MAX_SAFE_INTEGER) : least
    if (offset < found) bodies.push(...(await readPage(session, month, least > few ? 'walk' : 'sort')))
    if (bodies.length >= query.limit) return bodies
    offset = Math.max(0, offset - found)
    until = since
  }
}

async function newestStart(
  session: Session,
  { since, until }: Pick<RunQuery, 'since' | 'until'>,
): Promise<number | undefined> {
  const { where, values } = whereOf({ since, until, limit: 1, offset: 0 })
  const [row] = await session.query(
    `SELECT started_at FROM {schema}.runs ${where} ORDER BY started_at DESC LIMIT 1`,
    values,
  )
  return row === undefined ? undefined : Number(row['started_at'])
}

/** Counts up to one beyond a number. */
async function countRuns(session: Session, query: RunQuery, most: number): Promise<number> {
  const { where, values } = whereOf(query)
  const [row] = await session.query(
    `SELECT count(*) AS total FROM (SELECT 1 FROM {schema}.runs ${where} LIMIT ${most + 1}) AS found`,
    values,
  )
  return Number(row?.['total'] ?? 0)
}

async function readPage(session: Session, query: RunQuery, way: Way): Promise<readonly string[]> {
  const { where, values } = whereOf(query)
  const part = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`
  const found = `SELECT id, started_at, number FROM {schema}.runs ${where}`
  // without being told so, the database goes through the newest for what only old ones have
  const page =
    way === 'walk' ? `${found} ${ORDER} ${part}` : `SELECT * FROM (${found} OFFSET 0) AS few ${ORDER} ${part}`
  const rows = await session.query(
    `SELECT body FROM (${page}) AS page JOIN {schema}.run_bodies USING (id, started_at) ${ORDER}`,
    [...values, query.limit, query.offset],
  )
  return rows.map((row) => String(row['body']))
}
