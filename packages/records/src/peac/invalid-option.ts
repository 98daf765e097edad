import { AosError } from '@aos/sdk'

/** The error for an option that cannot work: what is wrong with it, and how to put it right. */
export function invalidOption(message: string, fix: string, cause?: unknown): AosError {
  return new AosError({ code: 'invalid_options', message: `PEAC records: ${message}`, fix, cause })
}
