import { AosError } from '@aos/sdk'
import type { GuardianClock } from './guardian-clock.ts'

/** When a client stops asking a guardian that does not answer. */
export interface BreakerOptions {
  /** Failures in a row that open it; default 5. */
  readonly failures?: number | undefined
  /** Share of failures among the last `window` calls above which it opens; default 0.5. */
  readonly rate?: number | undefined
  /** Calls that `rate` looks at, once there are so many; default 20. */
  readonly window?: number | undefined
  /** Milliseconds after which one `ping` asks whether the guardian is back; default 5000. */
  readonly probeAfterMs?: number | undefined
}

/** `half_open` while the one probe is under way. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** Stops calls to a guardian that does not answer, until a probe says that it does. */
export class CircuitBreaker {
  readonly #clock: GuardianClock
  readonly #options: Required<{ readonly [Name in keyof BreakerOptions]: number }>
  #state: BreakerState = 'closed'
  #probeAt = 0
  #inARow = 0
  #recent: boolean[] = []
  /** How often it has opened. */
  opened = 0

  constructor(options: BreakerOptions, clock: GuardianClock) {
    const { failures = 5, rate = 0.5, window = 20, probeAfterMs = 5000 } = options
    if (!isCount(failures) || !isCount(window) || !(rate > 0 && rate <= 1) || !(probeAfterMs >= 0)) {
      throw new AosError({
        code: 'invalid_options',
        message: 'The circuit breaker needs other numbers',
        fix: 'Pass whole numbers from 1 as `failures` and `window`, a `rate` above 0 up to 1, and `probeAfterMs` from 0.',
      })
    }
    this.#options = { failures, rate, window, probeAfterMs }
    this.#clock = clock
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Whether a call may go out now, must probe first, or is refused. */
  admit(): 'call' | 'probe' | 'refuse' {
    if (this.#state === 'closed') return 'call'
    if (this.#state === 'half_open' || this.#clock.now() < this.#probeAt) return 'refuse'
    this.#state = 'half_open'
    return 'probe'
  }

  /** Learns how a probe ended. */
  probed(alive: boolean): void {
    if (this.#state !== 'half_open') return
    if (alive) this.#close()
    else this.#open()
  }

  /** Learns how a call ended; what a call says that went out before it opened is not heard. */
  record(answered: boolean): void {
    if (this.#state !== 'closed') return
    this.#inARow = answered ? 0 : this.#inARow + 1
    this.#recent.push(answered)
    if (this.#recent.length > this.#options.window) this.#recent.shift()
    if (this.#inARow >= this.#options.failures || this.#tooMany()) this.#open()
  }

  #tooMany(): boolean {
    if (this.#recent.length < this.#options.window) return false
    const failures = this.#recent.filter((answered) => !answered).length
    return failures > this.#options.rate * this.#options.window
  }

  #open(): void {
    this.#state = 'open'
    this.#probeAt = this.#clock.now() + this.#options.probeAfterMs
    this.opened++
  }

  #close(): void {
    this.#state = 'closed'
    this.#inARow = 0
    this.#recent = []
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}
