import { AsyncLocalStorage } from 'node:async_hooks'
import { createAccounting } from './accounting.ts'
import type { Accounting, ItemState, OutboxIncident, OutboxStats } from './accounting.ts'
import { attemptDelivery } from './attempt-delivery.ts'
import { batchLength, boundedRetryAfter, isGone, settleSegments } from './entry-batch.ts'
import { createItemQueue } from './item-queue.ts'
import type { Entry } from './item-queue.ts'
import { isOutboxItem, outboxItemBytes } from './outbox-item.ts'
import type { DeliveryResult, OutboxItem } from './outbox-item.ts'
import { resolveOutboxSettings } from './outbox-options.ts'
import type { Outcome, OutboxOptions, OutboxSettings } from './outbox-options.ts'
import { createReplay } from './replay.ts'
import type { Replay } from './replay.ts'
import { nextRetryDelay } from './retry-policy.ts'
import type { SpooledItem } from './segment-format.ts'
import type { JournalSegment } from './spool-journal.ts'
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
  /**
   * Takes an item that must not be lost and writes it to the spool at once, with or without `writeAhead`; `queued` says that
   * it is in memory only. Never throws.
   */
  enqueueDurably(item: OutboxItem): 'saved' | 'queued' | 'dropped'
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

interface Pause {
  /** Why the outbox waits: for more items, after a failure, or because the receiver said so. */
  readonly cause: 'batching' | 'backoff' | 'told'
  readonly end: () => void
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
  readonly #take = (entries: Iterable<Entry>): number => batchLength(entries, this.#settings.batching)
  #tickets = 0
  #spillAboveBytes: number
  #rescanAfterMs = 0
  /** Failed attempts since the receiver last answered properly. */
  #failures = 0
  /** What is being delivered, and the parts that it was divided into. */
  #current: Entry[] = []
  #attempt: AbortController | undefined
  #pause: Pause | undefined
  #working = false
  #stopped = false
  #closing: Promise<FlushResult> | undefined

  constructor(settings: OutboxSettings) {
    const { name, directory, maxSpoolBytes, maxSpoolAgeMs, clock, onReport } = settings
    this.#settings = settings
    this.#spillAboveBytes = settings.writeAhead ? settings.maxQueueBytes / 2 : Infinity
    this.#accounting = createAccounting(name, onReport)
    const report = (incident: OutboxIncident): void => this.#accounting.report(incident)
    this.#spool =
      directory === false
        ? createNoSpool(report)
        : createSpool({ directory, maxSpoolBytes, maxSpoolAgeMs, now: () => clock.now(), report })
    this.#replay = createReplay(this.#spool, this.#accounting, (item) => this.#unitsOf(item))
    this.#start()
  }

  enqueue(item: OutboxItem): boolean {
    return this.#enqueue(item, this.#settings.writeAhead) !== 'dropped'
  }

  enqueueDurably(item: OutboxItem): 'saved' | 'queued' | 'dropped' {
    return this.#enqueue(item, true)
  }

  async flush(deadlineMs: number): Promise<FlushResult> {
    if (!this.#stopped && this.#spool.holdsItems()) this.#replay.rescan()
    this.#start()
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
      if (this.#pause !== undefined && this.#pause.cause !== 'told') this.#pause.end()
    })
    return { complete, pending: this.pending() }
  }

