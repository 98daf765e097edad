import type { AgentRun, EvalResult } from '@agent-run/types'
import { AosError } from '@aos/sdk'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { ApiKey, Role } from '../../keys/api-key.ts'
import { changeOf } from '../run-columns.ts'
import type {
  ChangeType,
  CreateOutcome,
  LeaderboardEntry,
  RunChange,
  RunPage,
  RunQuery,
  RunStore,
  StatsBucket,
  StatsQuery,
} from '../run-store.ts'
import type { DocumentFacts, DocumentKind, PutOutcome, StoredDocument } from '../document-store.ts'
import type { PagePart, StoredEvent, StoredSpan } from '../trace-store.ts'
import { FORGOTTEN_AT_ONCE, forgetRest, forgetRuns } from './forget-runs.ts'
import { bodyIn, listRuns } from './list-runs.ts'
import { migrate } from './migrations.ts'
import { readDocument, readDocumentFacts, writeDocument } from './sqlite-documents.ts'
import { readStats, type ReadRows } from './read-stats.ts'
import { readEvents, readSpans, writeEvent, writeSpans, type WriteRows } from './sqlite-traces.ts'
import { readRun, RunWriter } from './write-runs.ts'

/** How a {@link SqliteStore} is opened. */
export interface SqliteStoreOptions {
  /** Path of the file, made where there is none; `:memory:` keeps runs only as long as the process. */
  readonly path: string
  /**
   * What a kept run survives: the end of the process, however it comes (`process`, default), or that of the machine
   * (`power`), which takes a write to the disk for each request.
   */
  readonly survives?: 'process' | 'power' | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

const EXPORT_PAGE = 500

/** Keeps runs in one SQLite file, for one process. */
export class SqliteStore implements RunStore {
  readonly name: string = 'sqlite'
  readonly #database: DatabaseSync
  readonly #clock: () => number
  readonly #statements = new Map<string, StatementSync>()
  readonly #listeners = new Set<() => void>()
  readonly #readRows: ReadRows = (sql, ...values) => this.#all(sql, ...values)
  readonly #writeRows: WriteRows = (sql, ...values) => this.#run(sql, ...values)

  /** Throws `invalid_options` where the file cannot be opened as a database of this version. */
  constructor(options: SqliteStoreOptions) {
    this.#clock = options.clock ?? Date.now
    try {
      if (options.path !== ':memory:') mkdirSync(dirname(options.path), { recursive: true })
      this.#database = new DatabaseSync(options.path)
      this.#database.exec(
        'PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536;',
      )
      this.#database.exec(`PRAGMA synchronous = ${options.survives === 'power' ? 'FULL' : 'NORMAL'}`)
      migrate(this.#database)
    } catch (cause) {
      throw notOpened(options.path, cause)
    }
  }

  create(runs: readonly AgentRun[]): Promise<readonly CreateOutcome[]> {
    return this.#writing((writer) => runs.map((run) => writer.create(run)))
  }

  get(id: string): Promise<AgentRun | undefined> {
    return this.#settled(() => this.#read(id))
  }

