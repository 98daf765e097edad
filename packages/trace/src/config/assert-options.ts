import { AosError } from '@aos/sdk'
import { isFileOptions } from '../file/file-options.ts'
import type { TracerOptions } from './tracer-options.ts'

type Check = readonly [accepts: (value: unknown) => boolean, expected: string]

const text: Check = [(value) => typeof value === 'string' && value.trim() !== '', 'a text that is not empty']
const positive: Check = [(value) => typeof value === 'number' && value > 0, 'a number above 0']
const duration: Check = [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds']
const record: Check = [(value) => isRecord(value), 'an object']

const CHECKS: Readonly<Record<keyof TracerOptions, Check>> = {
  serviceName: text,
  endpoint: [(value) => typeof value === 'string' || value instanceof URL, 'a URL'],
  headers: [
    (value) => isRecord(value) && Object.values(value).every((header) => typeof header === 'string'),
    'an object of texts',
  ],
  protocol: [(value) => value === 'http/json' || value === 'http/protobuf', "'http/json' or 'http/protobuf'"],
  resourceAttributes: record,
  sampler: [(value) => hasMethods(value, 'shouldSample'), 'an OpenTelemetry sampler'],
  keep: record,
  spanLimits: record,
  redactor: [(value) => hasMethods(value, 'redactText'), 'a redactor of createRedactor()'],
  redactForeignSpans: [(value) => typeof value === 'boolean', 'true or false'],
  repeatedSpans: [(value) => value === 'leave-out' || value === 'keep', "'leave-out' or 'keep'"],
  spool: [(value) => value === false || (typeof value === 'string' && value !== ''), 'a folder, or false'],
  exporter: [(value) => hasMethods(value, 'export', 'shutdown'), 'an OpenTelemetry span exporter'],
  file: [isFileOptions, 'a path, or { path, maxBytes, maxFiles }'],
  spanProcessors: [
    (value) =>
      Array.isArray(value) &&
      value.every((entry) => hasMethods(entry, 'onStart', 'onEnd', 'forceFlush', 'shutdown')),
    'a list of OpenTelemetry span processors',
  ],
  exitDeadlineMs: duration,
  scheduleDelayMs: duration,
  maxBatchSpans: positive,
  maxQueueBytes: positive,
  maxQueueSpans: positive,
  maxRequestBytes: positive,
  compression: [(value) => value === 'gzip' || value === 'none', "'gzip' or 'none'"],
  exportTimeoutMs: positive,
}

/** Throws for options that are unknown, of a wrong kind, or contradict each other. */
export function assertTracerOptions(options: unknown): asserts options is TracerOptions {
  if (!isRecord(options))
    throw invalid('options', 'they are not an object', "pass { serviceName: 'my-agent' }")
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof TracerOptions] : undefined
    if (check === undefined) {
      throw invalid(
        `option ${name}`,
        'no such option exists',
        `use one of: ${Object.keys(CHECKS).join(', ')}`,
      )
    }
    const [accepts, expected] = check
    if (value !== undefined && !accepts(value)) {
      throw invalid(`option ${name}`, `${describe(value)} does not fit`, `pass ${expected}`)
    }
  }
  const [first, second] = (['exporter', 'file', 'endpoint'] as const).filter(
    (name) => options[name] !== undefined,
  )
  if (first !== undefined && second !== undefined) {
    throw invalid(
      `option ${first}`,
      `${second === 'endpoint' ? 'an endpoint' : 'a file'} is given too, and only one can receive the spans`,
      first === 'exporter' && second === 'endpoint'
        ? 'drop one of the two'
        : 'drop one of the two, or add the file with spanProcessors: [createFileProcessor(path)]',
    )
  }
}

function invalid(what: string, why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `invalid ${what}`, why, fix })
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'this list' : 'this object'
  return typeof value === 'string' && value.trim() === ''
    ? 'an empty text'
    : `a value of type ${typeof value}`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  )
}
