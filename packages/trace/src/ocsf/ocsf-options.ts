import { AosError } from '@aos/sdk'
import { isFileOptions, type FileOptions } from '../file/file-options.ts'
import type { OcsfEvent, OcsfProduct, OcsfVersion } from './ocsf-event.ts'
import type { HttpTarget } from './outputs/http-output.ts'

/** Where security events go, and in which form. One of `endpoint`, `file` and `emit` says where. */
export interface OCSFLoggerOptions {
  /** URL that events are posted to, several in one request. */
  readonly endpoint?: string | URL | undefined
  /** Sent as `Authorization: Bearer …`, or as it is in `apiKeyHeader`; never written to disk. */
  readonly apiKey?: string | undefined
  /** Name of the header for the key of receivers that take no bearer token, such as `X-API-Key`. */
  readonly apiKeyHeader?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** A JSON array (default), or `ndjson`: one event on each line. */
  readonly format?: 'json' | 'ndjson' | undefined
  /** A file that events are appended to, one on each line. */
  readonly file?: string | FileOptions | undefined
  /** A function that is called with each event; a promise is awaited before the next. */
  readonly emit?: ((event: OcsfEvent) => unknown) | undefined
  /** Version of OCSF, 1.8.0 by default. */
  readonly version?: OcsfVersion | undefined
  /** `landing` gives the event that the AOS landing page prints, one for each run: it is not valid OCSF. Default `ocsf`. */
  readonly profile?: 'ocsf' | 'landing' | undefined
  /** The product that events say they come from; by default this SDK. */
  readonly product?: OcsfProduct | undefined
  /**
   * Folder for what could not be posted, of this account only; by default one below the user's state folder for each
   * account. `false` keeps nothing on disk.
   */
  readonly spool?: string | false | undefined
  /** Also writes events to the spool within 20 ms, so that a crash loses no others; on by default, where there is a spool. */
  readonly writeAhead?: boolean | undefined
  /** Bound of what waits in memory, 16 MiB by default; the newest event is dropped beyond it, and counted. */
  readonly maxQueueBytes?: number | undefined
  /** Most events in one request, 200 by default. */
  readonly maxBatchEvents?: number | undefined
  /** Longest time an event waits for others, 1000 ms by default. */
  readonly scheduleDelayMs?: number | undefined
  /** Time after which an unanswered request is tried again, 10 s by default. */
  readonly exportTimeoutMs?: number | undefined
  /** Longest time the end of the process is held up, 2000 ms by default. */
  readonly exitDeadlineMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

type Check = readonly [accepts: (value: unknown) => boolean, expected: string]

const text: Check = [(value) => typeof value === 'string' && value.trim() !== '', 'a text that is not empty']
const positive: Check = [(value) => typeof value === 'number' && value > 0, 'a number above 0']
const duration: Check = [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds']
const oneOf = (...values: readonly string[]): Check => [
  (value) => values.includes(value as string),
  values.map((value) => `'${value}'`).join(' or '),
]
const callable: Check = [(value) => typeof value === 'function', 'a function']

const CHECKS: Readonly<Record<keyof OCSFLoggerOptions, Check>> = {
  endpoint: [isHttpUrl, 'an http or https URL without credentials'],
  apiKey: text,
  apiKeyHeader: text,
  headers: [areHeaders, 'an object of header values'],
  format: oneOf('json', 'ndjson'),
  file: [isFileOptions, 'a path, or { path, maxBytes, maxFiles }'],
  emit: callable,
  version: oneOf('1.8.0', '1.9.0'),
  profile: oneOf('ocsf', 'landing'),
  product: [isProduct, '{ name, vendor_name, version }'],
  spool: [(value) => value === false || (typeof value === 'string' && value !== ''), 'a folder, or false'],
  writeAhead: [(value) => typeof value === 'boolean', 'true or false'],
  maxQueueBytes: positive,
  maxBatchEvents: positive,
  scheduleDelayMs: duration,
  exportTimeoutMs: positive,
  exitDeadlineMs: duration,
  fetch: callable,
}

/** Throws for options that are unknown, of a wrong kind, or name no single receiver. */
export function assertLoggerOptions(options: unknown): asserts options is OCSFLoggerOptions {
  if (typeof options !== 'object' || options === null)
    throw invalid('options', 'they are not an object', "pass { endpoint: 'https://siem.example.com/ocsf' }")
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof OCSFLoggerOptions] : undefined
    if (check === undefined)
      throw invalid(
        `option ${name}`,
        'no such option exists',
        `use one of: ${Object.keys(CHECKS).join(', ')}`,
      )
    if (value !== undefined && !check[0](value))
      throw invalid(`option ${name}`, 'its value does not fit', `pass ${check[1]}`)
  }
  const { endpoint, file, emit, apiKey, apiKeyHeader, headers, format, spool, writeAhead } =
    options as OCSFLoggerOptions
  const receivers = [endpoint, file, emit].filter((receiver) => receiver !== undefined)
  if (receivers.length !== 1)
    throw invalid(
      'options',
      `${receivers.length === 0 ? 'no receiver' : 'more than one receiver'} is named`,
      'pass one of endpoint, file and emit; several loggers can be attached',
    )
  const forHttp = { apiKey, apiKeyHeader, headers, format, spool, writeAhead }
  for (const [name, value] of Object.entries(forHttp))
    if (endpoint === undefined && value !== undefined)
      throw invalid(`option ${name}`, 'it is only for an endpoint', 'drop it, or pass an endpoint')
  if (apiKeyHeader !== undefined && apiKey === undefined)
    throw invalid('option apiKeyHeader', 'there is no key', 'pass apiKey too')
  if (endpoint !== undefined) toHttpTarget(options as OCSFLoggerOptions)
}

/** The receiver of an endpoint; throws where the key cannot be sent. */
export function toHttpTarget({
  endpoint = '',
  apiKey,
  apiKeyHeader,
  headers = {},
  format = 'json',
}: OCSFLoggerOptions): HttpTarget {
  const key =
    apiKey === undefined
      ? {}
      : apiKeyHeader === undefined
        ? { authorization: `Bearer ${apiKey}` }
        : { [apiKeyHeader.toLowerCase()]: apiKey }
  if (!areHeaders(key))
    throw invalid('option apiKey', 'it cannot be sent in a header', 'pass the key as it was given out')
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { url: new URL(String(endpoint)).href, headers: { ...Object.fromEntries(named), ...key }, format }
}

/** Whether the key of an endpoint can be read by whoever is on the way. */
export function isKeyInTheOpen({ endpoint, apiKey }: OCSFLoggerOptions): boolean {
  if (endpoint === undefined || apiKey === undefined) return false
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof URL)) return false
  const url = URL.canParse(String(value)) ? new URL(value) : undefined
  // a request refuses credentials in its address
  return url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username + url.password === ''
}

function areHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (!Object.values(value).every((header) => typeof header === 'string')) return false
  try {
    return new Headers(value as Record<string, string>) instanceof Headers
  } catch {
    return false
  }
}

function isProduct(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, vendor_name: vendor, version, ...others } = value as Record<string, unknown>
  const isText = (given: unknown): boolean => typeof given === 'string'
  return (
    isText(name) &&
    [vendor, version].every((given) => given === undefined || isText(given)) &&
    Object.keys(others).length === 0
  )
}

function invalid(what: string, why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `OCSFLogger: invalid ${what}`, why, fix })
}
