import type { AgentRun } from '@agent-run/types'
import { columnsOf, type RunColumns } from '../run-columns.ts'
import { claim, type Claimed } from './claim.ts'
import type { Session } from './database.ts'
import { toColumnText, toKeyText } from './key-text.ts'
import { toWordVector } from './search-words.ts'

type Name = keyof RunColumns

interface RunRow {
  readonly id: string
  readonly number: number
  readonly columns: Readonly<Record<Name, string | number | null>>
  readonly run: AgentRun
}

/** The columns of a run, with the type of each. */
const COLUMNS = [
  ['id', 'text'],
  ['agent_id', 'text'],
  ['agent_name', 'text'],
  ['model', 'text'],
  ['runtime', 'text'],
  ['status', 'text'],
  ['outcome', 'text'],
  ['task_id', 'text'],
  ['parent_run_id', 'text'],
  ['started_at', 'bigint'],
  ['duration_ms', 'double precision'],
  ['cost_usd', 'double precision'],
  ['tokens', 'double precision'],
  ['denials', 'integer'],
  ['eval_pass', 'integer'],
  ['eval_score', 'double precision'],
  ['benchmark_id', 'text'],
  ['words', 'text'],
] as const satisfies readonly (readonly [Name, string])[]

const NAMES = COLUMNS.map(([name]) => name)
// the rest says which run it is, and in which partition
const CHANGEABLE = NAMES.filter((name) => name !== 'id' && name !== 'started_at')
// these are in no index, so they may be long
const UNINDEXED: ReadonlySet<Name> = new Set(['agent_name', 'runtime'])
const cast = (name: Name): string => (name === 'words' ? '::tsvector' : '')

const INSERT_IDS = `INSERT INTO {schema}.run_ids (id, started_at, number)
  SELECT given.id, given.started_at, given.number
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (id, started_at, number)
  ON CONFLICT (id) DO NOTHING RETURNING id`

// the runs come first, also where only bodies are asked for: whoever drops partitions of both locks them in this order
const READ_BODIES = `SELECT id, body FROM {schema}.run_ids JOIN {schema}.runs USING (id, started_at)
  JOIN {schema}.run_bodies USING (id, started_at) WHERE id = ANY($1::text[])`

const READ_BODY = `SELECT body FROM {schema}.runs JOIN {schema}.run_bodies USING (id, started_at)
  WHERE id = $1 AND started_at = $2`

const deleteWithout = (table: string, other: string): string => `DELETE FROM {schema}.${table} AS left_over
  WHERE id = ANY($1::text[]) AND NOT EXISTS (
    SELECT 1 FROM {schema}.${other} AS kept
    WHERE kept.id = left_over.id AND kept.started_at = left_over.started_at)`

// a run and its body may have stood in different partitions, of which one is gone
const DELETE_LEFT_OVER = [
  deleteWithout('runs', 'run_bodies'),
  deleteWithout('run_bodies', 'runs'),
  deleteWithout('run_ids', 'runs'),
]

const INSERT_RUNS = `INSERT INTO {schema}.runs (number, ${NAMES.join(', ')})
  SELECT given.number, ${NAMES.map((name) => `given.${name}${cast(name)}`).join(', ')}
  FROM unnest($1::bigint[], ${COLUMNS.map(([, type], at) => `$${at + 2}::${type}[]`).join(', ')})
    AS given (number, ${NAMES.join(', ')})`

const INSERT_BODIES = `INSERT INTO {schema}.run_bodies (id, started_at, body)
  SELECT given.id, given.started_at, given.body
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given (id, started_at, body)`

const UPDATE_RUN = `UPDATE {schema}.runs SET
  ${CHANGEABLE.map((name, at) => `${name} = $${at + 3}${cast(name)}`).join(', ')}
  WHERE id = $1 AND started_at = $2`

const INSERT_PAGE = 1_000

