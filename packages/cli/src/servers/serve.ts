import { createApiKey, startRunServer, type Role, type RunStore } from '@aos/server'
import { CliError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { untilEnded } from '../terminal/terminal.ts'
import { isLocal } from './is-local.ts'
import { prepareDefaultStore, openStore, shownPlace } from './open-store.ts'

/** What `aos serve` is told by its options. */
export interface ServeRequest {
  readonly store?: string
  readonly port: string
  readonly host: string
  readonly retain?: string
  readonly keyCreate?: readonly string[]
}

const ROLES: readonly string[] = ['viewer', 'operator', 'admin'] satisfies readonly Role[]

/** Serves runs until it is told to end. */
export async function serve(request: ServeRequest, context: Context): Promise<Answer> {
  const port = portOf(request.port)
  const retainDays = daysOf(request.retain)
  const wanted = keyRequest(request.keyCreate)
  const place = request.store ?? prepareDefaultStore(context.terminal.env)
  const store = await openStore(place)
  let started = false
  let key: string | undefined
  try {
    if (wanted === undefined && !isLocal(request.host) && (await store.keys()).length === 0)
      throw openToOthers(request.host)
    if (wanted !== undefined) key = await createKey(store, wanted)
    const server = await startRunServer({ store, port, host: request.host, retainDays })
    started = true
    announce({ url: server.url, store: shownPlace(place), key }, context)
    await untilEnded(context.terminal)
    await server.close()
  } finally {
    if (!started) {
      // nobody has seen it
      if (wanted !== undefined && key !== undefined) await store.removeKey(wanted.name)
      await store.close()
    }
  }
  context.note('ended')
  return { exitCode: EXIT.ok, json: undefined, text: '' }
}

interface Started {
  readonly url: string
  readonly store: string
  readonly key: string | undefined
}

// the answer of a command comes at its end; what a server is asked for must be known while it runs
function announce({ url, store, key }: Started, { terminal, json }: Context): void {
  const lines = [
    `${url}  (API at /api/v1, runs in ${store})`,
    ...(key === undefined ? [] : [`key: ${key}`, '  it is shown this once, and kept as its hash']),
  ]
  const text = json ? JSON.stringify({ url, store, ...(key === undefined ? {} : { key }) }) : lines.join('\n')
  terminal.stdout.write(`${text}\n`)
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CliError({
    message: `--port ${text} is no port`,
    fix: 'Pass a number up to 65535, or 0 for a free one.',
  })
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const days = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (days > 0) return days
  throw new CliError({
    message: `--retain ${text} is no number of days`,
    fix: 'Pass one above 0, such as 90.',
  })
}

function openToOthers(host: string): CliError {
  return new CliError({
    message: `The server would be open to everybody who reaches ${host}`,
    why: 'No key exists, and the address is not of this machine only.',
    fix: 'Make a key: --key-create NAME ROLE, or leave --host out.',
  })
}

interface KeyRequest {
  readonly name: string
  readonly role: Role
}

function keyRequest(given: readonly string[] | undefined): KeyRequest | undefined {
  if (given === undefined) return undefined
  const [name, role, ...rest] = given
  if (name !== undefined && role !== undefined && rest.length === 0 && ROLES.includes(role))
    return { name, role: role as Role }
  throw new CliError({
    message: '--key-create takes a name and a role',
    fix: `Such as --key-create reporter operator; roles are ${ROLES.join(', ')}.`,
  })
}

async function createKey(store: RunStore, { name, role }: KeyRequest): Promise<string> {
  if ((await store.keys()).some((known) => known.name === name))
    throw new CliError({ message: `There is a key ${name} already`, fix: 'Give the new key another name.' })
  const { key, record } = createApiKey(name, role)
  await store.addKey(record)
  return key
}
