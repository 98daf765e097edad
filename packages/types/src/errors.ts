/** Every code an {@link AgentRunError} carries. */
export type AgentRunErrorCode =
  | 'not_canonical'
  | 'ambiguous_run_hash_input'
  | 'invalid_key'
  | 'invalid_provenance'

const BRAND: unique symbol = Symbol.for('aos.error') as never

/** An error of this package: a stable `code`, why it happened and how to fix it. */
export class AgentRunError extends Error {
  readonly code: AgentRunErrorCode
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(init: { readonly code: AgentRunErrorCode; readonly message: string; readonly why?: string; readonly fix?: string; readonly cause?: unknown }) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'AgentRunError'
    this.code = init.code
    this.why = init.why
    this.fix = init.fix
    Object.defineProperty(this, BRAND, { value: true })
  }
}
