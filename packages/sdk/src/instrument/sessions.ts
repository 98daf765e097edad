import { keyedDigest } from '../values/digest.ts'

/** Bounds of {@link JudgedMessages}. */
export interface JudgedMessagesLimits {
  readonly sessions: number
  readonly messagesPerSession: number
  /** Over all sessions. */
  readonly messages: number
}

// about 10 MB of digests
const LIMITS: JudgedMessagesLimits = { sessions: 1000, messagesPerSession: 5000, messages: 50_000 }

/** A message of one user in one session; what one user may say is not thereby judged for another. */
export interface MessageKey {
  readonly holder: string
  readonly digest: string
}

const MAX_PLAIN_HOLDER = 256

/**
 * Which user messages each session's hooks have allowed as they are, by digest, so that history sent again is not
 * judged again. Bounded: what was least recently asked for goes first, and is judged again when it comes back.
 */
export class JudgedMessages {
  readonly #byHolder = new Map<string, Set<string>>()
  readonly #key: string | Uint8Array
  readonly #limits: JudgedMessagesLimits
  #messages = 0
  #epoch = -1

  constructor(key: string | Uint8Array, limits: JudgedMessagesLimits = LIMITS) {
    this.#key = key
    this.#limits = limits
  }

  /** How many digests are held. */
  get size(): number {
    return this.#messages
  }

  /** Names a message; as JSON first, because the texts alone could stand for two different ones. */
  keyOf(sessionId: string, userId: string | undefined, content: string): MessageKey {
    const holder = JSON.stringify([sessionId, userId])
    return {
      holder: holder.length <= MAX_PLAIN_HOLDER ? holder : keyedDigest(this.#key, holder),
      digest: keyedDigest(this.#key, JSON.stringify(content)),
    }
  }

  has({ holder, digest }: MessageKey, epoch: number): boolean {
    if (this.#epoch !== epoch) return false
    const judged = this.#byHolder.get(holder)
    if (judged?.delete(digest) !== true) return false
    judged.add(digest)
    this.#used(holder, judged)
    return true
  }

  add({ holder, digest }: MessageKey, epoch: number): void {
    if (this.#epoch !== epoch) this.#clear()
    this.#epoch = epoch
    const judged = this.#byHolder.get(holder) ?? new Set<string>()
    if (!judged.has(digest)) {
      judged.add(digest)
      this.#messages++
    }
    this.#used(holder, judged)
    this.#shrink(judged)
  }

  #used(holder: string, judged: Set<string>): void {
    this.#byHolder.delete(holder)
    this.#byHolder.set(holder, judged)
  }

  #shrink(latest: Set<string>): void {
    const { sessions, messagesPerSession, messages } = this.#limits
    if (latest.size > messagesPerSession) {
      for (const oldest of latest) {
        latest.delete(oldest)
        this.#messages--
        break
      }
    }
    for (const [holder, judged] of this.#byHolder) {
      if (this.#byHolder.size <= sessions && this.#messages <= messages) return
      this.#byHolder.delete(holder)
      this.#messages -= judged.size
    }
  }

  #clear(): void {
    this.#byHolder.clear()
    this.#messages = 0
  }
}
