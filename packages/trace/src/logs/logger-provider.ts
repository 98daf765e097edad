import { AosError } from '@aos/sdk'
import type { Attributes, Context } from '@opentelemetry/api'
import { findPackage, HERE, loadPackage } from '../otel/installed-package.ts'

/** One record of the OpenTelemetry logs api. */
export interface LogRecord {
  readonly eventName: string
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly severityNumber: number
  readonly severityText: string
  readonly body?: string
  readonly attributes: Attributes
  readonly context?: Context
}

/** What records are handed to; the logger of `@opentelemetry/api-logs` fits. */
export interface Logger {
  emit(record: LogRecord): void
}

/** Where loggers come from; the LoggerProvider of `@opentelemetry/api-logs` fits. */
export interface LoggerProvider {
  getLogger(name: string, version?: string): Logger
}

/** The global provider of the logs api; throws `missing_dependency` where that is not installed. */
export function globalLoggerProvider(): LoggerProvider {
  const found = findPackage('@opentelemetry/api-logs', HERE)
  const logs: unknown = found === undefined ? undefined : loadPackage(found)['logs']
  const provider: unknown =
    typeof logs === 'object' && logs !== null ? Reflect.apply(getProvider, logs, []) : undefined
  if (isProvider(provider)) return provider
  throw new AosError({
    code: 'missing_dependency',
    message: 'eventsSink() has no logger provider',
    why: 'The package @opentelemetry/api-logs, whose global provider it would use, is not installed.',
    fix: 'Run npm install @opentelemetry/api-logs, or pass { loggerProvider }.',
  })
}

function getProvider(this: object): unknown {
  const get: unknown = Reflect.get(this, 'getLoggerProvider')
  return typeof get === 'function' ? Reflect.apply(get, this, []) : undefined
}

function isProvider(value: unknown): value is LoggerProvider {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'getLogger') === 'function'
}
