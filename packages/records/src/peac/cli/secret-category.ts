import { createRedactor } from '@aos/sdk'
import type { CliStream } from '../../generated/peac-types.ts'

/** What a secret is called in a record. */
export type SecretCategory = NonNullable<CliStream['matched_pattern_category']>

const redactor = createRedactor()

/** The kind of the first secret or personal datum that a text holds, if it holds one. */
export function secretCategory(text: string): SecretCategory | undefined {
  const [first] = redactor.redactText(text).redactions
  return first === undefined ? undefined : categoryOf(first.kind)
}

function categoryOf(kind: string): SecretCategory {
  if (kind === 'jwt' || kind === 'aws-access-key') return kind
  if (kind === 'authorization') return 'bearer-token'
  return /-(?:key|token)$/.test(kind) ? 'api-key' : 'generic-high-entropy'
}
