/** A nonce that a key has just used. */
export interface UsedNonce {
  readonly keyId: string
  readonly nonce: string
  /** When the message says that it was signed, in seconds. */
  readonly created: number
}

/** What the nonces that a store keeps are kept by. */
export interface NonceStoreOptions {
  /** Nonces kept of one key. */
  readonly capacity: number
  /** Milliseconds after which a message is refused for its age, in any case. */
  readonly keepMs: number
  /** Milliseconds that never jump. */
  readonly now: () => number
}

interface KeyNonces {
  /** In the order of their use, which is the order in which they may be forgotten. */
  readonly used: Map<string, { readonly forgetAt: number; readonly created: number }>
  /** Messages up to this second may be among those forgotten. */
  forgotten: number
}

/** Remembers nonces for as long as their messages could be believed; where there is no room it refuses, and forgets none. */
export class NonceStore {
  readonly #options: NonceStoreOptions
  readonly #keys = new Map<string, KeyNonces>()

  constructor(options: NonceStoreOptions) {
    this.#options = options
  }

  /** Notes a nonce of a message whose signature holds, and says why it cannot be believed, `undefined` if it can. */
  use({ keyId, nonce, created }: UsedNonce): 'replayed' | 'full' | undefined {
    const now = this.#options.now()
    const own = this.#of(keyId)
    this.#forget(own, now)
    // a clock that was set back makes old messages young again, but not unseen
    if (own.used.has(nonce) || created <= own.forgotten) return 'replayed'
    if (own.used.size >= this.#options.capacity) return 'full'
    own.used.set(nonce, { forgetAt: now + this.#options.keepMs, created })
    return undefined
  }

  /** Nonces kept. */
  get size(): number {
    let size = 0
    for (const { used } of this.#keys.values()) size += used.size
    return size
  }

  #of(keyId: string): KeyNonces {
    const known = this.#keys.get(keyId)
    if (known !== undefined) return known
    const made = { used: new Map(), forgotten: -Infinity }
    this.#keys.set(keyId, made)
    return made
  }

  #forget(own: KeyNonces, now: number): void {
    for (const [nonce, { forgetAt, created }] of own.used) {
      if (forgetAt > now) return
      own.used.delete(nonce)
      own.forgotten = Math.max(own.forgotten, created)
    }
  }
}
