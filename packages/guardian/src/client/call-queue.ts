import type { CallScope } from './call-scope.ts'

/** Lets so many calls out at once, and so many wait for their turn, first come first served. */
export class CallQueue {
  readonly #maxInFlight: number
  readonly #maxWaiting: number
  readonly #waiting = new Set<() => void>()
  #inFlight = 0

  constructor(maxInFlight: number, maxWaiting: number) {
    this.#maxInFlight = maxInFlight
    this.#maxWaiting = maxWaiting
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Gives a place, or a promise of one that is false where the call's time is over first; `full` takes no more. */
  enter(scope: CallScope): 'entered' | 'full' | Promise<boolean> {
    if (this.#inFlight < this.#maxInFlight) {
      this.#inFlight++
      return 'entered'
    }
    if (this.#waiting.size >= this.#maxWaiting) return 'full'
    return new Promise((resolve) => {
      const turn = (): void => {
        stop()
        resolve(true)
      }
      this.#waiting.add(turn)
      const stop = scope.onEnd(() => {
        this.#waiting.delete(turn)
        resolve(false)
      })
    })
  }

  /** Gives a place back, to whoever waits longest. */
  leave(): void {
    for (const turn of this.#waiting) {
      this.#waiting.delete(turn)
      turn()
      return
    }
    this.#inFlight--
  }
}
