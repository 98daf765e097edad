import type { Database, Session } from './database.ts'

/**
 * Each brings the tables from the version that is its place to the next. `{by …}` partitions a table where the database
 * can, and `{other …}` makes the table for what is in no partition. Every statement may run twice, as not every database
 * takes changes of tables back with the transaction they are in.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    'CREATE SEQUENCE IF NOT EXISTS {schema}.run_numbers INCREMENT BY 1000 START WITH 1000',
    // a partitioned table keeps nothing unique whatever its time, so those of ids do
    `CREATE TABLE IF NOT EXISTS {schema}.run_ids (
      id TEXT PRIMARY KEY,
      started_at BIGINT NOT NULL,
      number BIGINT NOT NULL
    )`,
    'CREATE INDEX IF NOT EXISTS run_ids_by_number ON {schema}.run_ids (number)',
    'CREATE INDEX IF NOT EXISTS run_ids_by_start ON {schema}.run_ids (started_at)',
    `CREATE TABLE IF NOT EXISTS {schema}.runs (
      id TEXT NOT NULL,
      number BIGINT NOT NULL,
      agent_id TEXT NOT NULL,
      agent_name TEXT NOT NULL,
      model TEXT,
      runtime TEXT,
      status TEXT NOT NULL,
      outcome TEXT,
      task_id TEXT,
      parent_run_id TEXT,
      started_at BIGINT NOT NULL,
      duration_ms DOUBLE PRECISION,
      cost_usd DOUBLE PRECISION,
      tokens DOUBLE PRECISION NOT NULL,
      denials INTEGER NOT NULL,
      eval_pass INTEGER,
      eval_score DOUBLE PRECISION,
      benchmark_id TEXT,
      words TSVECTOR NOT NULL,
      PRIMARY KEY (id, started_at)
    ) {by started_at}`,
    '{other runs}',
    'CREATE INDEX IF NOT EXISTS runs_by_start ON {schema}.runs (started_at DESC, number DESC)',
    'CREATE INDEX IF NOT EXISTS runs_by_agent ON {schema}.runs (agent_id, started_at DESC, number DESC)',
    'CREATE INDEX IF NOT EXISTS runs_by_status ON {schema}.runs (status, started_at DESC, number DESC)',
    'CREATE INDEX IF NOT EXISTS runs_by_outcome ON {schema}.runs (outcome, started_at DESC, number DESC)',
    'CREATE INDEX IF NOT EXISTS runs_by_model ON {schema}.runs (model, started_at DESC, number DESC)',
    'CREATE INDEX IF NOT EXISTS runs_by_task ON {schema}.runs (task_id, started_at DESC, number DESC) WHERE task_id IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS runs_by_parent ON {schema}.runs (parent_run_id, started_at DESC, number DESC) WHERE parent_run_id IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS runs_denied ON {schema}.runs (started_at DESC, number DESC) WHERE denials > 0',
    'CREATE INDEX IF NOT EXISTS runs_judged ON {schema}.runs (benchmark_id) WHERE eval_score IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS runs_measured ON {schema}.runs (started_at, agent_id, status, duration_ms, cost_usd, tokens, denials)',
    'CREATE INDEX IF NOT EXISTS runs_by_word ON {schema}.runs USING GIN (words)',
    // apart, so that what is looked through for a list is small
    `CREATE TABLE IF NOT EXISTS {schema}.run_bodies (
      id TEXT NOT NULL,
      started_at BIGINT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (id, started_at)
    ) {by started_at}`,
    '{other run_bodies}',
    `CREATE TABLE IF NOT EXISTS {schema}.changes (
      seq BIGINT NOT NULL,
      type TEXT NOT NULL,
      run_id TEXT NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (seq, at)
    ) {by at}`,
    '{other changes}',
    'CREATE INDEX IF NOT EXISTS changes_by_time ON {schema}.changes (at)',
    'CREATE TABLE IF NOT EXISTS {schema}.change_counter (name TEXT PRIMARY KEY, seq BIGINT NOT NULL)',
    `INSERT INTO {schema}.change_counter (name, seq) VALUES ('runs', 0) ON CONFLICT (name) DO NOTHING`,
    `CREATE TABLE IF NOT EXISTS {schema}.api_keys (
      name TEXT PRIMARY KEY,
      role TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      created_at BIGINT NOT NULL
    )`,
    // the start that a span named before tells where the one is whose place it takes
    `CREATE TABLE IF NOT EXISTS {schema}.span_ids (
      trace_id TEXT NOT NULL,
      span_id TEXT NOT NULL,
      started_at BIGINT NOT NULL,
      replaced BIGINT,
      PRIMARY KEY (trace_id, span_id)
    )`,
    'CREATE INDEX IF NOT EXISTS span_ids_by_start ON {schema}.span_ids (started_at)',
    `CREATE TABLE IF NOT EXISTS {schema}.spans (
      trace_id TEXT NOT NULL,
      span_id TEXT NOT NULL,
      run_id TEXT,
      started_at BIGINT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (trace_id, span_id, started_at)
    ) {by started_at}`,
    '{other spans}',
    'CREATE INDEX IF NOT EXISTS spans_by_run ON {schema}.spans (run_id, trace_id, started_at)',
    `CREATE TABLE IF NOT EXISTS {schema}.event_ids (
      id TEXT NOT NULL,
      kind TEXT NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (id, kind)
    )`,
    'CREATE INDEX IF NOT EXISTS event_ids_by_time ON {schema}.event_ids (at)',
    `CREATE TABLE IF NOT EXISTS {schema}.events (
      id TEXT NOT NULL,
      kind TEXT NOT NULL,
      number BIGINT NOT NULL,
      run_id TEXT,
      trace_id TEXT,
      at BIGINT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (id, kind, at)
    ) {by at}`,
    '{other events}',
    'CREATE INDEX IF NOT EXISTS events_by_run ON {schema}.events (run_id, at)',
    'CREATE INDEX IF NOT EXISTS events_by_trace ON {schema}.events (trace_id) WHERE run_id IS NULL',
    `CREATE TABLE IF NOT EXISTS {schema}.documents (
      run_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      digest TEXT NOT NULL,
      size BIGINT NOT NULL,
      at BIGINT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (run_id, kind)
    )`,
    'CREATE INDEX IF NOT EXISTS documents_by_time ON {schema}.documents (at)',
  ],
]

const VERSION = [
  'CREATE TABLE IF NOT EXISTS {schema}.schema_version (name TEXT PRIMARY KEY, version INTEGER NOT NULL)',
  `INSERT INTO {schema}.schema_version (name, version) VALUES ('runs', 0) ON CONFLICT (name) DO NOTHING`,
]

/**
 * Brings the tables up to date, one server after the other, partitioned where that is wanted and the database can. Throws
 * for tables that a newer program has made.
 */
