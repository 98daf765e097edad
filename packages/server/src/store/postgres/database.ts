import { setTimeout } from 'node:timers/promises'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { StoreUnavailableError } from '../store-unavailable.ts'

/** One row of an answer. */
export type Row = Readonly<Record<string, unknown>>

/** What a statement is sent through; `{schema}` in it becomes the name of the schema, `{name}` its text. */
export interface Session {
  query(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** How a database is reached. */
export interface DatabaseOptions {
  readonly config: PoolConfig
  readonly schema: string
  /** Milliseconds after which the database ends a transaction in which nothing happens. */
  readonly idleMs: number
}

// the transaction was taken back for the sake of another one
const TAKEN_BACK: ReadonlySet<unknown> = new Set(['40001', '40P01'])
const UNREACHABLE_CODES: ReadonlySet<unknown> = new Set([
  '25P03',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
])
const CUT_CODES: ReadonlySet<unknown> = new Set(['25P03', '57P01', '57P02', 'ECONNRESET', 'EPIPE'])
const CUT_TEXT = /^(?:Connection terminated|Client has encountered)/i
const UNREACHABLE_TEXT = /^(?:Connection terminated|Client has encountered|Query read timeout|timeout e)/i
const TRIES = 8
const PAUSE_MS = 10

/** A pool of connections that outlives restarts of the database. */
export class Database implements Session {
  readonly #pool: Pool
  readonly #schema: string
  readonly #begin: string
  /** All connections that wait to be used may be lost, and a new one is made after them. */
  readonly #cutTries: number
  #closing: Promise<void> | undefined

  constructor({ config, schema, idleMs }: DatabaseOptions) {
    this.#schema = schema
    // one that stopped in the middle would hold up all others
    this.#begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${idleMs}`
    this.#cutTries = (config.max ?? 10) + 1
    this.#pool = new Pool(config)
    // a connection that is lost while nobody uses it is replaced by the next one
    this.#pool.on('error', () => undefined)
  }

  /** Asks one thing; asks again where a connection turns out to be lost. Only for what may be asked twice. */
  async query(statement: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt++)
      try {
        const { rows } = await this.#pool.query<Row>(this.#named(statement), [...values])
        return rows
      } catch (error) {
        if (attempt >= this.#cutTries || !wasCut(error)) throw toStoreError(error)
      }
  }

  /** Does all of it or nothing; begins again where the database took it back, or was lost before the end. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const state = { committing: false }
      try {
        return await this.#once(work, state)
      } catch (error) {
        const again = isTakenBack(error)
          ? attempt < TRIES
          : attempt < this.#cutTries && !state.committing && wasCut(error)
        if (!again) throw toStoreError(error)
        // two that disturbed each other would do so again at once
        if (isTakenBack(error)) await setTimeout(Math.random() * PAUSE_MS * 2 ** attempt)
      }
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#pool.end())
  }

  async #once<T>(work: (session: Session) => Promise<T>, state: { committing: boolean }): Promise<T> {
    const client = await this.#pool.connect()
    let failure: unknown
    // without a listener a connection that is lost between two statements would end the process
    const onError = (error: Error): void => {
      failure = error
    }
    client.on('error', onError)
    try {
      await client.query(this.#begin)
      const made = await work(this.#session(client))
      state.committing = true
      await client.query('COMMIT')
      return made
    } catch (error) {
      failure ??= isUnreachable(error) ? error : await rolledBack(client)
      throw error
    } finally {
      client.removeListener('error', onError)
      client.release(failure !== undefined)
    }
  }

  #session(client: PoolClient): Session {
    return {
      query: async (statement, values = []) => {
        const { rows } = await client.query<Row>(this.#named(statement), [...values])
        return rows
      },
    }
  }

  #named(statement: string): string {
    return statement.replaceAll('{schema}', `"${this.#schema}"`).replaceAll('{name}', `'${this.#schema}'`)
  }
}

// what cannot be taken back is on a connection that is not used again
async function rolledBack(client: PoolClient): Promise<unknown> {
  try {
    await client.query('ROLLBACK')
    return undefined
  } catch (error) {
    return error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}

function isTakenBack(error: unknown): boolean {
  return TAKEN_BACK.has(codeOf(error))
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => isUnreachable(one))
  const code = codeOf(error)
  if (UNREACHABLE_CODES.has(code) || (typeof code === 'string' && code.startsWith('08'))) return true
  return error instanceof Error && UNREACHABLE_TEXT.test(error.message)
}

// a connection that was there and is no more; one that was silent for long is not asked a second time
function wasCut(error: unknown): boolean {
  if (CUT_CODES.has(codeOf(error))) return true
  return error instanceof Error && CUT_TEXT.test(error.message) && !/time ?out/i.test(error.message)
}

function toStoreError(error: unknown): unknown {
  if (!isUnreachable(error) && !isTakenBack(error)) return error
  const reason = error instanceof Error ? error.message : 'unknown error'
  return new StoreUnavailableError(`The database cannot be reached: ${reason}`, { cause: error })
}
