import type { Database } from './database.ts'
import type { Partitions, TimedTable } from './partitions.ts'

interface Kept {
  /** Table that is gone through by time. */
  readonly from: string
  readonly key: readonly string[]
  readonly time: string
  /** What is deleted with it, given the columns of the key as lists. */
  readonly linked: readonly string[]
  /** The same, given the moment after them, which tells the database where it need not look. */
  readonly linkedInTime: readonly string[]
}

const PAGE = 5_000
const DROPPED: readonly (readonly TimedTable[])[] = [
  ['runs', 'run_bodies'],
  ['spans'],
  ['events'],
  ['changes'],
]

const RUNS: Kept = {
  from: 'run_ids',
  key: ['id'],
  time: 'started_at',
  linked: ['DELETE FROM {schema}.documents WHERE run_id = ANY($1::text[])'],
  linkedInTime: [
    'DELETE FROM {schema}.runs WHERE id = ANY($1::text[]) AND started_at < $2',
    'DELETE FROM {schema}.run_bodies WHERE id = ANY($1::text[]) AND started_at < $2',
  ],
}

const OTHERS: readonly Kept[] = [
  {
    from: 'span_ids',
    key: ['trace_id', 'span_id'],
    time: 'started_at',
    linked: [],
    linkedInTime: [
      `DELETE FROM {schema}.spans WHERE (trace_id, span_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
         AND started_at < $3`,
    ],
  },
  {
    from: 'event_ids',
    key: ['id', 'kind'],
    time: 'at',
    linked: [],
    linkedInTime: [
      `DELETE FROM {schema}.events WHERE (id, kind) IN (SELECT * FROM unnest($1::text[], $2::text[]))
         AND at < $3`,
    ],
  },
  { from: 'documents', key: ['run_id', 'kind'], time: 'at', linked: [], linkedInTime: [] },
  { from: 'changes', key: ['seq'], time: 'at', linked: [], linkedInTime: [] },
]

/** Forgets what is older than a moment: whole partitions at first, then the rest; gives how many runs. */
export async function forget(
  database: Database,
  partitions: Partitions | undefined,
  until: Until,
): Promise<number> {
  for (const tables of DROPPED) if (!isEnded(until)) await partitions?.dropBefore(tables, until.before)
  const runs = await forgetKept(database, RUNS, until)
  for (const kept of OTHERS) await forgetKept(database, kept, until)
  return runs
}

interface Until {
  /** Milliseconds since the epoch. */
  readonly before: number
  /** Ends it early. */
  readonly signal: AbortSignal | undefined
}

function isEnded({ signal }: Until): boolean {
  return signal?.aborted === true
}

// piece by piece, so that nobody waits long for what is deleted
async function forgetKept(database: Database, kept: Kept, until: Until): Promise<number> {
  const { before } = until
  const { from, key, time, linked, linkedInTime } = kept
  const columns = key.join(', ')
  let forgotten = 0
  for (let gone = PAGE; gone === PAGE && !isEnded(until); forgotten += gone) {
    gone = await database.transaction(async (session) => {
      const rows = await session.query(
        `DELETE FROM {schema}.${from} WHERE (${columns}) IN (
           SELECT ${columns} FROM {schema}.${from} WHERE ${time} < $1 ORDER BY ${time} LIMIT ${PAGE}
         ) AND ${time} < $1 RETURNING ${columns}`,
        [before],
      )
      if (rows.length === 0) return 0
      const keys = key.map((name) => rows.map((row) => row[name]))
      for (const statement of linked) await session.query(statement, keys)
      for (const statement of linkedInTime) await session.query(statement, [...keys, before])
      return rows.length
    })
  }
  return forgotten
}
