import { invalidOption } from '../invalid-option.ts'
import type { PeacRecord } from '../issue.ts'
import { PROJECTION_OPTIONS, type PeacProjectionOptions } from './projection-options.ts'

/** How steps become records, and where the records go. */
export interface PeacRecorderOptions extends PeacProjectionOptions {
  /** Hears of each record at once; what it throws is counted. */
  readonly onRecord?: (record: PeacRecord) => void
  /** Folder of one `<record id>.jws` for each record, readable by its owner only. */
  readonly directory?: string
  /** File of one JSON object on each line (`id`, `ref`, `type`, `jws`), readable by its owner only. */
  readonly file?: string
  /** Where records are posted, the same lines through the durable outbox. */
  readonly endpoint?: string
  /** Sent with each request and never written to disk. */
  readonly headers?: Readonly<Record<string, string>>
  /** Folder for what is not delivered; the state folder of the user by default, `false` for none. */
  readonly spool?: string | false
  readonly fetch?: typeof globalThis.fetch
  /** Hears of each kind of loss once; `stats()` counts all of them. */
  readonly onReport?: (problem: string) => void
}

type Check = readonly [check: (value: unknown) => boolean, must: string, fix: string]
type Own = Exclude<keyof PeacRecorderOptions, keyof PeacProjectionOptions>

const CHECKS: Readonly<Record<Own, Check>> = {
  onRecord: [isFunction, 'must be a function', 'Pass (record) => ….'],
  directory: [isText, 'must be the path of a folder', "Pass one like './records'."],
  file: [isText, 'must be the path of a file', "Pass one like './records.ndjson'."],
  endpoint: [isWebAddress, 'must be an http or https URL', 'Pass one like https://records.example.com/peac.'],
  headers: [isHeaders, 'must be texts by name', "Pass { authorization: 'Bearer …' }."],
  spool: [
    (value) => value === false || isText(value),
    'must be a folder or false',
    'Leave it out for the default.',
  ],
  fetch: [isFunction, 'must be a function', 'Leave it out for the one of Node.'],
  onReport: [isFunction, 'must be a function', 'Pass (problem) => ….'],
}

/** Checks where records go; throws `invalid_options`, also for an option that nobody knows. */
export function checkRecorderOptions(options: PeacRecorderOptions): void {
  for (const [name, value] of Object.entries(options ?? {})) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as Own] : undefined
    if (check === undefined && !PROJECTION_OPTIONS.includes(name)) {
      const names = [...PROJECTION_OPTIONS, ...Object.keys(CHECKS)].join(', ')
      throw invalidOption(`there is no option ${name}`, `Options are ${names}.`)
    }
    if (check !== undefined && value !== undefined && !check[0](value)) {
      throw invalidOption(`${name} ${check[1]}`, check[2])
    }
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isWebAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}

function isHeaders(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((item) => typeof item === 'string')
  )
}