  close(deadlineMs: number): Promise<FlushResult> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  spoolSync(extra: readonly OutboxItem[] = []): number {
    const current = this.#current.filter((entry) => entry.state !== 'gone' && !this.#replay.owns(entry))
    this.#move(current, 'queued')
    this.#replay.release()
    const ours = [...current, ...this.#queue.drain()]
    for (const item of extra) {
      if (isOutboxItem(item)) ours.push(this.#admit(item))
      else this.#drop('invalid_item', item)
    }
    const saved = this.#save(ours, false)
    // what is in the spool now must not be sent as well
    this.#attempt?.abort()
    this.#pause?.end()
    this.#notify()
    return saved
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

  #enqueue(item: OutboxItem, writeAhead: boolean): 'saved' | 'queued' | 'dropped' {
    const refusal = this.#refusal(item)
    if (refusal !== undefined) {
      this.#drop(refusal, item)
      return 'dropped'
    }
    const entry = this.#admit(item, writeAhead ? (spooled) => this.#spool.journal.append(spooled) : undefined)
    this.#queue.push(entry)
    if (this.#pause?.cause === 'batching' && this.#batchingWait() === 0) this.#pause.end()
    this.#start()
    return entry.segment === undefined ? 'queued' : 'saved'
  }

  #start(): void {
    if (this.#working || this.#stopped) return
    this.#working = true
    this.#inOwnContext(() => queueMicrotask(() => void this.#work()))
  }

  async #work(): Promise<void> {
    try {
      for (;;) {
        const replayed = this.#stopped ? undefined : this.#replay.next(this.#take)
        const waitMs = replayed === undefined ? this.#batchingWait() : 0
        if (waitMs > 0) {
          await this.#wait(waitMs, 'batching')
          continue
        }
        const batch = replayed ?? (this.#stopped ? [] : this.#queue.take(this.#take))
        this.#current = [...batch]
        this.#notify()
        if (batch.length === 0) break
        await this.#process(batch)
      }
    } catch (cause) {
      this.#accounting.report({ kind: 'fault', reason: 'internal', count: 1, cause })
    }
    this.#working = false
  }

  /** How long the first item still waits for others. */
  #batchingWait(): number {
    const { batching, clock } = this.#settings
    const first = this.#queue.first()
    if (batching === undefined || first === undefined || this.#stopped) return 0
    if (this.#waiters.size > 0 || this.#isBatchFull()) return 0
    return Math.min(batching.maxWaitMs, first.enqueuedAtMs + batching.maxWaitMs - clock.now())
  }

  #isBatchFull(): boolean {
    const { batching } = this.#settings
    if (batching === undefined) return this.#queue.bytes > 0
    return this.#queue.bytes >= batching.maxBytes || this.#queue.units >= batching.maxUnits
  }

  async #process(given: readonly Entry[]): Promise<void> {
    const { clock, retry, random } = this.#settings
    const startedAtMs = clock.now()
    let joined: OutboxItem | undefined
    for (;;) {
      const batch = this.#stillOurs(given)
      const [first] = batch
      if (first === undefined) return
      joined ??=
        batch.length === 1
          ? first.item
          : (this.#settings.batching?.join(batch.map(({ item }) => item)) ?? first.item)
      const result = await this.#deliver(batch, joined)
      if (batch.every(isGone)) return
      if (result.status !== 'retry') {
        this.#failures = 0
        if (result.status === 'too_large') return this.#divide(batch, result.reason)
        return this.#finish(batch, result.status, 'reason' in result ? result.reason : undefined)
      }
      this.#failures += 1
      this.#move(batch, 'queued')
      this.#accounting.retried()
      this.#accounting.report({ kind: 'fault', reason: `delivery: ${result.reason}`, count: 1 })
      const retryAfterMs = boundedRetryAfter(result.retryAfterMs)
      const elapsedMs = clock.now() - startedAtMs
      const delayMs = first.triedBefore
        ? undefined
        : nextRetryDelay(retry, { attempts: this.#failures, elapsedMs, retryAfterMs }, random)
      if (delayMs === undefined) this.#giveUpForNow(batch)
      // what a receiver asks for holds for everything that it would get
      const waitMs = delayMs ?? retryAfterMs
      if (waitMs !== undefined) await this.#wait(waitMs, retryAfterMs === undefined ? 'backoff' : 'told')
      if (delayMs === undefined) return
    }
  }

  /** The entries that this process may still deliver; what is too old goes first. */
  #stillOurs(given: readonly Entry[]): readonly Entry[] {
    const { clock, maxSpoolAgeMs } = this.#settings
    let batch = given.filter((entry) => !isGone(entry))
    const [first] = batch
    if (first !== undefined && this.#replay.owns(first)) {
      if (clock.now() - first.enqueuedAtMs > maxSpoolAgeMs) {
        this.#finish([first], 'expired', 'max_spool_age')
        return this.#stillOurs(batch.slice(1))
      }
      if (!this.#replay.touch()) return []
    }
    for (const segment of new Set(batch.map((entry) => entry.segment))) {
      if (segment?.touch() !== false) continue
      const lost = batch.filter((entry) => entry.segment === segment)
      this.#move(lost, 'spooled')
      batch = batch.filter((entry) => !isGone(entry))
    }
    return batch
  }

  async #deliver(batch: readonly Entry[], item: OutboxItem): Promise<DeliveryResult> {
    const { deliver, clock, attemptTimeoutMs } = this.#settings
    const controller = new AbortController()
    this.#attempt = controller
    this.#move(batch, 'inFlight')
    return attemptDelivery({ item, deliver, clock, timeoutMs: attemptTimeoutMs, controller })
  }

  #finish(batch: readonly Entry[], outcome: 'delivered' | 'rejected' | 'expired', reason?: string): void {
    const isReplayed = batch.some((entry) => this.#replay.owns(entry))
    this.#move(batch, outcome)
    if (outcome !== 'delivered')
      this.#accounting.report({ kind: outcome, reason: reason ?? outcome, count: batch.length })
    if (isReplayed) this.#replay.advance(batch.length)
    settleSegments(batch)
    if (outcome === 'delivered') this.#returnToSpooled()
  }

  /** Sends apart what was joined, and the parts of what was not. */
  async #divide(batch: readonly Entry[], reason: string): Promise<void> {
    this.#move(batch, 'queued')
    const [only] = batch
    if (only === undefined) return
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2)
      await this.#process(batch.slice(0, half))
      return this.#process(batch.slice(half))
    }
    const items = this.#partsOf(only.item)
    if (items.length === 0) return this.#finish(batch, 'rejected', reason)
    const parts = this.#replace(only, items)
    for (const part of parts) await this.#process([part])
  }

  #partsOf(item: OutboxItem): readonly OutboxItem[] {
    try {
      return this.#settings.divide?.(item) ?? []
    } catch (cause) {
      this.#accounting.report({ kind: 'fault', reason: 'divide threw', count: 1, cause })
      return []
    }
  }

