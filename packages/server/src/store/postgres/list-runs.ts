import { MAX_COUNTED, type RunQuery } from '../run-store.ts'
import type { Row, Session } from './database.ts'
import { startOfMonth } from './month.ts'
import { toWordQuery } from './search-words.ts'
import { whereOf } from './where.ts'

/** The runs of a page as they were sent, and how many there are, counted up to one beyond the most that is told. */
export interface ListedRuns {
  readonly bodies: readonly string[]
  readonly counted: number
}

/** Most runs with a word that are sorted, rather than gone through from the newest on; another number is for tests. */
export interface ListOptions {
  readonly few?: number
  readonly fewInMonth?: number
}

const FEW = MAX_COUNTED
const FEW_IN_MONTH = 2_000
// after so many months with nothing there may be years without any run
const EMPTY = 4
const ORDER = 'ORDER BY started_at DESC, number DESC'

/** Lists the runs that a query finds, newest first. */
export async function listRuns(
  session: Session,
  query: RunQuery,
  { few = FEW, fewInMonth = FEW_IN_MONTH }: ListOptions = {},
): Promise<ListedRuns> {
  if (toWordQuery(query.text) === undefined) {
    const counted = await countRuns(session, query, MAX_COUNTED)
    return { counted, bodies: await readNewest(session, query) }
  }
  const sorted = await readSorted(session, query, few)
  if (sorted.counted <= few) return sorted
  const counted = few < MAX_COUNTED ? await countRuns(session, query, MAX_COUNTED) : sorted.counted
  return { counted, bodies: await readByMonths(session, query, fewInMonth) }
}

// words are in no index with the start: runs that have a common one may all be old, so each month is looked at by itself
async function readByMonths(session: Session, query: RunQuery, few: number): Promise<readonly string[]> {
  const bodies: string[] = []
  let { offset, until } = query
  for (let empty = EMPTY; bodies.length < query.limit;) {
    const last = empty < EMPTY ? (until ?? 0) - 1 : await newestStart(session, { since: query.since, until })
    const since = Math.max(startOfMonth(last ?? 0), query.since ?? -Infinity)
    if (last === undefined || last < since) break
    const month = { ...query, since, until, offset, limit: query.limit - bodies.length }
    const found = await readMonth(session, month, few)
    bodies.push(...found.bodies)
    offset = Math.max(0, offset - found.counted)
    until = since
    empty = found.counted === 0 ? (empty % EMPTY) + 1 : 0
  }
  return bodies
}

async function readMonth(session: Session, query: RunQuery, few: number): Promise<ListedRuns> {
  const sorted = await readSorted(session, query, few)
  if (sorted.counted <= few) return sorted
  const isDeep = query.offset + query.limit > few
  const counted = isDeep ? await countRuns(session, query, Number.MAX_SAFE_INTEGER) : sorted.counted
  return { counted, bodies: query.offset < counted ? await readNewest(session, query) : [] }
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

/** Sorts up to so many runs, which one index has found; where there are more, what it gives is no page of them. */
async function readSorted(session: Session, query: RunQuery, few: number): Promise<ListedRuns> {
  const { where, values } = whereOf(query)
  const rows = await session.query(
    `SELECT counted, body FROM (
       SELECT id, started_at, number, count(*) OVER () AS counted
       FROM (SELECT id, started_at, number FROM {schema}.runs ${where} LIMIT ${few + 1}) AS found
       ${ORDER} ${partAfter(values)}
     ) AS page JOIN {schema}.run_bodies USING (id, started_at) ${ORDER}`,
    [...values, query.limit, query.offset],
  )
  const [first] = rows
  const isEmpty = first === undefined && query.offset === 0 && query.limit > 0
  const counted = isEmpty ? 0 : (first?.['counted'] ?? (await countRuns(session, query, few)))
  return { bodies: rows.map(bodyOf), counted: Number(counted) }
}

async function readNewest(session: Session, query: RunQuery): Promise<readonly string[]> {
  const { where, values } = whereOf(query)
  const rows = await session.query(
    `SELECT body FROM (
       SELECT id, started_at, number FROM {schema}.runs ${where} ${ORDER} ${partAfter(values)}
     ) AS page JOIN {schema}.run_bodies USING (id, started_at) ${ORDER}`,
    [...values, query.limit, query.offset],
  )
  return rows.map(bodyOf)
}

function partAfter({ length }: readonly unknown[]): string {
  return `LIMIT $${length + 1} OFFSET $${length + 2}`
}

function bodyOf(row: Row): string {
  return String(row['body'])
}
