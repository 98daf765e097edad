import { AosError, type AgentInfo, type SessionInfo, type UserInfo } from '@aos/sdk'

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
  #shut: string | undefined
  /** Counts kills and revivals, so that what was decided before can be told apart. */
  changes = 0

  /** Denies every step of the scope from now on; returns whether that is news. */
  kill(reason: string, scope: KillScope = {}): boolean {
    const key = keyOf(scope)
    this.changes++
    const known = this.#reasons.get(key) === reason
    this.#reasons.set(key, reason)
    return !known
  }

  /** Takes back the kill of exactly this scope; returns whether there was one. */
  revive(scope: KillScope = {}): boolean {
    this.changes++
    return this.#reasons.delete(keyOf(scope))
  }

  /** Denies everything for good; nothing revives it. */
  shut(reason: string): void {
    this.#shut = reason
    this.changes++
  }

  /** Why a step may not happen, or nothing. */
  reasonFor({ agent, session, user }: Whose): string | undefined {
    if (this.#reasons.size === 0 || this.#shut !== undefined) return this.#shut
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

const MEMBERS: readonly string[] = ['agent', 'session', 'user']

// a misspelt member would make the scope wider than it was meant
function keyOf(scope: KillScope): string {
  const { agent, session, user } = scope
  const known = Object.keys(scope).every((key) => MEMBERS.includes(key))
  const texts = [agent, session, user].every(
    (id) => id === undefined || (typeof id === 'string' && id !== ''),
  )
  if (!known || !texts) {
    throw new AosError({
      code: 'invalid_options',
      message: 'The scope of a kill cannot be read',
      why: 'Read in another way it would stop or revive something else.',
      fix: 'Pass { agent, session, user }, each the id as a text, or nothing for everything.',
    })
  }
  return JSON.stringify([agent ?? null, session ?? null, user ?? null])
}
