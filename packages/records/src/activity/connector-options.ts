import { AosError, type Redactor } from '@aos/sdk'
import type { OutboxClock } from '@aos/sdk/outbox'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { toEvent, type ActivityOrigin } from './envelope.ts'
import { parseAgentActivity } from './parse-agent-activity.ts'
import type { SecretPolicy } from './secret-check.ts'
import { hmacSigner, type ActivitySigner, type SignatureHeaders } from './signature.ts'
import type { FileChangeOf } from './to-activity-events.ts'

/** Where agent_activity.v1 events go, and in which form. One of `endpoint`, `file`, `emit` and `dryRun` says where. */
export interface AgentActivityConnectorOptions extends ActivityOrigin {
  /** URL that each event is posted to; `AUTODEVOPS_PORTAL_INGEST_ENDPOINT` where no receiver is named. */
  readonly endpoint?: string | URL | undefined
  /** Shared secret that requests are signed with; `AUTODEVOPS_PORTAL_INGEST_SECRET` by default. Never written to disk. */
  readonly secret?: string | undefined
  /** Signs requests in another way than with the secret. */
  readonly signer?: ActivitySigner | undefined
  readonly signatureHeaders?: SignatureHeaders | undefined
  /** Further headers of each request; never written to disk. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** A file that events are appended to, one on each line, readable by its owner only. */
  readonly file?: string | undefined
  /** A function that is called with each event; a promise is awaited before the next. */
  readonly emit?: ((event: AgentActivityEvent) => unknown) | undefined
  /** Collects events in `events`, up to 10,000, and sends nothing. */
  readonly dryRun?: boolean | undefined
  /**
   * Whether a call may be lost without an error, true by default. Calls that something depends on reject in any case:
   * `approvalRequested`, `hookBlocked`, and those with `guards`.
   */
  readonly failOpen?: boolean | undefined
  /** What is done with secrets that are still in an event: `scrub` (default) or `reject`, which drops the event. */
  readonly secrets?: SecretPolicy | undefined
  /** Finds what is scrubbed; by default all secrets and personal data that `createRedactor()` knows. */
  readonly redactor?: Redactor | undefined
  /** Folder for what could not be posted; by default one below the user's state folder. `false` keeps nothing on disk. */
  readonly spool?: string | false | undefined
  /** Bound of what waits in memory, 16 MiB by default; the newest event is dropped beyond it, and counted. */
  readonly maxQueueBytes?: number | undefined
  /** Time after which an unanswered request is tried again, 10 s by default. */
  readonly requestTimeoutMs?: number | undefined
  /** Longest time the end of the process waits for what is left, 2000 ms by default; a request under way may last longer. */
  readonly exitDeadlineMs?: number | undefined
  /** Time without a run after which the sink finishes a session that was not generated, 30 minutes by default. */
  readonly sessionIdleMs?: number | undefined
  /** Tools that change files, by name: what a finished step of theirs has changed. */
  readonly fileChanges?: Readonly<Record<string, FileChangeOf>> | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock?: OutboxClock | undefined
  /** Makes the ids of events and sessions that are told by hand, from the time in milliseconds since the epoch. */
  readonly newId?: ((nowMs: number) => string) | undefined
  /** Hears once of each reason for which events are lost or delayed. */
  readonly onReport?: ((reason: string) => void) | undefined
}

/** What delivers events. */
export type Receiver =
  | { readonly kind: 'http'; readonly url: string; readonly signer: ActivitySigner }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'emit'; readonly emit: (event: AgentActivityEvent) => unknown }
  | { readonly kind: 'dry-run' }

type Check = readonly [accepts: (value: unknown) => boolean, expected: string]

const text: Check = [(value) => typeof value === 'string' && value.trim() !== '', 'a text that is not empty']
const positive: Check = [(value) => typeof value === 'number' && value > 0, 'a number above 0']
const duration: Check = [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds']
const flag: Check = [(value) => typeof value === 'boolean', 'true or false']
const callable: Check = [isFunction, 'a function']
const object: Check = [isObject, 'an object']

const CHECKS: Readonly<Record<keyof AgentActivityConnectorOptions, Check>> = {
  source: [isObject, '{ kind, name, version }'],
  provenance: object,
  team: text,
  agent: object,
  developer: object,
  repo: object,
  environment: text,
  endpoint: [isHttpUrl, 'an http or https URL without credentials'],
  secret: text,
  signer: callable,
  signatureHeaders: [areSignatureHeaders, '{ timestamp, signature }, names of headers'],
  headers: [areHeaders, 'an object of header values'],
  file: [(value) => text[0](value) && !String(value).includes('\0'), 'a path'],
  emit: callable,
  dryRun: flag,
  failOpen: flag,
  secrets: [(value) => value === 'scrub' || value === 'reject', "'scrub' or 'reject'"],
  redactor: [
    (value) => isObject(value) && isFunction(Reflect.get(value, 'redactValue')),
    'what createRedactor() gives',
  ],
  spool: [(value) => value === false || text[0](value), 'a folder, or false'],
  maxQueueBytes: positive,
  requestTimeoutMs: positive,
  exitDeadlineMs: duration,
  sessionIdleMs: positive,
  fileChanges: [
    (value) => isObject(value) && Object.values(value).every(isFunction),
    'functions by the names of tools',
  ],
  fetch: callable,
  clock: [
    (value) => isObject(value) && ['now', 'schedule'].every((name) => isFunction(Reflect.get(value, name))),
    '{ now, schedule }',
  ],
  newId: callable,
  onReport: callable,
}

const ENDPOINT = 'AUTODEVOPS_PORTAL_INGEST_ENDPOINT'
const SECRET = 'AUTODEVOPS_PORTAL_INGEST_SECRET'
const TEAM = 'AUTODEVOPS_TEAM_ID'

/** Throws for options that are unknown or of a wrong kind. */
export function assertConnectorOptions(options: unknown): asserts options is AgentActivityConnectorOptions {
  if (!isObject(options))
    throw invalid(
      'options',
      'they are not an object',
      "pass { source: { kind, name }, file: 'activity.ndjson' }",
    )
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof typeof CHECKS] : undefined
    if (check === undefined)
      throw invalid(
        `option ${name}`,
        'no such option exists',
        `use one of: ${Object.keys(CHECKS).join(', ')}`,
      )
    if (value !== undefined && !check[0](value))
      throw invalid(`option ${name}`, 'its value does not fit', `pass ${check[1]}`)
  }
  if ((options as Partial<AgentActivityConnectorOptions>).source === undefined)
    throw invalid('option source', 'it is missing', `pass ${CHECKS.source[1]}`)
}

