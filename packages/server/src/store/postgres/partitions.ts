import { diag } from '@opentelemetry/api'
import { isStoreUnavailable } from '../store-unavailable.ts'
import type { Database, Session } from './database.ts'
import { monthOf, startOf } from './month.ts'

/** A table that is partitioned by time where the database can. */
export type TimedTable = 'runs' | 'run_bodies' | 'spans' | 'events' | 'changes'

/** What {@link Partitions} work with. */
export interface PartitionsOptions {
  readonly database: Database
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

interface Try {
  readonly done: Promise<void>
  /** When it is tried again, where it could not be made. */
  again: number
}

interface Month {
  readonly name: string
  readonly from: number
  readonly to: number
}

// who sends runs of odd times cannot have more tables made than these; older and later ones share one
const MONTHS_BACK = 60
const MONTHS_AHEAD = 1
// while one waits to lock a table, everybody waits; it gives up before the database looks for a deadlock
const LOCK_MS = 800
const AGAIN_MS = 300_000

/** Makes the partition of each month when it is first needed, and drops those that are old. */
export class Partitions {
  readonly #database: Database
  readonly #clock: () => number
  readonly #tried = new Map<string, Try>()

  constructor({ database, clock }: PartitionsOptions) {
    this.#database = database
    this.#clock = clock
  }

  /** Makes partitions for some times, and for the next month ahead of it; where that is refused, rows go where others are. */
  async ensure(tables: readonly TimedTable[], times: readonly number[]): Promise<void> {
    const now = monthOf(this.#clock())
    const months = new Set(times.map(monthOf))
    if (months.has(now)) months.add(now + 1)
    for (const month of months) {
      if (month >= now - MONTHS_BACK && month <= now + MONTHS_AHEAD)
        for (const table of tables) await this.#ensureOne(table, month)
    }
  }

  /** Drops the partitions of some tables that end before a moment; those of a month at once, so that nothing is left by halves. */
  async dropBefore(tables: readonly TimedTable[], before: number): Promise<void> {
    const rows = await this.#database.query(
      `SELECT child.relname AS name FROM pg_catalog.pg_inherits AS link
         JOIN pg_catalog.pg_class AS child ON child.oid = link.inhrelid
         JOIN pg_catalog.pg_class AS parent ON parent.oid = link.inhparent
         JOIN pg_catalog.pg_namespace AS place ON place.oid = parent.relnamespace
       WHERE place.nspname = {name} AND parent.relname = ANY($1::text[])`,
      [tables],
    )
    const months = new Set(rows.map(({ name }) => monthNamed(String(name))))
    for (const month of [...months].toSorted((one, other) => one - other))
      if (startOf(month + 1) <= before) await this.#drop(tables.map((table) => spanOf(table, month).name))
  }

  async #drop(names: readonly string[]): Promise<void> {
    try {
      await this.#alone(`DROP TABLE IF EXISTS ${names.map((name) => `{schema}.${name}`).join(', ')}`)
      for (const name of names) this.#tried.delete(name)
    } catch (error) {
      tell(error, `${names.join(' and ')} cannot be dropped now; what is in them is deleted`)
    }
  }

  async #ensureOne(table: TimedTable, month: number): Promise<void> {
    const span = spanOf(table, month)
    const known = this.#tried.get(span.name)
    if (known !== undefined && known.again > this.#clock()) return known.done
    const tried: Try = { again: Infinity, done: this.#make(table, span) }
    this.#tried.set(span.name, tried)
    return tried.done
  }

  async #make(table: TimedTable, { name, from, to }: Month): Promise<void> {
    try {
      await this.#alone(
        `CREATE TABLE {schema}.${name} PARTITION OF {schema}.${table} FOR VALUES FROM (${from}) TO (${to})`,
        name,
      )
    } catch (error) {
      const tried = this.#tried.get(name)
      if (isStoreUnavailable(error)) this.#tried.delete(name)
      else if (isLocked(error) && tried !== undefined) tried.again = this.#clock() + AGAIN_MS
      tell(error, `the table ${name} cannot be made; its rows are kept in ${table}_other`)
    }
  }

  // one process after the other, as they would disturb each other; whoever comes second finds it made
  #alone(statement: string, made?: string): Promise<void> {
    return this.#database.transaction(async (session) => {
      await session.query(`SELECT version FROM {schema}.schema_version WHERE name = 'runs' FOR UPDATE`)
      if (made !== undefined && (await isTable(session, made))) return
      await session.query(`SET LOCAL lock_timeout = ${LOCK_MS}`)
      await session.query(statement)
    })
  }
}

/** Whether a table is partitioned; nothing where there is no such table. */
export async function isPartitioned(session: Session, table: TimedTable): Promise<boolean | undefined> {
  const kind = await kindOf(session, table)
  return kind === undefined ? undefined : kind === 'p'
}

async function isTable(session: Session, name: string): Promise<boolean> {
  return (await kindOf(session, name)) !== undefined
}

async function kindOf(session: Session, name: string): Promise<unknown> {
  const [row] = await session.query(
    `SELECT relkind::text AS kind FROM pg_catalog.pg_class AS known
       JOIN pg_catalog.pg_namespace AS place ON place.oid = known.relnamespace
     WHERE place.nspname = {name} AND known.relname = $1`,
    [name],
  )
  return row?.['kind']
}

function spanOf(table: TimedTable, month: number): Month {
  const [year, place] = [Math.floor(month / 12), month % 12]
  const name = `${table}_${year}_${String(place + 1).padStart(2, '0')}`
  return { name, from: startOf(month), to: startOf(month + 1) }
}

// NaN where it is no partition of a month
function monthNamed(name: string): number {
  const [, year, place] = /_(\d{4})_(\d{2})$/.exec(name) ?? []
  return Number(year) * 12 + Number(place) - 1
}

// somebody reads or writes the tables for long
function isLocked(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === '55P03'
}

function tell(error: unknown, what: string): void {
  if (isStoreUnavailable(error)) throw error
  diag.warn(`aos: ${what}`, String(error))
}
