import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

const FAMILY = '/usr/lib/postgresql'

/** Where the programs of PostgreSQL are: as AOS_TEST_POSTGRES says, or where systems put them. */
export const POSTGRES: string | undefined = [
  process.env['AOS_TEST_POSTGRES'],
  ...versions(),
  '/usr/local/bin',
].find((folder) => folder !== undefined && existsSync(join(folder, 'initdb')))

function versions(): readonly string[] {
  if (!existsSync(FAMILY)) return []
  return readdirSync(FAMILY).map((version) => join(FAMILY, version, 'bin'))
}

/** A PostgreSQL server of a test. */
export interface TestPostgres extends AsyncDisposable {
  readonly url: string
  /** Ends it at once, as a crash does, and starts it again. */
  restart(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  /** Runs a statement as its owner. */
  query(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** Starts a PostgreSQL server of its own in a temporary folder, with settings such as `shared_buffers=1GB`. */
export async function startPostgres(settings: readonly string[] = []): Promise<TestPostgres> {
  if (POSTGRES === undefined) throw new Error('no PostgreSQL is installed')
  const folder = mkdtempSync(join(tmpdir(), 'aos-postgres-'))
  const owner = ownerOf(folder)
  const data = join(folder, 'data')
  const made = spawnSync(
    join(POSTGRES, 'initdb'),
    ['-D', data, '-U', 'aos', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...owner, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const url = `postgres://aos@127.0.0.1:${port}/postgres`
  const given = ['max_connections=60', ...settings].flatMap((setting) => ['-c', setting])
  let running: ChildProcess | undefined
  const end = (): void => void running?.kill('SIGQUIT')
  process.once('exit', end)
  const start = async (): Promise<void> => {
    running = spawn(
      join(POSTGRES, 'postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...given],
      { ...owner, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] ?? '' } },
    )
    await saidReady(running)
  }
  // an immediate shutdown leaves what a crash leaves
  const stop = async (): Promise<void> => {
    const ended = running === undefined ? undefined : once(running, 'exit')
    running?.kill('SIGQUIT')
    running = undefined
    await ended
  }
  await start()
  return {
    url,
    start,
    stop,
    restart: async () => {
      await stop()
      await start()
    },
    query: (statement) => ask(url, statement),
    [Symbol.asyncDispose]: async () => {
      await stop()
      process.removeListener('exit', end)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ask(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end()
  }
}

// it refuses to run as root
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const numberOf = (flag: string): number =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout)
  const owner = { uid: numberOf('-u'), gid: numberOf('-g') }
  chownSync(folder, owner.uid, owner.gid)
  chmodSync(folder, 0o700)
  return owner
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function saidReady({ stderr, exitCode }: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      if (said.includes('ready to accept connections')) resolve()
    })
    stderr?.once('end', () => reject(new Error(`PostgreSQL ended with ${String(exitCode)}: ${said}`)))
  })
}