/** What every event says of where it comes from; throws where a receiver would refuse that. */
export function originOf(
  options: AgentActivityConnectorOptions,
  environment: NodeJS.ProcessEnv = process.env,
): ActivityOrigin {
  const { source, provenance, team: given, agent, developer, repo } = options
  const team = given ?? valueOf(environment, TEAM)
  const origin = { source, provenance, team, agent, developer, repo, environment: options.environment }
  const event = toEvent(origin, {
    type: 'session.started',
    id: 'evt-check',
    at: 0,
    sessionId: 'check',
    members: { repo: repo ?? {} },
  })
  const result = parseAgentActivity(event)
  if (result.ok) return origin
  const [{ path, message } = { path: '', message: 'is not valid' }] = result.issues
  const name = path.split('/')[1] === 'team_id' ? 'team' : (path.split('/')[1] ?? 'source')
  const where = name === 'team' && given === undefined ? `environment variable ${TEAM}` : `option ${name}`
  throw invalid(
    where,
    `${path} ${message}`,
    name === 'team' ? 'pass a UUID' : 'pass what the schema asks for',
  )
}

/** Where events go; throws for options that name no single receiver, or one that cannot be signed for. */
export function receiverOf(
  options: AgentActivityConnectorOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Receiver {
  const { endpoint, file, emit, dryRun } = options
  const named = [endpoint, file, emit].filter((receiver) => receiver !== undefined)
  if (named.length > 1)
    throw invalid('options', 'more than one receiver is named', 'pass one of endpoint, file and emit')
  // so that a configuration can be tried out as it is
  if (dryRun === true) return { kind: 'dry-run' }
  if (file !== undefined) return { kind: 'file', path: file }
  if (emit !== undefined) return { kind: 'emit', emit }
  return httpReceiver(options, environment)
}

function httpReceiver(options: AgentActivityConnectorOptions, environment: NodeJS.ProcessEnv): Receiver {
  const endpoint = options.endpoint ?? valueOf(environment, ENDPOINT)
  if (endpoint === undefined)
    throw invalid(
      'options',
      'no receiver is named',
      `pass one of endpoint, file, emit and dryRun, or set ${ENDPOINT}`,
    )
  if (!isHttpUrl(endpoint))
    throw invalid(`environment variable ${ENDPOINT}`, 'its value does not fit', `set ${CHECKS.endpoint[1]}`)
  const secret = options.secret ?? valueOf(environment, SECRET)
  const signer =
    options.signer ?? (secret === undefined ? undefined : hmacSigner(secret, options.signatureHeaders))
  if (signer === undefined)
    throw invalid(
      'options',
      'requests to the endpoint cannot be signed',
      `pass secret or signer, or set ${SECRET}; signer: () => ({}) leaves them unsigned`,
    )
  return { kind: 'http', url: new URL(endpoint).href, signer }
}

function valueOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name]?.trim()
  return value === '' ? undefined : value
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHttpUrl(value: unknown): value is string | URL {
  if (typeof value !== 'string' && !(value instanceof URL)) return false
  const url = URL.canParse(String(value)) ? new URL(value) : undefined
  // a request refuses credentials in its address
  return url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username + url.password === ''
}

function areHeaders(value: unknown): boolean {
  if (!isObject(value) || !Object.values(value).every((header) => typeof header === 'string')) return false
  try {
    return new Headers(value as Record<string, string>) instanceof Headers
  } catch {
    return false
  }
}

function areSignatureHeaders(value: unknown): boolean {
  if (!isObject(value)) return false
  const names = Object.values(value).filter((name) => name !== undefined)
  return (
    Object.keys(value).every((key) => key === 'timestamp' || key === 'signature') &&
    areHeaders(Object.fromEntries(names.map((name) => [String(name), 'x'])))
  )
}

function invalid(what: string, why: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `createAgentActivityConnector: invalid ${what}`,
    why,
    fix,
  })
}
