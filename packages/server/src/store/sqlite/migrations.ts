import type { DatabaseSync } from 'node:sqlite'

/** Each brings the database from the version that is its place to the next. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    agent_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT,
    runtime TEXT,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER,
    cost_usd REAL,
    tokens INTEGER NOT NULL,
    denials INTEGER NOT NULL,
    eval_pass INTEGER,
    eval_score REAL,
    benchmark_id TEXT
  ) STRICT;
  CREATE INDEX runs_judged ON runs (agent_name, model, runtime, benchmark_id, eval_score, eval_pass, cost_usd) WHERE eval_score IS NOT NULL;
  CREATE TABLE run_bodies (
    place INTEGER PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE run_terms USING fts5 (terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
  CREATE TABLE run_hours (
    scope TEXT NOT NULL,
    hour INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    denials INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    PRIMARY KEY (scope, hour)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run_durations (
    scope TEXT NOT NULL,
    hour INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    PRIMARY KEY (scope, hour, ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    run_id TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE api_keys (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE spans (
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    run_id TEXT,
    started_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
  ) STRICT;
  CREATE INDEX spans_by_run ON spans (run_id, trace_id, started_at);
  CREATE INDEX spans_by_start ON spans (started_at);
  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    run_id TEXT,
    trace_id TEXT,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
  ) STRICT;
  CREATE INDEX events_by_run ON events (run_id, trace_id, at);
  CREATE INDEX events_by_time ON events (at);
  CREATE TABLE documents (
    run_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run_id, kind)
  ) STRICT;
  CREATE INDEX documents_by_time ON documents (at);
  `,
]

/** Brings a database up to date; throws for one that a newer program has written. */
export function migrate(database: DatabaseSync): void {
  const [row] = database.prepare('PRAGMA user_version').all()
  const version = Number(row?.['user_version'] ?? 0)
  if (version > MIGRATIONS.length)
    throw new RangeError(`the database has version ${version}, and this program knows ${MIGRATIONS.length}`)
  for (const [at, migration] of MIGRATIONS.entries()) {
    if (at < version) continue
    database.exec(`BEGIN IMMEDIATE; ${migration} PRAGMA user_version = ${at + 1}; COMMIT;`)
  }
}
