import { BoundedMap } from '../policy/bounded-map.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { digest, KnownText } from './provenance.ts'

const MAX_SOURCES = 16
const MAX_TURNS = 1000
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

  /** Notes that text was read which anybody may have written. */
  taint(source: string): void {
    if (this.sources.size < MAX_SOURCES) this.sources.add(source)
  }

  /** Notes that what comes as the user's message in a turn is an event's text. */
  markAutonomous(turnId: string): void {
    if (this.autonomousTurns.size >= MAX_TURNS) this.autonomousTurns.clear()
    this.autonomousTurns.add(turnId)
  }
}

/** The taint of all sessions, bounded, and which memory items were stored untainted. */
export class TaintState {
  readonly #sessions: BoundedMap<SessionTaint>
  readonly #clean: BoundedMap<true>

  constructor(maxSessions: number) {
    this.#sessions = new BoundedMap(maxSessions)
    this.#clean = new BoundedMap(maxSessions * 10)
  }

  of(context: PolicyContext): SessionTaint | undefined {
    return this.#sessions.get(sessionKey(context))
  }

  make(context: PolicyContext): SessionTaint {
    const made = this.#sessions.getOrMake(sessionKey(context), () => new SessionTaint())
    if (made === undefined) throw new RangeError('no room for another session')
    return made
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

  clear(): void {
    this.#sessions.clear()
    this.#clean.clear()
  }
}

// agents of one session share what it has read: an agent that is called as a tool is no way around
function sessionKey({ session, user }: PolicyContext): string {
  return JSON.stringify([session.id, user?.id])
}

function itemKey({ agent, user }: PolicyContext, item: string): string {
  return digest(JSON.stringify([agent.id, user?.id, item]))
}
