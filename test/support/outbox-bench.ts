import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  Deliver,
  DeliveryResult,
  Outbox,
  OutboxClock,
  OutboxItem,
  OutboxOptions,
  OutboxReport,
} from '@aos/sdk/outbox'
import { createOutbox } from '@aos/sdk/outbox'

/** An answer that ends an item's way well. */
export const DELIVERED: DeliveryResult = { status: 'delivered' }
/** An answer that asks for another attempt. */
export const RETRY: DeliveryResult = { status: 'retry', reason: 'busy' }

interface ManualTimer {
  readonly dueMs: number
  readonly callback: () => void
  readonly keepAlive: boolean
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements OutboxClock {
  readonly timers: Set<ManualTimer> = new Set()
  #nowMs = 1_000_000

  now(): number {
    return this.#nowMs
  }

  schedule(callback: () => void, delayMs: number, keepAlive: boolean): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback, keepAlive }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs
    await settle()
    for (;;) {
      const [next] = [...this.timers]
        .filter(({ dueMs }) => dueMs <= endMs)
        .toSorted((a, b) => a.dueMs - b.dueMs)
      if (next === undefined) break
      this.timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
      await settle()
    }
    this.#nowMs = endMs
  }
}

/** Lets everything run that needs no timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Creates an item of a given size. */
export function item(id: string, bytes = 10): OutboxItem {
  return { id, kind: 'test', contentType: 'text/plain', body: new Uint8Array(bytes) }
}

/** A receiver under the control of a test, and what it saw. */
export interface ScriptedReceiver {
  readonly deliver: Deliver
  readonly tried: string[]
  readonly got: string[]
}

/** A receiver that answers from a script and then delivers. */
export function receiver(...script: (DeliveryResult | (() => Promise<DeliveryResult>))[]): ScriptedReceiver {
  const tried: string[] = []
  const got: string[] = []
  return {
    tried,
    got,
    async deliver({ id }) {
      tried.push(id)
      const step = script.shift() ?? DELIVERED
      const result = await (typeof step === 'function' ? step() : step)
      if (result.status === 'delivered') got.push(id)
      return result
    },
  }
}

/** A promise that stays pending. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** A folder of its own for one test, the outboxes in it and what they reported. */
export interface OutboxBench {
  readonly base: string
  readonly directory: string
  readonly reports: OutboxReport[]
  open(deliver: Deliver, options?: Partial<OutboxOptions>): Outbox
  remove(): void
}

/** Creates an {@link OutboxBench}. */
export function createOutboxBench(): OutboxBench {
  const base = mkdtempSync(join(tmpdir(), 'aos-outbox-'))
  const directory = join(base, 'spool')
  const reports: OutboxReport[] = []
  return {
    base,
    directory,
    reports,
    open: (deliver, options = {}) =>
      createOutbox({
        name: 'test',
        directory,
        deliver,
        random: () => 0,
        onReport: (report) => reports.push(report),
        ...options,
      }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}
