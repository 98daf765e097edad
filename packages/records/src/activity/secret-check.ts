import { createRedactor, type RedactionKind, type Redactor } from '@aos/sdk'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { createScrub } from './scrub.ts'

/** What is done with an event that holds an e-mail address, a key or another secret. */
export type SecretPolicy = 'scrub' | 'reject'

/** An event that may leave, or why it may not. */
export type SecretVerdict =
  | { readonly ok: true; readonly event: AgentActivityEvent; readonly scrubbed: number }
  | { readonly ok: false; readonly reason: string }

/** Looks an event over as the last thing before it leaves; never throws. */
export type SecretCheck = (event: AgentActivityEvent) => SecretVerdict

// what no event may hold, whatever the redactor of the application has left
const FORBIDDEN: readonly RedactionKind[] = [
  'anthropic-key',
  'api-key',
  'authorization',
  'aws-access-key',
  'email',
  'github-token',
  'gitlab-token',
  'google-key',
  'jwt',
  'npm-token',
  'openai-key',
  'private-key',
  'pypi-token',
  'secret',
  'slack-token',
  'slack-webhook',
  'stripe-key',
  'url-password',
  'webhook-url',
]

/**
 * Makes the last check: `scrub` replaces what the redactor finds and refuses an event that still holds a secret after
 * that, `reject` refuses an event in which anything is found.
 */
export function createSecretCheck(policy: SecretPolicy, own?: Redactor): SecretCheck {
  const scrub = createScrub(own ?? createRedactor())
  const last = createScrub(createRedactor({ detectors: FORBIDDEN }))
  return (event) => {
    try {
      const { value, found } = scrub(event)
      if (found.includes('dropped')) return refused('it could not be redacted')
      if (policy === 'reject' && found.length > 0)
        return refused(`it holds: ${[...new Set(found)].toSorted().join(', ')}`)
      // our own redactor, which has found nothing, would find nothing again
      const isClean = own === undefined && found.length === 0
      const [left] = isClean ? [] : last(value).found
      if (left !== undefined) return refused(`it still holds: ${left}`)
      return { ok: true, event: value as AgentActivityEvent, scrubbed: found.length }
    } catch {
      return refused('it could not be read, or is too large')
    }
  }
}

function refused(reason: string): SecretVerdict {
  return { ok: false, reason }
}
