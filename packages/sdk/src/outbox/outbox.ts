import { AsyncLocalStorage } from 'node:async_hooks'
import { createAccounting } from './accounting.ts'
import type { Accounting, ItemState, OutboxIncident, OutboxStats } from './accounting.ts'
import { attemptDelivery } from './attempt-delivery.ts'
import { createItemQueue } from './item-queue.ts'
import type { Entry } from './item-queue.ts'
import { isOutboxItem, outboxItemBytes } from './outbox-item.ts'
import type { DeliveryResult, OutboxItem } from './outbox-item.ts'
import { resolveOutboxSettings } from './outbox-options.ts'
import type { OutboxOptions, OutboxSettings } from './outbox-options.ts'
import { createReplay } from './replay.ts'
import type { Replay } from './replay.ts'
import { nextRetryDelay } from './retry-policy.ts'
import { createNoSpool, createSpool } from './spool.ts'
import type { Spool } from './spool.ts'

/** How a `flush` or `close` ended. */
export interface FlushResult {
  /** Whether everything handed over before the call was settled in time. */
  readonly complete: boolean
  /** Items that were still waiting in memory or in flight when time was up. */
  readonly pending: number
}

/** A durable queue: at-least-once delivery in order, bounded in memory and on disk, every loss counted. */
export interface Outbox {
  /** Takes an item; false when it was dropped, which is counted and reported. Never throws. */
  enqueue(item: OutboxItem): boolean
  /** Delivers what was handed over before the call, or gives up at the deadline and leaves it queued. */
  flush(deadlineMs: number): Promise<FlushResult>
  /** Flushes, then moves what is left to the spool and takes no further items. */
  close(deadlineMs: number): Promise<FlushResult>
  /** Moves everything undelivered, and the given items, to the spool before it returns; returns how many of the queued and given ones are on disk. */
  spoolSync(extra?: readonly OutboxItem[]): number
  /** Items that wait in memory or are in flight. */
  pending(): number
  stats(): OutboxStats
}

/** Creates an outbox; it starts with what earlier processes left in its spool. */
export function createOutbox(options: OutboxOptions): Outbox {
  return new DurableOutbox(resolveOutboxSettings(options))
}

interface FlushWaiter {
  readonly ticket: number
  readonly resolve: () => void
}