  update(id: string, change: (run: AgentRun) => AgentRun): Promise<AgentRun | undefined> {
    return this.#writing((writer) => {
      const before = this.#read(id)
      if (before === undefined) return undefined
      const after = change(before)
      writer.replace(before, after, changeOf(before, after))
      return after
    })
  }

  attachEval(id: string, result: EvalResult): Promise<AgentRun | undefined> {
    return this.#writing((writer) => {
      const before = this.#read(id)
      if (before === undefined) return undefined
      const after = { ...before, eval: result }
      writer.replace(before, after, 'run.eval_attached')
      return after
    })
  }

  list(query: RunQuery): Promise<RunPage> {
    return this.#settled(() => listRuns(this.#readRows, query))
  }

  leaderboard(query: {
    readonly benchmark_id?: string | undefined
    readonly limit: number
  }): Promise<readonly LeaderboardEntry[]> {
    const { benchmark_id: benchmark, limit } = query
    return this.#settled(() =>
      this.#all(
        `SELECT agent_name, model, runtime, avg(eval_score) AS avg_score, avg(eval_pass) AS pass_rate,
           avg(cost_usd) AS avg_cost_usd, count(*) AS run_count
         FROM runs WHERE eval_score IS NOT NULL ${benchmark === undefined ? '' : 'AND benchmark_id = ?'}
         GROUP BY agent_name, model, runtime
         ORDER BY avg_score DESC, pass_rate DESC, agent_name, model, runtime LIMIT ?`,
        ...(benchmark === undefined ? [] : [benchmark]),
        limit,
      ).map((row) => ({ ...row }) as unknown as LeaderboardEntry),
    )
  }

  stats(query: StatsQuery): Promise<readonly StatsBucket[]> {
    return readStats(this.#readRows, query)
  }

  changesAfter(seq: number, limit: number): Promise<readonly RunChange[]> {
    return this.#settled(() =>
      this.#all('SELECT seq, type, run_id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(
        (row) => ({ seq: Number(row['seq']), type: row['type'] as ChangeType, runId: String(row['run_id']) }),
      ),
    )
  }

  latestChange(): Promise<number> {
    return this.#settled(() => {
      const [row] = this.#all('SELECT max(seq) AS seq FROM changes')
      return Number(row?.['seq'] ?? 0)
    })
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async prune(before: number, signal?: AbortSignal): Promise<number> {
    const through = { read: this.#readRows, write: this.#writeRows }
    let [all, some] = [0, FORGOTTEN_AT_ONCE]
    // other requests come in between
    for (; some === FORGOTTEN_AT_ONCE && signal?.aborted !== true; await setImmediate()) {
      some = await this.#transaction(() => forgetRuns(through, before))
      all += some
    }
    for (let isMore = true; isMore && signal?.aborted !== true; await setImmediate())
      isMore = await this.#transaction(() => forgetRest(this.#readRows, before))
    return all
  }

  addSpans(spans: readonly StoredSpan[]): Promise<void> {
    return this.#transaction(() => writeSpans(this.#writeRows, spans))
  }

  spansOf(runId: string, part: PagePart): Promise<readonly StoredSpan[]> {
    return this.#settled(() => readSpans(this.#readRows, runId, part))
  }

  addEvents(events: readonly StoredEvent[]): Promise<readonly CreateOutcome[]> {
    const through = { read: this.#readRows, write: this.#writeRows }
    return this.#transaction(() => events.map((event) => writeEvent(through, event)))
  }

  eventsOf(runId: string, part: PagePart): Promise<readonly StoredEvent[]> {
    return this.#settled(() => readEvents(this.#readRows, runId, part))
  }

  putDocument(document: StoredDocument): Promise<PutOutcome> {
    const through = { read: this.#readRows, write: this.#writeRows }
    return this.#transaction(() => {
      const outcome = writeDocument(through, document)
      const { runId } = document
      if (outcome !== 'same' && this.#read(runId) !== undefined) this.#changed('run.updated', runId)
      return outcome
    })
  }

  documentsOf(runId: string): Promise<readonly DocumentFacts[]> {
    return this.#settled(() => readDocumentFacts(this.#readRows, runId))
  }

  document(runId: string, kind: DocumentKind): Promise<StoredDocument | undefined> {
    return this.#settled(() => readDocument(this.#readRows, runId, kind))
  }

  addKey({ name, role, hash, createdAt }: ApiKey): Promise<void> {
    return this.#settled(() => {
      this.#run(
        'INSERT OR REPLACE INTO api_keys (name, role, hash, created_at) VALUES (?, ?, ?, ?)',
        name,
        role,
        hash,
        createdAt,
      )
    })
  }

  findKey(hash: string): Promise<ApiKey | undefined> {
    return this.#settled(() => this.#all('SELECT * FROM api_keys WHERE hash = ?', hash).map(keyOf)[0])
  }

  keys(): Promise<readonly ApiKey[]> {
    return this.#settled(() => this.#all('SELECT * FROM api_keys ORDER BY name').map(keyOf))
  }

  removeKey(name: string): Promise<boolean> {
    return this.#settled(() => this.#run('DELETE FROM api_keys WHERE name = ?', name).changes > 0)
  }

  async *export(): AsyncIterable<AgentRun> {
    for (let after = 0; ;) {
      const rows = this.#all(
        'SELECT place, body FROM run_bodies WHERE place > ? ORDER BY place LIMIT ?',
        after,
        EXPORT_PAGE,
      )
      const last = rows.at(-1)
      if (last === undefined) return
      for (const row of rows) yield bodyIn(row)
      after = Number(last['place'])
    }
  }

  close(): Promise<void> {
    return this.#settled(() => this.#database.close())
  }

  #writing<T>(work: (writer: RunWriter) => T): Promise<T> {
    return this.#transaction(() => {
      const writer = new RunWriter({
        read: this.#readRows,
        write: this.#writeRows,
        changed: (type, id) => this.#changed(type, id),
      })
      const made = work(writer)
      writer.finish()
      return made
    })
  }

  #changed(type: ChangeType, runId: string): void {
    this.#run('INSERT INTO changes (type, run_id, at) VALUES (?, ?, ?)', type, runId, this.#clock())
  }

  #read(id: string): AgentRun | undefined {
    return readRun(this.#readRows, id)
  }

  // the database answers at once; a failure is the promise's all the same
  #settled<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => resolve(work()))
  }

  #transaction<T>(work: () => T): Promise<T> {
    return this.#settled(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      let made: T
      try {
        made = work()
        this.#database.exec('COMMIT')
      } catch (error) {
        this.#database.exec('ROLLBACK')
        throw error
      }
      for (const listener of this.#listeners) listener()
      return made
    })
  }

  #all(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepared(sql).all(...values)
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): ReturnType<StatementSync['run']> {
    return this.#prepared(sql).run(...values)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const made = this.#database.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }
}

function keyOf(row: Readonly<Record<string, unknown>>): ApiKey {
  return {
    name: String(row['name']),
    role: row['role'] as Role,
    hash: String(row['hash']),
    createdAt: Number(row['created_at']),
  }
}

function notOpened(path: string, cause: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The database ${path} cannot be opened: ${cause instanceof Error ? cause.message : 'unknown error'}`,
    fix: 'Give a path in a folder that can be written, to a database that this program or an older one has made.',
    cause,
  })
}
