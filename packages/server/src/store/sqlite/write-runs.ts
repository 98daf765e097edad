import type { AgentRun } from '@agent-run/types'
import { columnsOf, isSameRun, type RunColumns } from '../run-columns.ts'
import type { ChangeType, CreateOutcome } from '../run-store.ts'
import { bodyIn } from './list-runs.ts'
import type { ReadRows } from './read-stats.ts'
import { freeNumber, numberIn } from './run-number.ts'
import { RunTally } from './run-tally.ts'
import { termsOf } from './run-terms.ts'
import type { WriteRows } from './sqlite-traces.ts'

const COLUMNS = [
  'id',
  'agent_id',
  'agent_name',
  'model',
  'runtime',
  'status',
  'started_at',
  'duration_ms',
  'cost_usd',
  'tokens',
  'denials',
  'eval_pass',
  'eval_score',
  'benchmark_id',
] as const satisfies readonly (keyof RunColumns)[]

const INSERT = `INSERT INTO runs (place, number, ${COLUMNS.join(', ')}) VALUES (last_insert_rowid(), ?, ${COLUMNS.map(() => '?').join(', ')})`
const UPDATE = `UPDATE runs SET number = ?, ${COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE number = ?`

/** What a {@link RunWriter} works with. */
export interface RunWriting {
  readonly read: ReadRows
  readonly write: WriteRows
  readonly changed: (type: ChangeType, runId: string) => void
}

/** Reads a run. */
export function readRun(read: ReadRows, id: string): AgentRun | undefined {
  return read('SELECT body FROM runs JOIN run_bodies USING (place) WHERE id = ?', id).map(bodyIn)[0]
}

/** Writes runs in one transaction, which the caller holds and ends after `finish`. */
export class RunWriter {
  readonly #through: RunWriting
  readonly #tally = new RunTally()
  readonly #terms = new Map<bigint, string>()

  constructor(through: RunWriting) {
    this.#through = through
  }

  /** Creates a run, where there is none of its id. */
  create(run: AgentRun): CreateOutcome {
    const { read, write, changed } = this.#through
    const known = readRun(read, run.id)
    if (known !== undefined) return isSameRun(known, run) ? 'same' : 'conflict'
    const columns = columnsOf(run)
    const number = freeNumber(read, columns.started_at)
    write('INSERT INTO run_bodies (body) VALUES (?)', JSON.stringify(run))
    write(INSERT, number, ...COLUMNS.map((name) => columns[name]))
    this.#terms.set(number, termsOf(columns))
    this.#tally.count(columns, 1)
    changed('run.created', run.id)
    return 'created'
  }

  /** Puts a run in the place of what it was. */
  replace(before: AgentRun, after: AgentRun, type: ChangeType): void {
    const { read, write, changed } = this.#through
    const [old, columns] = [columnsOf(before), columnsOf(after)]
    const [row = {}] = read('SELECT CAST(number AS TEXT) AS digits, place FROM runs WHERE id = ?', before.id)
    const number = numberIn(row)
    const next = old.started_at === columns.started_at ? number : freeNumber(read, columns.started_at)
    write(UPDATE, next, ...COLUMNS.map((name) => columns[name]), number)
    write('UPDATE run_bodies SET body = ? WHERE place = ?', JSON.stringify(after), Number(row['place']))
    const terms = termsOf(columns)
    if (next !== number || terms !== termsOf(old)) {
      write('DELETE FROM run_terms WHERE rowid = ?', number)
      this.#terms.set(next, terms)
    }
    this.#tally.count(old, -1)
    this.#tally.count(columns, 1)
    changed(type, after.id)
  }

  /** Writes what runs are found by, and their sums. */
  finish(): void {
    const { write } = this.#through
    // the index begins a new part for each number that is less than the one before
    for (const [number, terms] of [...this.#terms].sort(([one], [other]) => (one < other ? -1 : 1)))
      write('INSERT INTO run_terms (rowid, terms) VALUES (?, ?)', number, terms)
    this.#tally.write(write)
  }
}
