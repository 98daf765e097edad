import type { RunRecord } from '@aos/sdk'

const MAX_RUNS = 5_000

/** Which sessions have runs under way: a session starts with the first of them and ends with the last. */
export class OpenSessions {
  readonly #sessionOf = new Map<string, string>()
  readonly #open = new Map<string, number>()

  /** Whether the run is the first that is under way in its session. */
  opened({ id, sessionId }: RunRecord): boolean {
    if (this.#sessionOf.size >= MAX_RUNS) {
      const [oldest] = this.#sessionOf.keys()
      if (oldest !== undefined) this.#leave(oldest)
    }
    const open = this.#open.get(sessionId) ?? 0
    this.#sessionOf.set(id, sessionId)
    this.#open.set(sessionId, open + 1)
    return open === 0
  }

  /** Whether the run was the last that was under way in its session; false for one that began before the stream. */
  closed({ id }: RunRecord): boolean {
    return this.#sessionOf.has(id) && this.#leave(id)
  }

  /** The session of a run that is under way. */
  of(runId: string): string | undefined {
    return this.#sessionOf.get(runId)
  }

  #leave(runId: string): boolean {
    const session = this.#sessionOf.get(runId) ?? ''
    this.#sessionOf.delete(runId)
    const open = (this.#open.get(session) ?? 1) - 1
    if (open > 0) this.#open.set(session, open)
    else this.#open.delete(session)
    return open === 0
  }
}
