import { SqliteStore, type RunStore } from '@aos/server'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CliError, toldError } from '../terminal/cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { dataFolder } from './data-folder.ts'

const POSTGRES = /^postgres(?:ql)?:\/\//i

/** The file in which this user's runs are kept. */
export function defaultStore(env: Terminal['env']): string {
  return join(dataFolder(env), 'runs.db')
}

/** Makes the folder of {@link defaultStore}, for this user alone. */
export function prepareDefaultStore(env: Terminal['env']): string {
  mkdirSync(dataFolder(env), { recursive: true, mode: 0o700 })
  return defaultStore(env)
}

/** Whether a place of runs is a database, and no file. */
export function isPostgres(place: string): boolean {
  return POSTGRES.test(place)
}

/** Refuses an address of another kind; what follows its scheme may hold a password. */
export function checkScheme(place: string): void {
  if (isPostgres(place) || !/^[\w+.-]+:\/\//.test(place)) return
  throw new CliError({
    message: `Runs cannot be kept in ${place.replace(/:.*$/s, '://…')}`,
    fix: 'Give the path of a SQLite file, or an address that begins with postgres://.',
  })
}

/** Opens the runs of a SQLite file, or of a PostgreSQL database. */
export async function openStore(place: string): Promise<RunStore> {
  checkScheme(place)
  try {
    if (isPostgres(place)) return await openPostgres(place)
    makePrivate(place)
    return new SqliteStore({ path: place })
  } catch (cause) {
    // what is there is not as it should be: that is no wrong use
    const { message, why, fix } = toldError(cause)
    throw new CliError({ message, why, fix, exit: 'failed', cause })
  }
}

// what runs say, and the hashes of keys, are for this user; what SQLite puts beside the file gets its mode
function makePrivate(path: string): void {
  if (path === ':memory:' || existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
}

/** Whether a file holds a table of runs; throws where it is no database. */
export function holdsRuns(path: string): boolean {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'runs'").get() !== undefined
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be opened: ${toldError(cause).message}`,
      fix: 'Give the file that aos serve --store names, or the address of a server.',
      exit: 'failed',
      cause,
    })
  } finally {
    database?.close()
  }
}

async function openPostgres(url: string): Promise<RunStore> {
  const { openPostgresStore } = await import('@aos/server/postgres').catch((cause: unknown) => {
    throw new CliError({
      message: 'Runs cannot be kept in PostgreSQL',
      why: toldError(cause).message,
      fix: 'Install its client beside this program: npm install pg',
      exit: 'failed',
      cause,
    })
  })
  return openPostgresStore({ url })
}

/** A place of runs as it is told of: the address of a database may hold a password. */
export function shownPlace(place: string): string {
  if (!isPostgres(place)) return place
  return place.replace(/\/\/.*@/, '//').replace(/\?.*$/, '')
}