class DurableOutbox implements Outbox {
  readonly #settings: OutboxSettings
  readonly #accounting: Accounting
  readonly #spool: Spool
  readonly #replay: Replay
  readonly #queue = createItemQueue()
  readonly #waiters = new Set<FlushWaiter>()
  /** Deliveries belong to the outbox, not to the request that happened to enqueue first. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot()
  #tickets = 0
  #rescanAfterMs = 0
  #current: Entry | undefined
  #attempt: AbortController | undefined
  #pause: { readonly interruptible: boolean; readonly end: () => void } | undefined
  #working = false
  #stopped = false
  #closing: Promise<FlushResult> | undefined

  constructor(settings: OutboxSettings) {
    const { name, directory, maxSpoolBytes, maxSpoolAgeMs, clock, onReport } = settings
    this.#settings = settings
    this.#accounting = createAccounting(name, onReport)
    const report = (incident: OutboxIncident): void => this.#accounting.report(incident)
    this.#spool =
      directory === false
        ? createNoSpool(report)
        : createSpool({ directory, maxSpoolBytes, maxSpoolAgeMs, now: () => clock.now(), report })
    this.#replay = createReplay(this.#spool, this.#accounting)
    this.#start()
  }

  enqueue(item: OutboxItem): boolean {
    const refusal = this.#refusal(item)
    if (refusal !== undefined) {
      this.#drop(refusal)
      return false
    }
    this.#queue.push(this.#admit(item))
    this.#start()
    return true
  }

  async flush(deadlineMs: number): Promise<FlushResult> {
    this.#start()
    if (this.#pause?.interruptible === true) this.#pause.end()
    const ticket = this.#tickets
    if (this.#isSettled(ticket)) return { complete: true, pending: this.pending() }
    const complete = await new Promise<boolean>((resolve) => {
      const settle = (inTime: boolean): void => {
        this.#waiters.delete(waiter)
        cancel()
        resolve(inTime)
      }
      const waiter: FlushWaiter = { ticket, resolve: () => settle(true) }
      const cancel = this.#settings.clock.schedule(() => settle(false), deadlineMs, true)
      this.#waiters.add(waiter)
    })
    return { complete, pending: this.pending() }
  }

  close(deadlineMs: number): Promise<FlushResult> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  spoolSync(extra: readonly OutboxItem[] = []): number {
    const current = this.#current
    if (current !== undefined && !this.#replay.owns(current) && current.state === 'inFlight')
      this.#move(current, 'queued')
    this.#replay.release()
    const ours = [...(current?.state === 'queued' ? [current] : []), ...this.#queue.drain()]
    for (const item of extra) {
      if (isOutboxItem(item)) ours.push(this.#admit(item))
      else this.#drop('invalid_item')
    }
    const written = this.#spool.write(ours)
    for (const entry of ours) entry.state = 'gone'
    this.#accounting.move('queued', 'spooled', written)
    this.#accounting.move('queued', 'dropped', ours.length - written)
    // what is in the spool now must not be sent as well
    this.#attempt?.abort()
    this.#pause?.end()
    this.#notify()
    return written
  }

  pending(): number {
    return this.#accounting.count('queued') + this.#accounting.count('inFlight')
  }

  stats(): OutboxStats {
    return this.#accounting.snapshot(this.#queue.bytes)
  }

  async #close(deadlineMs: number): Promise<FlushResult> {
    const result = await this.flush(deadlineMs)
    this.#stopped = true
    this.spoolSync()
    return result
  }

  #start(): void {
    if (this.#working || this.#stopped) return
    this.#working = true
    this.#inOwnContext(() => queueMicrotask(() => void this.#work()))
  }

  async #work(): Promise<void> {
    try {
      for (let entry = this.#next(); entry !== undefined; entry = this.#next()) await this.#process(entry)
    } catch (cause) {
      this.#accounting.report({ kind: 'fault', reason: 'internal', count: 1, cause })
    }
    this.#working = false
  }

  #next(): Entry | undefined {
    this.#current = this.#stopped ? undefined : (this.#replay.next() ?? this.#queue.shift())
    this.#notify()
    return this.#current
  }

  async #process(entry: Entry): Promise<void> {
    const { clock, maxSpoolAgeMs, retry, random } = this.#settings
    const startedAtMs = clock.now()
    for (let attempts = 1; !isGone(entry); attempts += 1) {
      if (this.#replay.owns(entry)) {
        if (clock.now() - entry.enqueuedAtMs > maxSpoolAgeMs)
          return this.#finish(entry, 'expired', 'max_spool_age')
        if (!this.#replay.touch()) return
      }
      const result = await this.#deliver(entry)
      if (isGone(entry)) return
      if (result.status === 'delivered') return this.#finish(entry, 'delivered')
      if (result.status === 'rejected') return this.#finish(entry, 'rejected', result.reason)
      this.#move(entry, 'queued')
      this.#accounting.retried()
      this.#accounting.report({ kind: 'fault', reason: `delivery: ${result.reason}`, count: 1 })
      const { retryAfterMs } = result
      const elapsedMs = clock.now() - startedAtMs
      const delayMs = entry.triedBefore
        ? undefined
        : nextRetryDelay(retry, { attempts, elapsedMs, retryAfterMs }, random)
      if (delayMs === undefined) return this.#giveUpForNow(entry)
      await this.#wait(delayMs, retryAfterMs === undefined)
    }
  }

  async #deliver(entry: Entry): Promise<DeliveryResult> {
    const { deliver, clock, attemptTimeoutMs } = this.#settings
    const controller = new AbortController()
    this.#attempt = controller
    this.#move(entry, 'inFlight')
    return attemptDelivery({ item: entry.item, deliver, clock, timeoutMs: attemptTimeoutMs, controller })
  }

  #finish(entry: Entry, outcome: 'delivered' | 'rejected' | 'expired', reason?: string): void {
    this.#move(entry, outcome)
    if (outcome !== 'delivered')
      this.#accounting.report({ kind: outcome, reason: reason ?? outcome, count: 1 })
    if (this.#replay.owns(entry)) this.#replay.advance()
    if (outcome === 'delivered') this.#returnToSpooled()
  }

  /** The receiver is back: what was set back earlier gets its turn once nothing newer waits. */
  #returnToSpooled(): void {
    const nowMs = this.#settings.clock.now()
    if (this.#queue.first() !== undefined || nowMs < this.#rescanAfterMs || !this.#spool.holdsItems()) return
    this.#rescanAfterMs = nowMs + this.#settings.retry.maxMs
    this.#replay.rescan()
  }

  #giveUpForNow(entry: Entry): void {
    if (this.#replay.owns(entry)) return this.#replay.setBack()
    this.#move(entry, this.#spool.write([entry]) === 1 ? 'spooled' : 'dropped')
  }

  #wait(delayMs: number, interruptible: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#pause = undefined
        resolve()
      }
      const cancel = this.#settings.clock.schedule(end, delayMs, false)
      this.#pause = { interruptible, end }
    })
  }

  #refusal(item: OutboxItem): string | undefined {
    if (this.#closing !== undefined) return 'closed'
    if (!isOutboxItem(item)) return 'invalid_item'
    return this.#queue.bytes + outboxItemBytes(item) > this.#settings.maxQueueBytes ? 'queue_full' : undefined
  }

  #admit(item: OutboxItem): Entry {
    this.#accounting.admit('queued')
    this.#tickets += 1
    const enqueuedAtMs = this.#settings.clock.now()
    const bytes = outboxItemBytes(item)
    return { item, enqueuedAtMs, bytes, ticket: this.#tickets, state: 'queued', triedBefore: false }
  }

  #drop(reason: string): void {
    this.#accounting.admit('dropped')
    this.#accounting.report({ kind: 'dropped', reason, count: 1 })
  }

  #move(entry: Entry, to: ItemState): void {
    if (entry.state !== 'gone') this.#accounting.move(entry.state, to)
    entry.state = to === 'queued' || to === 'inFlight' ? to : 'gone'
  }

  #isSettled(ticket: number): boolean {
    const { state = 'gone', ticket: current = 0 } = this.#current ?? {}
    if (this.#replay.isPending() || (state !== 'gone' && current <= ticket)) return false
    return (this.#queue.first()?.ticket ?? Infinity) > ticket
  }

  #notify(): void {
    for (const waiter of this.#waiters) if (this.#isSettled(waiter.ticket)) waiter.resolve()
  }
}

function isGone(entry: Entry): boolean {
  return entry.state === 'gone'
}
