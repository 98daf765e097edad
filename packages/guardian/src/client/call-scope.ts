import type { GuardianClock } from './guardian-clock.ts'

/** How a call can end before its answer is there. */
export type Ending = 'timeout' | 'aborted'

/** What bounds one call in time. */
export interface CallBounds {
  readonly clock: GuardianClock
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** The time that one call has, waiting and retrying included: over at its deadline, when aborted, or when settled. */
export class CallScope {
  readonly endsAt: number
  readonly #clock: GuardianClock
  readonly #signal: AbortSignal | undefined
  readonly #cancelTimer: () => void
  readonly #onAbort = (): void => this.#end('aborted')
  #listeners: ((ending: Ending) => void)[] = []
  #over = false
  #ending: Ending | undefined

  constructor({ clock, timeoutMs, signal }: CallBounds) {
    this.#clock = clock
    this.#signal = signal
    this.endsAt = clock.now() + timeoutMs
    this.#cancelTimer = clock.schedule(() => this.#end('timeout'), timeoutMs)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) this.#end('aborted')
  }

  get ending(): Ending | undefined {
    return this.#ending
  }

  remainingMs(): number {
    return this.endsAt - this.#clock.now()
  }

  /** Tells once when the time is over, at once if it is; returns how to stop listening. */
  onEnd(listener: (ending: Ending) => void): () => void {
    if (this.#ending !== undefined) {
      listener(this.#ending)
      return () => undefined
    }
    this.#listeners.push(listener)
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  /** Ends the call with its answer; false where it came too late, also where no timer has had its turn yet. */
  settle(): boolean {
    if (!this.#over && this.remainingMs() <= 0) this.#end('timeout')
    if (this.#over) return false
    this.#stop()
    return true
  }

  /** Resolves after a delay, or to false at once when the time is over before. */
  wait(delayMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(() => {
        stop()
        resolve(true)
      }, delayMs)
      const stop = this.onEnd(() => {
        cancel()
        resolve(false)
      })
    })
  }

  #end(ending: Ending): void {
    if (this.#over) return
    this.#ending = ending
    const listeners = this.#listeners
    this.#stop()
    for (const listener of listeners) listener(ending)
  }

  #stop(): void {
    this.#over = true
    this.#listeners = []
    this.#cancelTimer()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
