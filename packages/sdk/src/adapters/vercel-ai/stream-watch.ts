import type { RunStatus } from '../../events/event.ts'
import { statusOf } from '../../run/boundary.ts'
import type { Run } from '../../run/run.ts'

const SETTLE_MS = 250

/**
 * Finds out when a streamed run has ended: by its callbacks where the framework calls them, and by the signs of a
 * stream that was cut, failed, or is not read any more where it calls none.
 */
export class StreamWatch {
  readonly #run: Run
  readonly #signal: AbortSignal | undefined
  readonly #onEnding = new Set<() => void>()
  readonly #onSignal: () => void
  #idle: NodeJS.Timeout | undefined
  #settling: NodeJS.Timeout | undefined
  #leaving: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined
  #reads = 0
  #readers = 0

  constructor(run: Run, signal: AbortSignal | undefined) {
    this.#run = run
    this.#signal = signal
    this.#onSignal = () => this.#settle(() => this.#end('cancelled', signal?.reason))
    run.onEnd(() => this.#stop())
    run.onAbort(() => this.#settle(() => this.#fail(run.fatal)))
    signal?.addEventListener('abort', this.#onSignal, { once: true })
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
    this.#idle = setTimeout(() => this.#end('timeout'), this.#run.core.options.idleTimeoutMs)
    this.#idle.unref()
  }

  modelCalled(): void {
    this.#failure = undefined
    clearTimeout(this.#settling)
    this.touch()
  }

  /** The model failed; the framework may try again or read on, and otherwise says no more. */
  modelFailed(error: unknown): void {
    this.#failure = { error }
    this.#settle(() => this.#fail(this.#failure))
  }

  /** The framework's own end of the run. */
  finished(): void {
    if (this.#run.fatal !== undefined) this.#fail(this.#run.fatal)
    else if (this.#failure !== undefined) this.#fail(this.#failure)
    else this.#end('completed')
  }

  aborted(): void {
    this.#end(this.#run.fatal === undefined ? 'cancelled' : 'failed', this.#run.fatal?.error)
  }

  /** Somebody has begun to read; gives the function to call when that reader is gone. */
  reading(): () => void {
    this.#readers++
    let reads = true
    return () => {
      if (reads) this.#readers--
      reads = false
    }
  }

  /** A reader has read everything there was; unless more happens, this was the end. */
  drained(): void {
    const reads = this.#reads
    this.#settle(() => {
      if (this.#reads === reads) this.finished()
    })
  }

  /** A reader went away; unless somebody else reads, this is the end as soon as nothing moves any more. */
  cut(): void {
    clearTimeout(this.#leaving)
    if (this.#readers > 0 || this.#run.state === 'closed') return
    const reads = this.#reads
    this.#leaving = setTimeout(() => (this.#reads === reads ? this.#left() : this.cut()), SETTLE_MS)
  }

  /** Calls back right before the run ends, for what is known only there; returns the function that takes it away. */
  onEnding(listener: () => void): () => void {
    this.#onEnding.add(listener)
    return () => this.#onEnding.delete(listener)
  }

  #left(): void {
    if (this.#readers === 0) this.#end('cancelled')
  }

  #fail(failure: { readonly error: unknown } | undefined): void {
    this.#end(statusOf(this.#run, failure?.error, this.#signal), failure?.error)
  }

  #end(status: RunStatus, error?: unknown): void {
    for (const listener of Array.from(this.#onEnding)) listener()
    this.#run.end(status, error)
  }

  #settle(conclude: () => void): void {
    clearTimeout(this.#settling)
    if (this.#run.state === 'closed') return
    this.#settling = setTimeout(conclude, SETTLE_MS)
  }

  #stop(): void {
    clearTimeout(this.#idle)
    clearTimeout(this.#settling)
    clearTimeout(this.#leaving)
    this.#onEnding.clear()
    this.#signal?.removeEventListener('abort', this.#onSignal)
  }
}
