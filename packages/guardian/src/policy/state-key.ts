import { AosError } from '@aos/sdk'
import type { PolicyContext } from './policy.ts'

/** What a policy's counts belong to. */
export type PolicyScope = 'run' | 'session' | 'user' | 'agent' | 'process'

/** What tells whose an operation is. */
export type ScopeOf = Pick<PolicyContext, 'agent' | 'session' | 'runId'> & {
  readonly user?: PolicyContext['user']
}

/** Key of a scope's state, or why this step has none: a generated session is nobody's, and users may be unknown. */
export type ScopeKey =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly code: string; readonly reason: string }

/** Gives the key under which one decision is counted once: of one agent, on one tool. */
export function decisionKey({ agent, toolName, decisionId }: PolicyContext): string {
  return `${agent.id}\n${toolName}\n${decisionId}`
}

/** Gives the key under which a scope's state is kept; agents never share state, except process-wide. */
export function scopeKey(scope: PolicyScope, context: ScopeOf): ScopeKey {
  const { agent, session, user, runId } = context
  switch (scope) {
    case 'run':
      return { ok: true, key: `run\n${agent.id}\n${runId}` }
    case 'session':
      if (session.generated)
        return {
          ok: false,
          code: 'session_required',
          reason: 'this policy counts by session, and the call names none',
        }
      return { ok: true, key: `session\n${agent.id}\n${session.id}` }
    case 'user':
      if (user === undefined)
        return {
          ok: false,
          code: 'user_required',
          reason: 'this policy counts by user, and the call names none',
        }
      return { ok: true, key: `user\n${agent.id}\n${user.id}` }
    case 'agent':
      return { ok: true, key: `agent\n${agent.id}` }
    case 'process':
      return { ok: true, key: 'process' }
    default:
      throw new AosError({
        code: 'invalid_policy',
        message: `Unknown scope ${JSON.stringify(scope)}`,
        fix: 'Use one of: run, session, user, agent, process.',
      })
  }
}