/** Inserts runs whose ids are unknown; gives those that are known as they are, by their ids. */
export async function insertRuns(
  session: Session,
  runs: readonly AgentRun[],
): Promise<ReadonlyMap<string, AgentRun>> {
  const known = new Map<string, AgentRun>()
  for (let from = 0; from < runs.length; from += INSERT_PAGE) {
    const page = await insertPage(session, runs.slice(from, from + INSERT_PAGE))
    for (const body of page.known.values()) {
      const run = JSON.parse(body) as AgentRun
      known.set(run.id, run)
    }
  }
  return known
}

/** Reads a run and holds it for this transaction, so that nobody else changes it. */
export async function readToChange(session: Session, id: string): Promise<AgentRun | undefined> {
  const key = toKeyText(id)
  const [held] = await session.query('SELECT started_at FROM {schema}.run_ids WHERE id = $1 FOR UPDATE', [
    key,
  ])
  if (held === undefined) return undefined
  const [row] = await session.query(READ_BODY, [key, held['started_at']])
  return row === undefined ? undefined : (JSON.parse(String(row['body'])) as AgentRun)
}

/** Puts a run in the place of what it was; its id and its start stay. */
export async function updateRun(session: Session, before: AgentRun, after: AgentRun): Promise<void> {
  if (after.id !== before.id || after.started_at !== before.started_at)
    throw new TypeError('An update changes neither the id nor the start of a run')
  const columns = toRow(after)
  const place = [columns.id, columns.started_at]
  await session.query(UPDATE_RUN, [...place, ...CHANGEABLE.map((name) => columns[name])])
  await session.query('UPDATE {schema}.run_bodies SET body = $3 WHERE id = $1 AND started_at = $2', [
    ...place,
    JSON.stringify(after),
  ])
}

async function insertPage(session: Session, runs: readonly AgentRun[]): Promise<Claimed<RunRow>> {
  const [next] = await session.query(`SELECT nextval('{schema}.run_numbers') AS number`)
  const first = Number(next?.['number'])
  const rows = runs.map((run, place) => {
    const columns = toRow(run)
    return { id: String(columns.id), number: first + place, columns, run }
  })
  // in one order everywhere, so that two who insert the same runs do not wait for each other
  rows.sort((one, other) => (one.id < other.id ? -1 : 1))
  const listOf = (name: Name, of: readonly RunRow[]): unknown => of.map(({ columns }) => columns[name])
  const numbersOf = (of: readonly RunRow[]): unknown => of.map(({ number }) => number)
  const claimed = await claim<RunRow>(rows, {
    keyOf: ({ id }) => id,
    insertKeys: async (open) => {
      const made = await session.query(INSERT_IDS, [
        listOf('id', open),
        listOf('started_at', open),
        numbersOf(open),
      ])
      return made.map(({ id }) => String(id))
    },
    read: async (others) => {
      const found = await session.query(READ_BODIES, [listOf('id', others)])
      return new Map(found.map(({ id, body }) => [String(id), String(body)]))
    },
    deleteKeys: async (open) => {
      for (const statement of DELETE_LEFT_OVER) await session.query(statement, [listOf('id', open)])
    },
  })
  const { made } = claimed
  if (made.length === 0) return claimed
  await session.query(INSERT_RUNS, [numbersOf(made), ...NAMES.map((name) => listOf(name, made))])
  await session.query(INSERT_BODIES, [
    listOf('id', made),
    listOf('started_at', made),
    made.map(({ run }) => JSON.stringify(run)),
  ])
  return claimed
}

function toRow(run: AgentRun): RunRow['columns'] {
  const columns = columnsOf(run)
  const kept = (name: Name): readonly [string, string | number | null] => {
    const value = columns[name]
    if (typeof value !== 'string') return [name, value]
    return [name, UNINDEXED.has(name) ? toColumnText(value) : toKeyText(value)]
  }
  const names = NAMES.filter((name) => name !== 'words')
  return {
    ...(Object.fromEntries(names.map(kept)) as Record<Name, string | number | null>),
    words: toWordVector(columns.words),
  }
}
