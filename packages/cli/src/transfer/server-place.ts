import type { AgentRun } from '@agent-run/types'
import type { CreateOutcome } from '@aos/server'
import { setTimeout as delay } from 'node:timers/promises'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import { linesOf } from './lines-of.ts'
import type { RunPlace } from './run-place.ts'

const ATTEMPTS = 6
const FIRST_DELAY_MS = 250
const MAX_DELAY_S = 60

interface Server {
  readonly origin: string
  readonly key: string | undefined
  hasAnswered: boolean
}

/** The runs of a server, over its API. */
export function serverPlace(address: string, key: string | undefined): RunPlace {
  if (!URL.canParse(address))
    throw new CliError({ message: `${address} is no address`, fix: 'Pass one like http://127.0.0.1:4400.' })
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    throw new CliError({
      message: 'A server is not asked with a password in its address',
      fix: 'Pass --key.',
    })
  const server = { origin: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, key, hasAnswered: false }
  return {
    name: server.origin,
    runs: (signal) => exported(server, signal),
    create: (runs, signal) => create(server, runs, signal),
    close: () => Promise.resolve(),
  }
}

async function* exported(server: Server, signal: AbortSignal): AsyncGenerator<string> {
  const response = await persistently(server, { path: '/api/v1/export' }, signal)
  const isExport = response.headers.get('content-type')?.startsWith('application/x-ndjson') === true
  if (!response.ok || !isExport || response.body === null) throw await refusal(server, response)
  try {
    yield* linesOf(response.body)
  } catch (cause) {
    signal.throwIfAborted()
    throw unreachable(server, cause)
  }
}

async function create(
  server: Server,
  runs: readonly AgentRun[],
  signal: AbortSignal,
): Promise<readonly CreateOutcome[]> {
  const body = JSON.stringify({ runs })
  const response = await persistently(server, { path: '/api/v1/runs/batch', body }, signal)
  if (response.status === 413 && runs.length > 1) {
    await response.body?.cancel()
    const half = Math.ceil(runs.length / 2)
    const first = await create(server, runs.slice(0, half), signal)
    return [...first, ...(await create(server, runs.slice(half), signal))]
  }
  if (!response.ok) throw await refusal(server, response)
  const answer = (await response.json().catch(() => undefined)) as unknown
  const outcomes = outcomesOf(answer)
  if (outcomes?.length === runs.length) return outcomes
  throw notOurs(server, 'it did not say what became of the runs')
}

interface Asked {
  readonly path: string
  readonly body?: string
}

/** Asks until there is an answer other than that it is to be tried again: a repeated create changes nothing. */
async function persistently(server: Server, asked: Asked, signal: AbortSignal): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(server, asked, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      return { error }
    })
    const isLast = attempt === ATTEMPTS
    if ('error' in answer) {
      // one that has never answered is more likely somewhere else than away for a moment
      if (isLast || !server.hasAnswered) throw unreachable(server, answer.error)
    } else {
      server.hasAnswered = true
      if (isLast || (answer.status !== 429 && answer.status !== 503)) return answer
      await answer.body?.cancel()
    }
    await delay('error' in answer ? backoff(attempt) : pause(answer, attempt), undefined, { signal })
  }
}

function ask({ origin, key }: Server, { path, body }: Asked, signal: AbortSignal): Promise<Response> {
  return fetch(`${origin}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    signal,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

function backoff(attempt: number): number {
  return FIRST_DELAY_MS * 2 ** (attempt - 1)
}

function pause({ headers }: Response, attempt: number): number {
  const given = headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(given) ? Math.min(Number(given), MAX_DELAY_S) * 1_000 : backoff(attempt)
}

const FIXES: Readonly<Record<number, string>> = {
  401: 'Pass the key of the server: --key env:AOS_KEY',
  403: 'Use a key that may: viewers read, operators write.',
  404: 'Give the address that aos serve prints, of a server of this version.',
}

async function refusal(server: Server, response: Response): Promise<CliError> {
  const answer = (await response.json().catch(() => undefined)) as unknown
  const said = memberOf(answer, 'error')
  if (response.ok || typeof said !== 'string') {
    if (!(response.status in FIXES)) return notOurs(server, `it answers ${response.status}`)
  }
  const issues = memberOf(answer, 'issues')
  const [first] = Array.isArray(issues) ? (issues as readonly unknown[]) : []
  const why = first === undefined ? undefined : `${textOf(first, 'path')} ${textOf(first, 'message')}`.trim()
  return new CliError({
    message: `${server.origin} answers ${response.status}${typeof said === 'string' ? `: ${said}` : ''}`,
    why,
    fix: FIXES[response.status],
    exit: 'failed',
  })
}

function outcomesOf(answer: unknown): readonly CreateOutcome[] | undefined {
  const results = memberOf(answer, 'results')
  if (!Array.isArray(results)) return undefined
  const outcomes = results.map((result) => memberOf(result, 'outcome'))
  return outcomes.every(isOutcome) ? outcomes : undefined
}

function isOutcome(value: unknown): value is CreateOutcome {
  return value === 'created' || value === 'same' || value === 'conflict'
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name)
  return typeof text === 'string' ? text : ''
}

function notOurs({ origin }: Server, why: string): CliError {
  return new CliError({
    message: `${origin} is no server of runs that can do this`,
    why,
    fix: FIXES[404],
    exit: 'failed',
  })
}

function unreachable({ origin }: Server, error: unknown): CliError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return new CliError({
    message: `${origin} does not answer to the end (${systemCode(cause)})`,
    fix: 'See whether it runs, and whether the address is right.',
    exit: 'failed',
    cause: error,
  })
}
