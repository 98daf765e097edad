/** Every code an {@link AgentRunError} carries. */
export type AgentRunErrorCode = 'not_canonical' | 'ambiguous_run_hash_input' | 'invalid_key'

/** What an {@link AgentRunError} is made of. */
export interface AgentRunErrorInit {
  readonly code: AgentRunErrorCode
  readonly message: string
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly cause?: unknown
}

const BRAND: unique symbol = Symbol.for('aos.error') as never

/** An error of this package: a stable `code`, why it happened and how to fix it. */
export class AgentRunError extends Error {
  readonly code: AgentRunErrorCode
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(init: AgentRunErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'AgentRunError'
    this.code = init.code
    this.why = init.why
    this.fix = init.fix
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** The error for a value that canonical JSON cannot hold. */
export function notCanonical(reason: string, cause: unknown): AgentRunError {
  return new AgentRunError({
    code: 'not_canonical',
    message: `The value has no canonical JSON text: ${reason}`,
    fix: 'Pass plain JSON: objects, arrays, texts, finite numbers, true, false and null.',
    cause,
  })
}

/** The error for an input of `run_hash` whose hash another run could have too. */
export function ambiguousRunHashInput(name: string): AgentRunError {
  return new AgentRunError({
    code: 'ambiguous_run_hash_input',
    message: `${name} holds a "|"`,
    why: 'run_hash joins its inputs with "|" and does not escape it, so another run could have the same hash.',
    fix: `Take the "|" out of ${name}.`,
  })
}

/** The error for what is no Ed25519 key of the needed kind. */
export function invalidKey(kind: 'private' | 'public', cause?: unknown): AgentRunError {
  return new AgentRunError({
    code: 'invalid_key',
    message: `This is no ${kind} Ed25519 key`,
    fix: 'Pass a KeyObject, PEM text or a JWK of an Ed25519 key, for example from generateSigningKey().',
    cause,
  })
}
