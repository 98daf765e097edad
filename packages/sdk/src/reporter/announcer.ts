import { AsyncLocalStorage } from 'node:async_hooks'
import type { OutboxIncident } from '../outbox/accounting.ts'
import type { OutboxClock } from '../outbox/index.ts'
import { DEFAULT_RETRY_POLICY, nextRetryDelay } from '../outbox/retry-policy.ts'
import { isAmbiguous, isTemporary, neverConnected, type Answer, type RunsClient } from './runs-client.ts'

/** What the server knows of the start of a run: nothing, maybe, surely; or it does not want to know. */
export type StartState = 'unknown' | 'maybe' | 'known' | 'refused'

/** A start to announce. */
export interface Start {
  readonly id: string
  state: StartState
  /** Set when the run has ended, so that its start is not news any more. */
  ended: boolean
}

/** What {@link Announcer} needs. */
export interface AnnouncerOptions {
  readonly client: RunsClient
  readonly clock: OutboxClock
  readonly report: (incident: OutboxIncident) => void
}

const AT_ONCE = 8
const ATTEMPT_MS = 5_000
const SHORTEST_WAIT_MS = 250
const LONGEST_WAIT_MS = 300_000
const RETRY = { ...DEFAULT_RETRY_POLICY, maxElapsedMs: Infinity }

/** Tells a server of runs that are under way, for as long as they are: nothing of it outlives the run. */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #inOwnContext = AsyncLocalStorage.snapshot()
  /** Starts that wait, with the records to create. */
  readonly #waiting = new Map<Start, Uint8Array>()
  readonly #underWay = new Map<string, { readonly settled: Promise<void>; readonly abort: () => void }>()
  #cancelPause: (() => void) | undefined
  #failures = 0
  #stopped = false
  #announced = 0

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  /** Starts that the server has taken. */
  get announced(): number {
    return this.#announced
  }

  announce(start: Start, body: Uint8Array): void {
    if (this.#stopped) return
    this.#waiting.set(start, body)
    this.#next()
  }

  /** Sends nothing more about a start; what is under way settles. */
  withdraw(start: Start): void {
    start.ended = true
    this.#waiting.delete(start)
  }

  /** Resolves when no request about a run is under way. */
  async settled(id: string): Promise<void> {
    await this.#underWay.get(id)?.settled
  }

  /** Sends no further starts. */
  stop(): void {
    this.#stopped = true
    this.#waiting.clear()
    this.#cancelPause?.()
  }

  /** Stops, also what is under way. */
  abort(): void {
    this.stop()
    for (const { abort } of this.#underWay.values()) abort()
  }

  #next(): void {
    for (const [start, body] of this.#waiting) {
      if (this.#cancelPause !== undefined || this.#underWay.size >= AT_ONCE) return
      this.#waiting.delete(start)
      this.#send(start, body)
    }
  }

  #send(start: Start, body: Uint8Array): void {
    const controller = new AbortController()
    const settled = this.#inOwnContext(() => this.#attempt(start, body, controller)).then((again) => {
      this.#underWay.delete(start.id)
      if (again && !start.ended && !this.#stopped) this.#waiting.set(start, body)
      this.#next()
    })
    this.#underWay.set(start.id, { settled, abort: () => controller.abort() })
  }

  /** Makes one attempt; resolves with whether another makes sense. */
  async #attempt(start: Start, body: Uint8Array, controller: AbortController): Promise<boolean> {
    const { client, clock } = this.#options
    const cancelTimeout = clock.schedule(() => controller.abort(), ATTEMPT_MS, false)
    const before = start.state
    // until there is an answer
    start.state = 'maybe'
    try {
      return this.#judge(start, before, await client.create({ body, signal: controller.signal }))
    } catch (error) {
      if (neverConnected(error)) start.state = before
      this.#pause(undefined)
      return true
    } finally {
      cancelTimeout()
    }
  }

  #judge(start: Start, before: StartState, answer: Answer): boolean {
    if (answer.ok || answer.status === 409) {
      start.state = 'known'
      this.#announced += 1
      this.#failures = 0
      return false
    }
    // a server that is no longer asked may have the run from an attempt before: some say 500 to a repeated id
    if (before === 'maybe' && answer.status === 500) return false
    if (isTemporary(answer)) {
      if (!isAmbiguous(answer)) start.state = before
      this.#pause(answer.retryAfterMs)
      return true
    }
    if (before === 'unknown') start.state = 'refused'
    const reason = `start_refused: the server answered ${answer.status}`
    this.#options.report({ kind: 'fault', reason, count: 1 })
    return false
  }

  /** Leaves a server alone that failed, for all runs. */
  #pause(retryAfterMs: number | undefined): void {
    if (this.#cancelPause !== undefined || this.#stopped) return
    this.#failures += 1
    const told = retryAfterMs === undefined ? undefined : clamp(retryAfterMs)
    const state = { attempts: this.#failures, elapsedMs: 0, retryAfterMs: told }
    const delayMs = nextRetryDelay(RETRY, state, Math.random) ?? LONGEST_WAIT_MS
    const cancel = this.#options.clock.schedule(
      () => {
        this.#cancelPause = undefined
        this.#next()
      },
      delayMs,
      false,
    )
    this.#cancelPause = () => {
      cancel()
      this.#cancelPause = undefined
    }
  }
}

function clamp(waitMs: number): number {
  return Math.min(Math.max(waitMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
}
