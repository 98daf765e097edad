import { keyedDigest } from '../values/digest.ts'

const MAX_SESSIONS = 1000
const MAX_MESSAGES = 10_000

/**
 * Which user messages each session's hooks have allowed as they are, by digest, so that history sent again is not
 * judged again. Bounded: the oldest session goes first, and with it only a saving.
 */
export class JudgedMessages {
  readonly #bySession = new Map<string, Set<string>>()
  readonly #key: string | Uint8Array
  #epoch = -1

  constructor(key: string | Uint8Array) {
    this.#key = key
  }

  digest(content: string): string {
    return keyedDigest(this.#key, content)
  }

  has(sessionId: string, digest: string, epoch: number): boolean {
    return this.#epoch === epoch && this.#bySession.get(sessionId)?.has(digest) === true
  }

  add(sessionId: string, digest: string, epoch: number): void {
    if (this.#epoch !== epoch) this.#bySession.clear()
    this.#epoch = epoch
    const judged = this.#bySession.get(sessionId) ?? new Set<string>()
    this.#bySession.delete(sessionId)
    this.#bySession.set(sessionId, judged)
    if (judged.size < MAX_MESSAGES) judged.add(digest)
    if (this.#bySession.size <= MAX_SESSIONS) return
    for (const oldest of this.#bySession.keys()) {
      this.#bySession.delete(oldest)
      return
    }
  }
}
