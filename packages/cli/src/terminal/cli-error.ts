import { EXIT } from './exit-codes.ts'

/** What a {@link CliError} is made of. */
export interface CliErrorInit {
  readonly message: string
  readonly why?: string | undefined
  readonly fix?: string | undefined
  /** `usage` by default. */
  readonly exit?: 'usage' | 'failed' | undefined
  readonly cause?: unknown
}

/** Ends a command: what is wrong, why that matters, and what to do. */
export class CliError extends Error {
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly exitCode: number

  constructor({ message, why, fix, exit = 'usage', cause }: CliErrorInit) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CliError'
    this.why = why
    this.fix = fix
    this.exitCode = EXIT[exit]
  }
}

/** An error as it is told: never with a stack. */
export interface ToldError {
  readonly message: string
  readonly code?: string
  readonly why?: string
  readonly fix?: string
}

/** What is told of anything that was thrown. */
export function toldError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: `something was thrown that is no error: ${typeof error}` }
  const text = (name: string): Record<string, string> => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? { [name]: value } : {}
  }
  const told = { message: error.message, ...text('code'), ...text('why'), ...text('fix') }
  const isTaken = 'code' in error && error.code === 'EADDRINUSE'
  return isTaken ? { ...told, fix: 'Pass another --port, or end what listens there.' } : told
}

const WRONG_USE = new Set([
  'invalid_options',
  'invalid_config',
  'invalid_policy',
  'invalid_key',
  'invalid_endpoint',
])

/** The code to end with after an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode
  const { code } = toldError(error)
  // what the system refuses, such as a port or a file, is no wrong use
  if (error instanceof Error && isOfSystem(error.cause)) return EXIT.failed
  return code !== undefined && WRONG_USE.has(code) ? EXIT.usage : EXIT.failed
}

/** The system's word for why a file or an address could not be used, such as `ENOENT`. */
export function systemCode(error: unknown): string {
  const { code, message } = toldError(error)
  return code ?? message
}

function isOfSystem(cause: unknown): boolean {
  return cause instanceof Error && typeof Reflect.get(cause, 'syscall') === 'string'
}
