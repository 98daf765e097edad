/** Every code an {@link AosError} carries. */
export type AosErrorCode =
  | 'unknown_hook'
  | 'invalid_handler'
  | 'invalid_options'
  | 'invalid_config'
  | 'unsupported_agent'
  | 'unsupported_version'
  | 'unsupported_format'
  | 'already_instrumented'
  | 'not_instrumented'
  | 'unknown_component'
  | 'no_run'
  | 'run_closed'
  | 'denied'
  | 'missing_dependency'
  | 'invalid_spool'
  | 'export_failed'
  | 'invalid_policy'
  | 'invalid_endpoint'
  | 'invalid_ledger'
  | 'guardian_unavailable'
  | 'invalid_journal'
  | 'evidence_conflict'
  | 'invalid_evidence'

/** What an {@link AosError} is made of. */
export interface AosErrorInit {
  readonly code: AosErrorCode
  readonly message: string
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly cause?: unknown
}

const BRAND: unique symbol = Symbol.for('aos.error') as never

/** An error of the SDK: a stable `code`, why it happened and how to fix it. */
export class AosError extends Error {
  readonly code: AosErrorCode
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(init: AosErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'AosError'
    this.code = init.code
    this.why = init.why
    this.fix = init.fix
    Object.defineProperty(this, BRAND, { value: true })
  }

  override toString(): string {
    return [
      `${this.name}: ${this.message}`,
      ...(this.why === undefined ? [] : [`  why: ${this.why}`]),
      ...(this.fix === undefined ? [] : [`  fix: ${this.fix}`]),
    ].join('\n')
  }
}

/** What an {@link AosDeniedError} tells about the refused operation. */
export interface AosDenial {
  /** Hook at which the operation was refused (AOS Instrument, hooks), or `admission` for a refusal no hook made. */
  readonly hook: string
  readonly reason: string
  readonly reasonCodes: readonly string[]
  readonly decisionId: string
  readonly runId: string
  readonly toolName?: string | undefined
}

/** Says that an operation was refused and did not happen; `message` is `Denied: <reason>`. */
export class AosDeniedError extends AosError {
  readonly denial: AosDenial
  readonly hook: string
  readonly reason: string
  readonly runId: string

  constructor(denial: AosDenial) {
    super({ code: 'denied', message: `Denied: ${denial.reason}` })
    this.name = 'AOSDeniedError'
    this.denial = denial
    this.hook = denial.hook
    this.reason = denial.reason
    this.runId = denial.runId
  }

  override toString(): string {
    return `${this.name}: ${this.message}`
  }
}

/** The error the specification's Python sample raises; throw it from a handler to end the run with it. */
export class PermissionError extends Error {
  override readonly name: string = 'PermissionError'
}

/** Whether a thrown thing is an {@link AosError} (of any installed copy of the SDK), optionally with the given code. */
export function isAosError(thrown: unknown, code?: AosErrorCode): thrown is AosError {
  if (typeof thrown !== 'object' || thrown === null || Reflect.get(thrown, BRAND) !== true) return false
  return code === undefined || Reflect.get(thrown, 'code') === code
}

/** Whether a thrown thing says that an operation was denied. */
export function isDenied(thrown: unknown): thrown is AosDeniedError {
  return isAosError(thrown, 'denied')
}
