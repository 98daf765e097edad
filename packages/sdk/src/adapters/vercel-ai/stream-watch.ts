import type { Run } from '../../run/run.ts'
import { statusOf } from '../../run/boundary.ts'

const SETTLE_MS = 250

/**
 * Finds out when a streamed run has ended: by its callbacks where the framework calls them, and by the signs of a
 * stream that was cut, failed, or is not read any more where it calls none.
 */
export class StreamWatch {
  readonly #run: Run
  readonly #signal: AbortSignal | undefined
  #idle: NodeJS.Timeout | undefined
  #settling: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined
  #reads = 0

  constructor(run: Run, signal: AbortSignal | undefined) {
    this.#run = run
    this.#signal = signal
    run.onEnd(() => this.#stop())
    run.onAbort(() => this.#settle(() => this.#fail(run.fatal)))
    signal?.addEventListener('abort', () => this.#settle(() => run.end('cancelled', signal.reason)), { once: true })
    this.touch()
  }

  /** Something happened: the run is alive. */
  touch(): void {
    this.#reads++
    if (this.#run.state === 'closed') return
    if (this.#idle !== undefined) {
      this.#idle.refresh()
      return
    }
    this.#idle = setTimeout(() => this.#run.end('timeout'), this.#run.core.options.idleTimeoutMs)
    this.#idle.unref()
  }

  modelCalled(): void {
    this.#failure = undefined
    clearTimeout(this.#settling)
    this.touch()
  }

  /** The model failed; the framework may try again, and otherwise says no more. */
  modelFailed(error: unknown): void {
    this.#failure = { error }
    this.#settle(() => this.#fail(this.#failure))
  }

  /** The framework's own end of the run. */
  finished(): void {
    if (this.#run.fatal !== undefined) this.#fail(this.#run.fatal)
    else if (this.#failure !== undefined) this.#fail(this.#failure)
    else this.#run.end('completed')
  }

  aborted(): void {
    this.#run.end(this.#run.fatal === undefined ? 'cancelled' : 'failed', this.#run.fatal?.error)
  }

  failed(error: unknown): void {
    this.modelFailed(error)
  }

  /** A reader has read everything there was; unless more happens, this was the end. */
  drained(): void {
    const reads = this.#reads
    this.#settle(() => {
      if (this.#reads === reads) this.finished()
    })
  }

  /** A reader went away; unless somebody else still reads, this was the end. */
  cut(): void {
    const reads = this.#reads
    this.#settle(() => {
      if (this.#reads === reads) this.#run.end('cancelled')
    })
  }

  #fail(failure: { readonly error: unknown } | undefined): void {
    this.#run.end(statusOf(this.#run, failure?.error, this.#signal), failure?.error)
  }

  #settle(conclude: () => void): void {
    clearTimeout(this.#settling)
    if (this.#run.state === 'closed') return
    this.#settling = setTimeout(conclude, SETTLE_MS)
  }

  #stop(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#settling)
  }
}
