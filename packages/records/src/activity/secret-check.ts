import { createRedactor, type RedactionKind, type Redactor } from '@aos/sdk'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'

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
export function createSecretCheck(policy: SecretPolicy, redactor: Redactor = createRedactor()): SecretCheck {
  const last = createRedactor({ detectors: FORBIDDEN })
  return (event) => {
    try {
      const { value, redactions } = redactor.redactValue(
        wellFormed(event, { characters: MAX_CHARACTERS, nodes: MAX_NODES }, 0),
      )
      const found = redactions.map(({ kind }) => kind)
      if (found.includes('dropped')) return refused('it could not be redacted')
      if (policy === 'reject' && found.length > 0) return refused(`it holds: ${found.join(', ')}`)
      const [left] = last.redactValue(value).redactions
      if (left !== undefined) return refused(`it still holds: ${left.kind}`)
      const scrubbed = redactions.reduce((sum, { count }) => sum + count, 0)
      return { ok: true, event: value as AgentActivityEvent, scrubbed }
    } catch {
      return refused('it could not be read, or is too large')
    }
  }
}

function refused(reason: string): SecretVerdict {
  return { ok: false, reason }
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
const MAX_DEPTH = 32
/** More than any event may have in the end, so that nobody waits for what will be refused. */
const MAX_CHARACTERS = 1024 * 1024
const MAX_NODES = 100_000

interface Budget {
  characters: number
  nodes: number
}

/** A copy as JSON holds it, in which no text holds half a surrogate pair, which strict readers refuse. */
function wellFormed(value: unknown, budget: Budget, depth: number): unknown {
  budget.nodes -= 1
  if (typeof value === 'string') return validText(value, budget)
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH || budget.nodes < 0) throw new RangeError('an event is too large')
  if (Array.isArray(value)) return value.map((entry: unknown) => wellFormed(entry, budget, depth + 1) ?? null)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return value
  const members = Object.entries(value).map(([name, member]) => [
    validText(name, budget),
    wellFormed(member, budget, depth + 1),
  ])
  return Object.fromEntries(members.filter(([, member]) => member !== undefined))
}

function validText(text: string, budget: Budget): string {
  budget.characters -= text.length
  if (budget.characters < 0) throw new RangeError('an event is too large')
  return text.replace(LONE_SURROGATE, '\uFFFD')
}
