import canonicalize from 'canonicalize'
import { createHash } from 'node:crypto'
import { AgentRunError } from './errors.ts'

/**
 * The canonical text of a JSON value (RFC 8785). Throws `not_canonical` for what JSON cannot hold: `undefined`,
 * functions, symbols, bigint, numbers that are not finite, lone surrogates, cycles.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined
  try {
    text = canonicalize(value)
  } catch (cause) {
    throw notCanonical(cause instanceof Error ? cause.message : 'unknown error', cause)
  }
  if (text === undefined) throw notCanonical(`a ${typeof value} is no JSON value`)
  return text
}

/** SHA-256 of a UTF-8 text, in lowercase hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function notCanonical(reason: string, cause?: unknown): AgentRunError {
  return new AgentRunError({
    code: 'not_canonical',
    message: `The value has no canonical JSON text: ${reason}`,
    fix: 'Pass plain JSON: objects, arrays, texts, finite numbers, true, false and null.',
    cause,
  })
}
