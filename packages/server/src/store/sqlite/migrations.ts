import type { DatabaseSync } from 'node:sqlite'

/** Each brings the database from the version that is its place to the next. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    agent_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT,
    runtime TEXT,
    status TEXT NOT NULL,
    outcome TEXT,
    task_id TEXT,
    parent_run_id TEXT,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER,
    cost_usd REAL,
    tokens INTEGER NOT NULL,
    denials INTEGER NOT NULL,
    eval_pass INTEGER,
    eval_score REAL,
    benchmark_id TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_start ON runs (started_at DESC, id DESC);
  CREATE INDEX runs_by_agent ON runs (agent_id, started_at DESC, id DESC);
  CREATE INDEX runs_by_status ON runs (status, started_at DESC, id DESC);
  CREATE INDEX runs_by_outcome ON runs (outcome, started_at DESC, id DESC);
  CREATE INDEX runs_by_model ON runs (model, started_at DESC, id DESC);
  CREATE INDEX runs_by_task ON runs (task_id, started_at DESC, id DESC) WHERE task_id IS NOT NULL;
  CREATE INDEX runs_by_parent ON runs (parent_run_id, started_at DESC, id DESC) WHERE parent_run_id IS NOT NULL;
  CREATE INDEX runs_denied ON runs (started_at DESC, id DESC) WHERE denials > 0;
  CREATE INDEX runs_judged ON runs (agent_name, model, runtime, benchmark_id, eval_score, eval_pass, cost_usd) WHERE eval_score IS NOT NULL;
  CREATE VIRTUAL TABLE run_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');
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
  `,
  // holds all that charts sum up, so that no run itself is read for them
  `
  CREATE INDEX runs_measured ON runs (started_at, agent_id, status, duration_ms, cost_usd, tokens, denials);
  `,
  `
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
  `,
  // these hold what else is filtered by, so that counting reads no run itself
  `
  DROP INDEX runs_by_start;
  DROP INDEX runs_by_agent;
  DROP INDEX runs_by_status;
  CREATE INDEX runs_by_start ON runs (started_at DESC, id DESC, denials, status, outcome, model);
  CREATE INDEX runs_by_agent ON runs (agent_id, started_at DESC, id DESC, denials, status, outcome, model);
  CREATE INDEX runs_by_status ON runs (status, started_at DESC, id DESC, denials, outcome, model);
  `,
  `
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
