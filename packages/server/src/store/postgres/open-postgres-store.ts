import { AosError } from '@aos/sdk'
import type { PoolConfig } from 'pg'
import type { RunStore } from '../run-store.ts'
import { Database } from './database.ts'
import { migrate } from './migrations.ts'
import { isPartitioned, Partitions } from './partitions.ts'
import { PostgresStore } from './postgres-store.ts'

/** How runs are kept in PostgreSQL, or in a database that speaks like it. */
export interface PostgresStoreOptions {
  /** Such as `postgres://user:password@host:5432/database`; without one the variables `PG…` count, as for `psql`. */
  readonly url?: string | undefined
  /** Schema of the tables, made where there is none; `aos` by default. */
  readonly schema?: string | undefined
  /** Most connections of this process, 10 by default. */
  readonly maxConnections?: number | undefined
  /** Milliseconds after which a connection or an answer is given up, 15,000 by default. */
  readonly timeoutMs?: number | undefined
  /** Milliseconds between looks for changes of other processes where nobody notifies, 1,000 by default. */
  readonly pollMs?: number | undefined
  /** Whether tables that are made now are partitioned by month; where the database can by default. */
  readonly partitioned?: boolean | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

const IDLE_MS = 10_000
const NAME = /^[a-z_][a-z0-9_]{0,40}$/

/** Opens the runs in a PostgreSQL database, for any number of processes; rejects with `invalid_options`. */
export async function openPostgresStore(options: PostgresStoreOptions = {}): Promise<RunStore> {
  const { url, schema = 'aos', maxConnections = 10, timeoutMs = 15_000, pollMs = 1_000 } = options
  if (!NAME.test(schema))
    throw invalidOptions(
      `${JSON.stringify(schema)} is no name of a schema`,
      'Use small letters, digits and _.',
    )
  const config: PoolConfig = {
    ...(url === undefined ? {} : { connectionString: url }),
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'aos-server',
    keepAlive: true,
  }
  const clock = options.clock ?? Date.now
  const database = new Database({ config, schema, idleMs: IDLE_MS })
  let partitions: Partitions | undefined
  try {
    await migrate(database, options.partitioned)
    if (await isPartitioned(database, 'runs')) partitions = new Partitions({ database, clock })
  } catch (cause) {
    await database.close()
    const why = cause instanceof Error ? cause.message : 'unknown error'
    throw invalidOptions(why, 'Give the address of a database, and a user who may make tables in it.', cause)
  }
  return new PostgresStore({ database, partitions, config, schema, pollMs, clock })
}

function invalidOptions(why: string, fix: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The database cannot be used: ${why}`,
    fix,
    cause,
  })
}
