import type { Run } from '../../run/run.ts'

const STALLED_MS = 500

/** What is known of how a stream is read. */
export class Readership {
  /** Whether the framework itself reads on at once, so that it stops only when its reader has gone. */
  eager = false
}

/** Ends the run of a stream that was left, was never read on, or whose caller gave up. */
export class StreamEnd {
  readonly #run: Run
  readonly #readership: Readership | undefined
  #idle: NodeJS.Timeout | undefined
  #stalled: NodeJS.Timeout | undefined
  #leaving: NodeJS.Timeout | undefined

  constructor(run: Run, readership: Readership | undefined, signal: AbortSignal | undefined) {
    this.#run = run
    this.#readership = readership
    const left = (): void => {
      this.#leaving ??= setTimeout(() => run.end('cancelled', signal?.reason), STALLED_MS)
    }
    if (signal?.aborted === true) left()
    signal?.addEventListener('abort', left, { once: true })
    run.onEnd(() => {
      signal?.removeEventListener('abort', left)
      for (const timer of [this.#idle, this.#stalled, this.#leaving]) clearTimeout(timer)
    })
  }

  /** A chunk is handed out. */
  given(): void {
    const run = this.#run
    if (run.state === 'closed') return
    const { idleTimeoutMs } = run.core.options
    this.#idle = again(this.#idle, () => run.end('timeout'), idleTimeoutMs)
    if (this.#readership !== undefined)
      this.#stalled = again(
        this.#stalled,
        () => this.#readership?.eager === true && run.end('cancelled'),
        STALLED_MS,
      )
  }

  /** Somebody reads on. */
  taken(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#stalled)
    this.#idle = undefined
    this.#stalled = undefined
  }
}

function again(timer: NodeJS.Timeout | undefined, end: () => unknown, ms: number): NodeJS.Timeout {
  return timer?.refresh() ?? setTimeout(end, ms).unref()
}
