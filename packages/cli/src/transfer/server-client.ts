import { setTimeout as delay } from 'node:timers/promises'
import { CliError, systemCode } from '../terminal/cli-error.ts'

const ATTEMPTS = 6
const FIRST_DELAY_MS = 250
const MAX_DELAY_S = 60

/** A server of runs, and with which key it is asked. */
export interface Server {
  readonly origin: string
  readonly key: string | undefined
  hasAnswered: boolean
}

/** The server at an address. */
export function serverAt(address: string, key: string | undefined): Server {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new CliError({ message: `${address} is no address`, fix: 'Pass one like http://127.0.0.1:4400.' })
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    throw new CliError({
      message: 'A server is not asked with a password in its address',
      fix: 'Pass --key.',
    })
  return { origin: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, key, hasAnswered: false }
}

/** What a server is asked. */
export interface Asked {
  readonly path: string
  readonly body?: string
}

/** Asks until there is an answer other than that it is to be tried again: a repeated create changes nothing. */
export async function persistently(server: Server, asked: Asked, signal: AbortSignal): Promise<Response> {
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

/** What a server refuses, as an error. */
export async function refusal(server: Server, response: Response): Promise<CliError> {
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

/** A member of what a server has answered. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name)
  return typeof text === 'string' ? text : ''
}

/** An answer that no server of runs gives. */
export function notOurs({ origin }: Server, why: string): CliError {
  return new CliError({
    message: `${origin} is no server of runs that can do this`,
    why,
    fix: FIXES[404],
    exit: 'failed',
  })
}

/** A server that does not answer. */
export function unreachable({ origin }: Server, error: unknown): CliError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return new CliError({
    message: `${origin} does not answer to the end (${systemCode(cause)})`,
    fix: 'See whether it runs, and whether the address is right.',
    exit: 'failed',
    cause: error,
  })
}
