import type { AgentRun, EvalResult } from '@agent-run/types'
import type { ClientConfig } from 'pg'
import type { ApiKey, Role } from '../../keys/api-key.ts'
import { changeOf, columnsOf, isSameRun } from '../run-columns.ts'
import {
  toPage,
  type ChangeType,
  type CreateOutcome,
  type LeaderboardEntry,
  type RunChange,
  type RunPage,
  type RunQuery,
  type RunStore,
  type StatsBucket,
  type StatsQuery,
} from '../run-store.ts'
import type { DocumentFacts, DocumentKind, PutOutcome, StoredDocument } from '../document-store.ts'
import type { PagePart, StoredEvent, StoredSpan } from '../trace-store.ts'
import { ChangeFeed } from './change-feed.ts'
import type { Database, Row, Session } from './database.ts'
import { forget } from './forget.ts'
import { fromColumnText, toColumnText, toKeyText } from './key-text.ts'
import type { Partitions, TimedTable } from './partitions.ts'
import { readDocument, readDocumentFacts, writeDocument } from './postgres-documents.ts'
import { readEvents, readSpans, writeEvents, writeSpans } from './postgres-traces.ts'
import { insertRuns, readToChange, updateRun } from './run-rows.ts'
import { readStats } from './read-stats.ts'
import { listRuns } from './list-runs.ts'

/** What a {@link PostgresStore} is made from. */
export interface PostgresParts {
  readonly database: Database
  /** Where the tables are partitioned. */
  readonly partitions: Partitions | undefined
  readonly config: ClientConfig
  readonly schema: string
  readonly pollMs: number
  readonly clock: () => number
}

interface Change {
  readonly type: ChangeType
  readonly runId: string
}

const EXPORT_PAGE = 500

/** Keeps runs in PostgreSQL, for any number of processes. */
export class PostgresStore implements RunStore {
  readonly name: string = 'postgres'
  readonly #database: Database
  readonly #partitions: Partitions | undefined
  readonly #clock: () => number
  readonly #feed: ChangeFeed

