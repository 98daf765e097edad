import { diag } from '@opentelemetry/api'
import { createHash } from 'node:crypto'
import { AosError } from '../errors.ts'
import type { OutboxReport } from '../outbox/index.ts'
import { systemClock, type OutboxClock } from '../outbox/outbox-clock.ts'
import { defaultSpoolDirectory } from '../outbox/spool-directory.ts'

/** Where runs go, and when. */
export interface AgentRunReporterOptions {
  /** Base URL of an agent-run server; without a path `/api/v1/runs` is appended. */
  readonly url: string
  /** Sent as `X-API-Key`; never written to disk. */
  readonly apiKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Private folder for what could not be sent, and for the runs that are open; `false` keeps nothing on disk. */
  readonly directory?: string | false | undefined
  /** Milliseconds after which a run that is still going is shown as running; default 500, `false` shows only ended runs. */
  readonly announceAfterMs?: number | false | undefined
  /** Milliseconds the process may be held up at its end; default 2000. */
  readonly exitDeadlineMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  /** The time that waits, retries and ages are measured by. */
  readonly clock?: OutboxClock | undefined
  /** Hears of each kind and reason of loss or fault once; by default OpenTelemetry's `diag` does. */
  readonly onReport?: ((report: OutboxReport) => void) | undefined
}

/** Options that have been checked, with every default filled in. */
export interface ReporterSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Names the queue, and the default folder. */
  readonly name: string
  readonly directory: string | false
  readonly announceAfterMs: number | false
  readonly exitDeadlineMs: number
  readonly fetch: typeof globalThis.fetch
  readonly clock: OutboxClock
  readonly onReport: (report: OutboxReport) => void
}

const EXIT_DEADLINE_MS = 2000
const ANNOUNCE_AFTER_MS = 500

/** Fills in the defaults; throws `invalid_options` for what cannot work. */
export function resolveReporterOptions(options: AgentRunReporterOptions): ReporterSettings {
  const url = endpointOf(options.url)
  checkOptions(options)
  const { apiKey, headers, directory } = options
  // runs of one account wait in a folder of their own, so that another account's reporter never sends them
  const name = `agent-run-reporter-${accountOf(url, options)}`
  return {
    url,
    headers: { ...headers, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) },
    name,
    directory: directory ?? defaultSpoolDirectory(name),
    announceAfterMs: options.announceAfterMs ?? ANNOUNCE_AFTER_MS,
    exitDeadlineMs: options.exitDeadlineMs ?? EXIT_DEADLINE_MS,
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
    onReport: options.onReport ?? warn,
  }
}

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isTime = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const CHECKS: { readonly [Option in keyof Omit<AgentRunReporterOptions, 'url'>]-?: Check } = {
  apiKey: [(value) => typeof value === 'string', 'a string'],
  headers: [isHeaders, 'an object of strings'],
  directory: [(value) => value === false || isText(value), 'the path of a folder, or false'],
  announceAfterMs: [
    (value) => value === false || isTime(value),
    'milliseconds that are not negative, or false',
  ],
  exitDeadlineMs: [isTime, 'milliseconds that are not negative'],
  fetch: [isFunction, 'a function'],
  clock: [
    (value) => ['now', 'schedule'].every((name) => isFunction(Reflect.get(Object(value) as object, name))),
    'an object with now and schedule',
  ],
  onReport: [isFunction, 'a function'],
}

function checkOptions(options: AgentRunReporterOptions): void {
  for (const [option, [isValid, expected]] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, option)
    if (value === undefined || isValid(value)) continue
    throw new AosError({
      code: 'invalid_options',
      message: `AgentRunReporter: option ${option} must be ${expected}`,
      fix: `Pass ${option} as ${expected}, or leave it out.`,
    })
  }
}

function isHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((header) => typeof header === 'string')
}

function accountOf(url: string, { apiKey = '', headers = {} }: AgentRunReporterOptions): string {
  const account = JSON.stringify([
    url,
    apiKey,
    Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ])
  return createHash('sha256').update(account).digest('hex').slice(0, 16)
}

function endpointOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new AosError({
      code: 'invalid_options',
      message: `AgentRunReporter: ${JSON.stringify(url)} is no http or https URL`,
      fix: "Pass url: 'http://localhost:3000'.",
    })
  }
  if (parsed.pathname === '/') parsed.pathname = '/api/v1/runs'
  return parsed.href
}

function warn({ kind, reason, fix = 'The counts are in stats().' }: OutboxReport): void {
  diag.warn(`aos reporter: ${kind}: ${reason}. ${fix}`)
}