export async function migrate(database: Database, wanted: boolean | undefined): Promise<void> {
  await makeVersionTable(database)
  await database.transaction(async (session) => {
    // whoever comes second waits here until the first is done
    const [row] = await session.query(
      `SELECT version FROM {schema}.schema_version WHERE name = 'runs' FOR UPDATE`,
    )
    const version = Number(row?.['version'] ?? 0)
    if (version > MIGRATIONS.length)
      throw new RangeError(`its tables have version ${version}, and this program knows ${MIGRATIONS.length}`)
    if (version === MIGRATIONS.length) return
    const partitioned = wanted ?? (await canPartition(session))
    for (const statement of MIGRATIONS.slice(version).flat()) await make(session, statement, partitioned)
    await session.query(`UPDATE {schema}.schema_version SET version = $1 WHERE name = 'runs'`, [
      MIGRATIONS.length,
    ])
  })
}

// it has partitions of its own kind, and refuses those of PostgreSQL
async function canPartition(session: Session): Promise<boolean> {
  const [row] = await session.query('SELECT version() AS version')
  return !/cockroach/i.test(String(row?.['version']))
}

async function make(session: Session, statement: string, partitioned: boolean): Promise<void> {
  const [, table] = /^\{other (\w+)\}$/.exec(statement) ?? []
  if (table === undefined)
    await session.query(statement.replace(/\{by (\w+)\}/, partitioned ? 'PARTITION BY RANGE ($1)' : ''))
  else if (partitioned)
    await session.query(
      `CREATE TABLE IF NOT EXISTS {schema}.${table}_other PARTITION OF {schema}.${table} DEFAULT`,
    )
}

// two that make the same table at once disturb each other, in PostgreSQL as well
const DISTURBED: ReadonlySet<unknown> = new Set(['23505', '42P06', '42P07', '42710', '40001', 'XX000'])
const TRIES = 20

async function makeVersionTable(database: Database): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await makeOnce(database)
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
      if (attempt === TRIES || !DISTURBED.has(code)) throw error
    }
}

// one who may not make a schema, or tables in it, may use those that are there
async function makeOnce(session: Session): Promise<void> {
  const [schema] = await session.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = {name}')
  if (schema === undefined) await session.query('CREATE SCHEMA IF NOT EXISTS {schema}')
  const [table] = await session.query(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = {name} AND table_name = 'schema_version'`,
  )
  if (table !== undefined) {
    const [row] = await session.query(`SELECT 1 FROM {schema}.schema_version WHERE name = 'runs'`)
    if (row !== undefined) return
  }
  for (const statement of VERSION) await session.query(statement)
}
