import type { AgentRun } from '@agent-run/types'
import type { CreateOutcome, RunStore } from '@aos/server'
import { existsSync } from 'node:fs'
import { readApiKey } from '../keys/read-api-key.ts'
import { checkScheme, holdsRuns, isPostgres, openStore, shownPlace } from '../servers/open-store.ts'
import { CliError } from '../terminal/cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { serverPlace } from './server-place.ts'

/** Where runs are: on a server, in a file or in a database. */
export interface RunPlace {
  /** As it is told of, without secrets. */
  readonly name: string
  /** All runs as JSON, in the order in which they were created; a signal ends it. */
  readonly runs: (signal: AbortSignal) => AsyncIterable<string>
  /** Creates runs, all or none of them. */
  readonly create: (runs: readonly AgentRun[], signal: AbortSignal) => Promise<readonly CreateOutcome[]>
  readonly close: () => Promise<void>
}

/** Which place is meant. */
export interface PlaceRequest {
  readonly place: string
  /** Key of a server, as the option says it. */
  readonly key: string | undefined
  /** Whether it is made where there is none. */
  readonly isNew: boolean
}

/** Finds a place of runs. */
export async function openPlace(
  { place, key, isNew }: PlaceRequest,
  { env }: Pick<Terminal, 'env'>,
): Promise<RunPlace> {
  if (/^https?:/i.test(place))
    return serverPlace(place, key === undefined ? undefined : await readApiKey(key, env))
  checkScheme(place)
  if (key !== undefined)
    throw new CliError({
      message: `--key is for servers, and ${shownPlace(place)} is none`,
      fix: 'Leave it out, or give the http:// address of a server.',
    })
  if (!isNew && !isPostgres(place)) checkFile(place)
  return storePlace(shownPlace(place), await openStore(place))
}

// opening it would make a file, and tables in the file of another program
function checkFile(path: string): void {
  const isThere = existsSync(path)
  if (isThere && holdsRuns(path)) return
  throw new CliError({
    message: `There are no runs in ${path}: ${isThere ? 'it is another database' : 'it does not exist'}`,
    fix: 'Give the file that aos serve --store names, or the address of a server.',
    exit: 'failed',
  })
}

function storePlace(name: string, store: RunStore): RunPlace {
  return {
    name,
    runs: async function* (signal) {
      for await (const run of store.export()) {
        signal.throwIfAborted()
        yield JSON.stringify(run)
      }
    },
    create: (runs) => store.create(runs),
    close: () => store.close(),
  }
}
