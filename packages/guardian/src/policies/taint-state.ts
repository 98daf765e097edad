import { BoundedMap } from '../policy/bounded-map.ts'
import { kept } from '../policy/kept-state.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { digest, KnownText } from './provenance.ts'

const MAX_SOURCES = 16
const MAX_TURNS = 1000
// some 100 MB over all sessions
const MAX_DIGESTS = 1_000_000
const SEEN = { addresses: 5000, words: 0 }

/** What a session has said and read. */
export class SessionTaint {
  /** What the user and trusted sources have said. */
  readonly trusted: KnownText = new KnownText()
  /** Addresses that stand in what was read. */
  readonly seen: KnownText = new KnownText(SEEN)
  /** Where text came from that nobody vouches for. */
  readonly sources: Set<string> = new Set()
  /** Agent whose user messages a person writes. */
  owner: string | undefined
  /** Turns that no person has started. */
  readonly autonomousTurns: Set<string> = new Set()

  /** The run whose journal can tell how it is now, since it has it whole and nobody else has changed it since. */
  knownTo: string | undefined

  /** All of it, for a decision journal. */
  save(): object {
    const { trusted, seen, sources, owner, autonomousTurns } = this
    return {
      trusted: trusted.save(),
      seen: seen.save(),
      sources: [...sources],
      owner: owner ?? null,
      autonomousTurns: [...autonomousTurns],
    }
  }

  /** Makes a session of what {@link save} gave. */
  static restored(state: unknown): SessionTaint {
    const session = new SessionTaint()
    session.trusted.restore(kept(state, 'trusted'))
    session.seen.restore(kept(state, 'seen'))
    for (const source of textsOf(kept(state, 'sources'))) session.sources.add(source)
    for (const turn of textsOf(kept(state, 'autonomousTurns'))) session.autonomousTurns.add(turn)
    const owner = kept(state, 'owner')
    session.owner = typeof owner === 'string' ? owner : undefined
    return session
  }

  /** How many digests are kept for it. */
  get size(): number {
    return this.trusted.size + this.seen.size
  }

  /** Notes that text was read which anybody may have written. */
  taint(source: string): void {
    if (this.sources.size < MAX_SOURCES) this.sources.add(source)
  }

  /** Notes that what comes as the user's message in a turn is an event's text. */
  markAutonomous(turnId: string): void {
    this.autonomousTurns.add(turnId)
    for (const oldest of this.autonomousTurns) {
      if (this.autonomousTurns.size <= MAX_TURNS) return
      this.autonomousTurns.delete(oldest)
    }
  }
}

/** The taint of all sessions, bounded, and which memory items were stored untainted. */
export class TaintState {
  readonly #sessions = new Map<string, SessionTaint>()
  readonly #maxSessions: number
  readonly #maxDigests: number
  readonly #clean: BoundedMap<true>
  #digests = 0

  constructor(maxSessions: number, maxDigests: number = MAX_DIGESTS) {
    this.#maxSessions = maxSessions
    this.#maxDigests = maxDigests
    this.#clean = new BoundedMap(maxSessions * 10)
  }

  of(context: PolicyContext): SessionTaint | undefined {
    const key = sessionKey(context)
    const session = this.#sessions.get(key)
    if (session === undefined) return undefined
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    return session
  }

  /** Lets a session, made where there is none, take something up; those not used for longest make room. */
  update(context: PolicyContext, takeUp: (session: SessionTaint) => void): void {
    let session = this.of(context)
    if (session === undefined) this.#sessions.set(sessionKey(context), (session = new SessionTaint()))
    const before = session.size
    if (session.knownTo !== context.runId) session.knownTo = undefined
    takeUp(session)
    this.#digests += session.size - before
    for (const [key, oldest] of this.#sessions) {
      if (this.#sessions.size <= this.#maxSessions && this.#digests <= this.#maxDigests) return
      if (oldest === session) return
      this.#sessions.delete(key)
      this.#digests -= oldest.size
    }
  }

  /** Remembers that an item was stored by a session that had read nothing untrusted. */
  noteClean(context: PolicyContext, item: string): void {
    this.#clean.getOrMake(itemKey(context, item), () => true)
  }

  noteTainted(context: PolicyContext, item: string): void {
    this.#clean.delete(itemKey(context, item))
  }

  isClean(context: PolicyContext, item: string): boolean {
    return this.#clean.get(itemKey(context, item)) === true
  }

  /** What is known of a step's session; `same` where its run has it already. */
  save(context: PolicyContext): object | 'same' | null {
    const session = this.#sessions.get(sessionKey(context))
    if (session === undefined) return null
    if (session.knownTo === context.runId && context.journal?.exact !== false) return 'same'
    // what cannot be judged again is not learnt again, so the next question has all of it
    session.knownTo = context.journal?.exact === false ? undefined : context.runId
    return session.save()
  }

  /** Takes back what {@link save} gave. */
  restore(context: PolicyContext, state: unknown): void {
    if (state === 'same') return
    const key = sessionKey(context)
    this.#digests -= this.#sessions.get(key)?.size ?? 0
    this.#sessions.delete(key)
    if (state === null) return
    const session = SessionTaint.restored(state)
    this.#sessions.set(key, session)
    this.#digests += session.size
  }

  clear(): void {
    this.#sessions.clear()
    this.#digests = 0
    this.#clean.clear()
  }
}

function textsOf(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.filter((text): text is string => typeof text === 'string') : []
}

// agents of one session share what it has read: an agent that is called as a tool is no way around
function sessionKey({ session, user }: PolicyContext): string {
  return JSON.stringify([session.id, user?.id])
}

function itemKey({ agent, user }: PolicyContext, item: string): string {
  return digest(JSON.stringify([agent.id, user?.id, item]))
}