  constructor({ database, partitions, config, schema, pollMs, clock }: PostgresParts) {
    this.#database = database
    this.#partitions = partitions
    this.#clock = clock
    this.#feed = new ChangeFeed({
      config,
      channel: `aos_changes_${schema}`,
      pollMs,
      latest: () => this.latestChange(),
      notify: async (channel) => {
        await database.query(`NOTIFY "${channel}"`)
      },
    })
  }

  async create(runs: readonly AgentRun[]): Promise<readonly CreateOutcome[]> {
    const first = new Map<string, AgentRun>()
    for (const run of runs) if (!first.has(run.id)) first.set(run.id, run)
    const starts = [...first.values()].map((run) => columnsOf(run).started_at)
    await this.#ensure(['runs', 'run_bodies'], starts)
    const made = await this.#changing(async (session) => {
      const known = await insertRuns(session, [...first.values()])
      const created = [...first.keys()].filter((id) => !known.has(id))
      return { value: known, changes: created.map((runId) => ({ type: 'run.created' as const, runId })) }
    })
    const told = new Set<string>()
    return runs.map((run) => {
      const kept = made.get(run.id) ?? first.get(run.id) ?? run
      if (!made.has(run.id) && !told.has(run.id)) {
        told.add(run.id)
        return 'created'
      }
      return isSameRun(kept, run) ? 'same' : 'conflict'
    })
  }

  async get(id: string): Promise<AgentRun | undefined> {
    const [row] = await this.#database.query(
      'SELECT body FROM {schema}.run_ids JOIN {schema}.run_bodies USING (id, started_at) WHERE id = $1',
      [toKeyText(id)],
    )
    return row === undefined ? undefined : bodyOf(row)
  }

  update(id: string, change: (run: AgentRun) => AgentRun): Promise<AgentRun | undefined> {
    return this.#rewrite(id, (run) => {
      const after = change(run)
      return { after, type: changeOf(run, after) }
    })
  }

  attachEval(id: string, result: EvalResult): Promise<AgentRun | undefined> {
    return this.#rewrite(id, (run) => ({ after: { ...run, eval: result }, type: 'run.eval_attached' }))
  }

  async list(query: RunQuery): Promise<RunPage> {
    const { bodies, counted } = await listRuns(this.#database, query)
    return toPage(bodies.map(toRun), counted)
  }

  stats(query: StatsQuery): Promise<readonly StatsBucket[]> {
    return readStats(this.#database, query)
  }

  async leaderboard(query: {
    readonly benchmark_id?: string | undefined
    readonly limit: number
  }): Promise<readonly LeaderboardEntry[]> {
    const { benchmark_id: benchmark, limit } = query
    const rows = await this.#database.query(
      `SELECT agent_name, model, runtime, avg(eval_score) AS avg_score,
         avg(eval_pass)::double precision AS pass_rate, avg(cost_usd) AS avg_cost_usd, count(*) AS run_count
       FROM {schema}.runs WHERE eval_score IS NOT NULL ${benchmark === undefined ? '' : 'AND benchmark_id = $2'}
       GROUP BY agent_name, model, runtime
       ORDER BY avg_score DESC, pass_rate DESC, agent_name, model, runtime LIMIT $1`,
      [limit, ...(benchmark === undefined ? [] : [toKeyText(benchmark)])],
    )
    return rows.map(toEntry)
  }

  async changesAfter(seq: number, limit: number): Promise<readonly RunChange[]> {
    const rows = await this.#database.query(
      'SELECT seq, type, run_id FROM {schema}.changes WHERE seq > $1 ORDER BY seq LIMIT $2',
      [seq, limit],
    )
    return rows.map((row) => ({
      seq: Number(row['seq']),
      type: row['type'] as ChangeType,
      runId: fromColumnText(String(row['run_id'])),
    }))
  }

  async latestChange(): Promise<number> {
    const [row] = await this.#database.query(`SELECT seq FROM {schema}.change_counter WHERE name = 'runs'`)
    return Number(row?.['seq'] ?? 0)
  }

  onChange(listener: () => void): () => void {
    return this.#feed.add(listener)
  }

  prune(before: number, signal?: AbortSignal): Promise<number> {
    return forget(this.#database, this.#partitions, { before, signal })
  }

  async addSpans(spans: readonly StoredSpan[]): Promise<void> {
    await this.#ensure(
      ['spans'],
      spans.map(({ startedAt }) => startedAt),
    )
    await this.#database.transaction((session) => writeSpans(session, spans))
  }

  spansOf(runId: string, part: PagePart): Promise<readonly StoredSpan[]> {
    return readSpans(this.#database, runId, part)
  }

  async addEvents(events: readonly StoredEvent[]): Promise<readonly CreateOutcome[]> {
    await this.#ensure(
      ['events'],
      events.map(({ at }) => at),
    )
    return this.#database.transaction((session) => writeEvents(session, events))
  }

  eventsOf(runId: string, part: PagePart): Promise<readonly StoredEvent[]> {
    return readEvents(this.#database, runId, part)
  }

  async putDocument(document: StoredDocument): Promise<PutOutcome> {
    const { runId } = document
    const isKnown = (await this.get(runId)) !== undefined
    return this.#changing(async (session) => {
      const value = await writeDocument(session, document)
      return { value, changes: isKnown && value !== 'same' ? [{ type: 'run.updated', runId }] : [] }
    })
  }

  documentsOf(runId: string): Promise<readonly DocumentFacts[]> {
    return readDocumentFacts(this.#database, runId)
  }

  document(runId: string, kind: DocumentKind): Promise<StoredDocument | undefined> {
    return readDocument(this.#database, runId, kind)
  }

  async addKey({ name, role, hash, createdAt }: ApiKey): Promise<void> {
    await this.#database.query(
      `INSERT INTO {schema}.api_keys (name, role, hash, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, created_at = excluded.created_at`,
      [name, role, hash, createdAt],
    )
  }

  async findKey(hash: string): Promise<ApiKey | undefined> {
    const [row] = await this.#database.query('SELECT * FROM {schema}.api_keys WHERE hash = $1', [
      toColumnText(hash),
    ])
    return row === undefined ? undefined : keyOf(row)
  }

  async keys(): Promise<readonly ApiKey[]> {
    return (await this.#database.query('SELECT * FROM {schema}.api_keys ORDER BY name')).map(keyOf)
  }

  async removeKey(name: string): Promise<boolean> {
    const rows = await this.#database.query('DELETE FROM {schema}.api_keys WHERE name = $1 RETURNING name', [
      name,
    ])
    return rows.length > 0
  }

  async *export(): AsyncIterable<AgentRun> {
    for (let number = 0; ;) {
      const rows = await this.#database.query(
        `SELECT number, body FROM (
           SELECT id, started_at, number FROM {schema}.run_ids WHERE number > $1 ORDER BY number LIMIT $2
         ) AS page LEFT JOIN {schema}.run_bodies USING (id, started_at) ORDER BY number`,
        [number, EXPORT_PAGE],
      )
      if (rows.length === 0) return
      // one that is about to be forgotten may have no body any more
      for (const row of rows) if (row['body'] !== null) yield bodyOf(row)
      number = Number(rows.at(-1)?.['number'])
    }
  }

  async close(): Promise<void> {
    this.#feed.close()
    await this.#database.close()
  }

  async #ensure(tables: readonly TimedTable[], times: readonly number[]): Promise<void> {
    await this.#partitions?.ensure(tables, times)
  }

  #rewrite(
    id: string,
    change: (run: AgentRun) => { readonly after: AgentRun; readonly type: ChangeType },
  ): Promise<AgentRun | undefined> {
    return this.#changing<AgentRun | undefined>(async (session) => {
      const before = await readToChange(session, id)
      if (before === undefined) return { value: undefined, changes: [] }
      const { after, type } = change(before)
      await updateRun(session, before, after)
      return { value: after, changes: [{ type, runId: id }] }
    })
  }

  // changes are numbered last, one transaction after the other, so that whoever has seen a number misses none below it
  async #changing<T>(
    work: (session: Session) => Promise<{ readonly value: T; readonly changes: readonly Change[] }>,
  ): Promise<T> {
    const at = this.#clock()
    await this.#ensure(['changes'], [at])
    const { value, changes } = await this.#database.transaction(async (session) => {
      const done = await work(session)
      const count = done.changes.length
      if (count === 0) return done
      const [row] = await session.query(
        `UPDATE {schema}.change_counter SET seq = seq + $1 WHERE name = 'runs' RETURNING seq`,
        [count],
      )
      const base = Number(row?.['seq']) - count
      await session.query(
        `INSERT INTO {schema}.changes (seq, type, run_id, at)
         SELECT given.seq, given.type, given.run_id, $4 FROM unnest($1::bigint[], $2::text[], $3::text[]) AS given (seq, type, run_id)`,
        [
          done.changes.map((_, at) => base + at + 1),
          done.changes.map(({ type }) => type),
          done.changes.map(({ runId }) => toColumnText(runId)),
          at,
        ],
      )
      return done
    })
    if (changes.length > 0) this.#feed.changed()
    return value
  }
}

function bodyOf(row: Row): AgentRun {
  return toRun(String(row['body']))
}

function toRun(body: string): AgentRun {
  return JSON.parse(body) as AgentRun
}

function keyOf(row: Row): ApiKey {
  return {
    name: String(row['name']),
    role: row['role'] as Role,
    hash: String(row['hash']),
    createdAt: Number(row['created_at']),
  }
}

function toEntry(row: Row): LeaderboardEntry {
  const text = (name: string): string | null => {
    const value = row[name]
    return typeof value === 'string' ? fromColumnText(value) : null
  }
  return {
    agent_name: text('agent_name') ?? '',
    model: text('model'),
    runtime: text('runtime'),
    avg_score: Number(row['avg_score']),
    pass_rate: Number(row['pass_rate']),
    avg_cost_usd: row['avg_cost_usd'] === null ? null : Number(row['avg_cost_usd']),
    run_count: Number(row['run_count']),
  }
}
