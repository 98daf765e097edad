import type { AgentInfo, SessionInfo, UserInfo } from '@aos/sdk'

/** What a kill switch stops: one agent, session or user by id, or everything where none is named. */
export interface KillScope {
  readonly agent?: string | undefined
  readonly session?: string | undefined
  readonly user?: string | undefined
}

/** Whose step it is. */
interface Whose {
  readonly agent: AgentInfo
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
}

/** Stops agents until somebody revives them: sticky, and asked before anything else. */
export class KillSwitch {
  readonly #reasons = new Map<string, string>()

  /** Denies every step of the scope from now on; returns whether that is news. */
  kill(reason: string, scope: KillScope = {}): boolean {
    const key = keyOf(scope)
    const known = this.#reasons.get(key) === reason
    this.#reasons.set(key, reason)
    return !known
  }

  /** Takes back the kill of exactly this scope; returns whether there was one. */
  revive(scope: KillScope = {}): boolean {
    return this.#reasons.delete(keyOf(scope))
  }

  /** Why a step may not happen, or nothing. */
  reasonFor({ agent, session, user }: Whose): string | undefined {
    if (this.#reasons.size === 0) return undefined
    return (
      this.#reasons.get(ALL) ??
      this.#reasons.get(keyOf({ agent: agent.id })) ??
      this.#reasons.get(keyOf({ session: session.id })) ??
      (user === undefined ? undefined : this.#reasons.get(keyOf({ user: user.id }))) ??
      this.#narrower({ agent, session, user })
    )
  }

  // scopes that name more than one of the three are rare, so they are looked through
  #narrower({ agent, session, user }: Whose): string | undefined {
    const ids = { agent: agent.id, session: session.id, user: user?.id }
    for (const [key, reason] of this.#reasons) {
      const scope = JSON.parse(key) as [string | null, string | null, string | null]
      const [agentId, sessionId, userId] = scope
      const fits =
        (agentId ?? ids.agent) === ids.agent &&
        (sessionId ?? ids.session) === ids.session &&
        (userId ?? ids.user) === ids.user
      if (fits) return reason
    }
    return undefined
  }
}

const ALL = keyOf({})

function keyOf({ agent, session, user }: KillScope): string {
  return JSON.stringify([agent ?? null, session ?? null, user ?? null])
}