  /** Puts parts in the place of an item, in memory and on disk. */
  #replace(entry: Entry, items: readonly OutboxItem[]): readonly Entry[] {
    const { enqueuedAtMs, ticket, triedBefore } = entry
    const isReplayed = this.#replay.owns(entry)
    const isOnDisk = isReplayed || entry.segment !== undefined
    const spooled = items.map((item) => ({ item, enqueuedAtMs }))
    const segment = isOnDisk ? this.#spool.journal.write(spooled) : undefined
    this.#accounting.divide('queued', items.length)
    entry.state = 'gone'
    if (isReplayed) this.#replay.advance(1)
    settleSegments([entry])
    const parts = items.map((item): Entry => {
      const bytes = outboxItemBytes(item)
      return {
        item,
        enqueuedAtMs,
        bytes,
        ticket,
        triedBefore,
        segment,
        units: this.#unitsOf(item),
        state: 'queued',
      }
    })
    this.#current.push(...parts)
    return parts
  }

  /** The receiver is back: what was set back earlier gets its turn once nothing newer waits. */
  #returnToSpooled(): void {
    const nowMs = this.#settings.clock.now()
    if (this.#isBatchFull() || nowMs < this.#rescanAfterMs || !this.#spool.holdsItems()) return
    this.#rescanAfterMs = nowMs + this.#settings.retry.maxMs
    this.#replay.rescan()
  }

  #giveUpForNow(batch: readonly Entry[]): void {
    if (batch.some((entry) => this.#replay.owns(entry))) return this.#replay.setBack()
    this.#save(batch, true)
  }

  /** Moves entries that wait to the spool, with those that share a segment with them; returns how many are there now. */
  #save(entries: readonly Entry[], tried: boolean): number {
    const segments = new Set(entries.map((entry) => entry.segment).filter((segment) => segment !== undefined))
    const shares = (entry: Entry): boolean => entry.segment !== undefined && segments.has(entry.segment)
    const onDisk = [...new Set([...entries, ...this.#current, ...this.#queue.remove(shares)])].filter(
      (entry) => shares(entry) && !isGone(entry),
    )
    const others = entries.filter((entry) => entry.segment === undefined)
    for (const segment of segments) segment.release(tried)
    const lost = new Set<SpooledItem>()
    this.#spool.write(others, (items) => items.forEach((item) => lost.add(item)))
    const saved = [...onDisk, ...others.filter((entry) => !lost.has(entry))]
    this.#move(saved, 'spooled')
    this.#move(others, 'dropped')
    return saved.length
  }

  /** Makes room by moving what waits to the spool, except what shares a segment with what is in flight. */
  #spill(): void {
    const busy = new Set(this.#current.filter((entry) => !isGone(entry)).map((entry) => entry.segment))
    const movable = this.#queue.remove((entry) => entry.segment !== undefined && !busy.has(entry.segment))
    if (movable.length > 0) this.#save(movable, false)
    // looks again only when there is more, as looking costs the more the longer the queue is
    const half = this.#settings.maxQueueBytes / 2
    this.#spillAboveBytes = Math.max(half, this.#queue.bytes + half / 8)
  }

  #wait(delayMs: number, cause: Pause['cause']): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#pause = undefined
        resolve()
      }
      const cancel = this.#settings.clock.schedule(end, delayMs, false)
      this.#pause = { cause, end }
    })
  }

  #refusal(item: OutboxItem): string | undefined {
    if (this.#closing !== undefined) return 'closed'
    if (!isOutboxItem(item)) return 'invalid_item'
    const isFull = (): boolean => this.#queue.bytes + outboxItemBytes(item) > this.#settings.maxQueueBytes
    // what waits long waits on disk
    if (this.#queue.bytes + outboxItemBytes(item) > this.#spillAboveBytes) this.#spill()
    return isFull() ? 'queue_full' : undefined
  }

  #admit(item: OutboxItem, write?: (entry: SpooledItem) => JournalSegment | undefined): Entry {
    this.#accounting.admit('queued')
    this.#tickets += 1
    const enqueuedAtMs = this.#settings.clock.now()
    return {
      item,
      enqueuedAtMs,
      bytes: outboxItemBytes(item),
      units: this.#unitsOf(item),
      ticket: this.#tickets,
      state: 'queued',
      triedBefore: false,
      segment: write?.({ item, enqueuedAtMs }),
    }
  }

  #unitsOf(item: OutboxItem): number {
    return this.#settings.batching?.unitsOf(item) ?? 1
  }

  #drop(reason: string, item: OutboxItem): void {
    this.#accounting.admit('dropped')
    this.#tell([item], 'dropped')
    this.#accounting.report({ kind: 'dropped', reason, count: 1 })
  }

  #move(batch: readonly Entry[], to: ItemState): void {
    const moved = batch.filter((entry) => !isGone(entry))
    const waits = to === 'queued' || to === 'inFlight'
    for (const entry of moved) {
      if (entry.state !== 'gone') this.#accounting.move(entry.state, to)
      entry.state = waits ? to : 'gone'
    }
    if (!waits && moved.length > 0)
      this.#tell(
        moved.map(({ item }) => item),
        to,
      )
  }

  #tell(items: readonly OutboxItem[], outcome: Outcome): void {
    try {
      this.#settings.onOutcome?.(items, outcome)
    } catch (cause) {
      this.#accounting.report({ kind: 'fault', reason: 'onOutcome threw', count: 1, cause })
    }
  }

  #isSettled(ticket: number): boolean {
    if (this.#replay.isPending()) return false
    if (this.#current.some((entry) => !isGone(entry) && entry.ticket <= ticket)) return false
    return (this.#queue.first()?.ticket ?? Infinity) > ticket
  }

  #notify(): void {
    for (const waiter of this.#waiters) if (this.#isSettled(waiter.ticket)) waiter.resolve()
  }
}
