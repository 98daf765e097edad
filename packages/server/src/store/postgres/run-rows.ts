import type { AgentRun } from '@agent-run/types'
import { columnsOf, type RunColumns } from '../run-columns.ts'
import { toColumnText, toKeyText } from './key-text.ts'
import { toWordVector } from './search-words.ts'

type Name = keyof RunColumns

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
// these are in no index, so they may be long
const UNINDEXED: ReadonlySet<Name> = new Set(['agent_name', 'runtime'])

/** Inserts runs from the lists of {@link toColumns} and gives the ids of those that were not there. */
export const INSERT_RUNS: string = `WITH base AS (SELECT nextval('{schema}.run_numbers') AS number)
  INSERT INTO {schema}.runs (number, ${NAMES.join(', ')})
  SELECT base.number + given.place, ${NAMES.map((name) => `given.${name}${name === 'words' ? '::tsvector' : ''}`).join(', ')}
  FROM base, unnest($1::bigint[], ${COLUMNS.map(([, type], at) => `$${at + 2}::${type}[]`).join(', ')})
    AS given (place, ${NAMES.join(', ')})
  ON CONFLICT (id) DO NOTHING RETURNING id`

/** Replaces a run; the last value is its id as it was. */
export const UPDATE_RUN: string = `UPDATE {schema}.runs SET
  ${NAMES.map((name, at) => `${name} = $${at + 1}${name === 'words' ? '::tsvector' : ''}`).join(', ')}
  WHERE id = $${NAMES.length + 1}`

/** Inserts what belongs to runs: their ids, and each as it was sent. */
export const INSERT_BODIES: string = `INSERT INTO {schema}.run_bodies (id, body)
  SELECT given.id, given.body FROM unnest($1::text[], $2::text[]) AS given (id, body)`

/** Gives runs as a list for each column, the place of each run first. */
export function toColumns(runs: readonly AgentRun[]): readonly (readonly (string | number | null)[])[] {
  const rows = runs.map((run, place) => ({ place, row: toRow(run) }))
  // in one order everywhere, so that two who insert the same runs do not wait for each other
  rows.sort((one, other) => (String(one.row['id']) < String(other.row['id']) ? -1 : 1))
  return [rows.map(({ place }) => place), ...NAMES.map((name) => rows.map(({ row }) => row[name]))]
}

function toRow(run: AgentRun): Readonly<Record<Name, string | number | null>> {
  const columns = columnsOf(run)
  const kept = (name: keyof RunColumns): readonly [string, string | number | null] => {
    const value = columns[name]
    if (typeof value !== 'string') return [name, value]
    return [name, UNINDEXED.has(name) ? toColumnText(value) : toKeyText(value)]
  }
  const names = NAMES.filter((name) => name !== 'words')
  return {
    ...(Object.fromEntries(names.map(kept)) as Record<keyof RunColumns, string | number | null>),
    words: toWordVector(columns.words),
  }
}
