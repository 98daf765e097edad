import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAosError } from '../errors.ts'
import type { OutboxReport, OutboxStats } from './accounting.ts'
import type { OutboxClock } from './outbox-clock.ts'
import type { Deliver, DeliveryResult, OutboxItem } from './outbox-item.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { createOutbox } from './outbox.ts'
import type { FlushResult, Outbox } from './outbox.ts'

const DELIVERED: DeliveryResult = { status: 'delivered' }
const RETRY: DeliveryResult = { status: 'retry', reason: 'busy' }

let base = ''
let reports: OutboxReport[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aos-outbox-'))
  reports = []
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

class ManualClock implements OutboxClock {
  readonly timers = new Set<{
    readonly dueMs: number
    readonly callback: () => void
    readonly keepAlive: boolean
  }>()
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
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function item(id: string, bytes = 10): OutboxItem {
  return { id, kind: 'test', contentType: 'text/plain', body: new Uint8Array(bytes) }
}

function open(deliver: Deliver, options: Partial<OutboxOptions> = {}): Outbox {
  return createOutbox({
    name: 'test',
    directory: join(base, 'spool'),
    deliver,
    random: () => 0,
    onReport: (report) => reports.push(report),
    ...options,
  })
}

/** A receiver that answers from a script and then delivers; it remembers what it got. */
function receiver(...script: (DeliveryResult | (() => Promise<DeliveryResult>))[]): {
  deliver: Deliver
  tried: string[]
  got: string[]
} {
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

function never(): Promise<never> {
  return new Promise(() => undefined)
}

function expectBalanced(stats: OutboxStats): void {
  const { delivered, rejected, dropped, expired, spooled, queued, inFlight, accepted } = stats
  const parts = [delivered, rejected, dropped, expired, spooled, queued, inFlight]
  expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
  expect(parts.reduce((sum, count) => sum + count, 0)).toBe(accepted)
}

describe('delivery', () => {
  test('is in order, one at a time', async () => {
    let open_ = 0
    const got: string[] = []
    const outbox = open(async ({ id }) => {
      open_ += 1
      expect(open_).toBe(1)
      await settle()
      open_ -= 1
      got.push(id)
      return DELIVERED
    })
    for (const id of ['a', 'b', 'c']) expect(outbox.enqueue(item(id))).toBe(true)
    expect(await outbox.flush(1000)).toEqual({ complete: true, pending: 0 })
    expect(got).toEqual(['a', 'b', 'c'])
    expect(outbox.stats()).toMatchObject({ accepted: 3, delivered: 3, queued: 0, queuedBytes: 0 })
  })

  test('is tried again with growing waits', async () => {
    const clock = new ManualClock()
    const { deliver, tried } = receiver(RETRY, RETRY, RETRY)
    const outbox = open(deliver, { clock, retry: { baseMs: 100 } })
    outbox.enqueue(item('a'))
    const counts: number[] = []
    for (const byMs of [99, 1, 199, 1, 399, 1]) {
      await clock.advance(byMs)
      counts.push(tried.length)
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 4])
    expect(outbox.stats()).toMatchObject({ delivered: 1, retries: 3 })
    expect(reports).toEqual([{ outbox: 'test', kind: 'fault', reason: 'delivery: busy', count: 1 }])
  })

  test('waits as long as the receiver says, even when flushed', async () => {
    const clock = new ManualClock()
    const { deliver, tried } = receiver({ status: 'retry', reason: '429', retryAfterMs: 5000 })
    const outbox = open(deliver, { clock })
    outbox.enqueue(item('a'))
    await settle()
    const flushed = outbox.flush(60_000)
    await clock.advance(4999)
    expect(tried).toEqual(['a'])
    await clock.advance(1)
    expect(await flushed).toEqual({ complete: true, pending: 0 })
  })

  test.for<[string, () => Promise<DeliveryResult>]>([
    ['rejects', () => Promise.reject(new Error('socket closed'))],
    ['answers nonsense', async () => JSON.parse('{"status":"maybe"}') as DeliveryResult],
    ['answers nothing', async () => JSON.parse('null') as DeliveryResult],
  ])('goes on after a receiver that %s', async ([, fault]) => {
    const { deliver, got } = receiver(fault)
    const outbox = open(deliver, { retry: { baseMs: 0 } })
    outbox.enqueue(item('a'))
    outbox.enqueue(item('b'))
    await outbox.flush(1000)
    expect(got).toEqual(['a', 'b'])
    expect(outbox.stats()).toMatchObject({ retries: 1, delivered: 2 })
  })

  test('goes on after a receiver that throws at once', async () => {
    let calls = 0
    const outbox = open(
      () => {
        calls += 1
        if (calls === 1) throw new TypeError('broken')
        return Promise.resolve(DELIVERED)
      },
      { retry: { baseMs: 0 } },
    )
    outbox.enqueue(item('a'))
    expect(await outbox.flush(1000)).toMatchObject({ complete: true })
    expect(outbox.stats().reasons).toEqual({ 'fault: delivery: TypeError: broken': 1 })
  })

  test('aborts a receiver that hangs and tries again', async () => {
    const clock = new ManualClock()
    const signals: AbortSignal[] = []
    const outbox = open(
      (_, signal) => {
        signals.push(signal)
        return signals.length === 1 ? never() : Promise.resolve(DELIVERED)
      },
      { clock, attemptTimeoutMs: 700 },
    )
    outbox.enqueue(item('a'))
    await clock.advance(699)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await clock.advance(1000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(outbox.stats().delivered).toBe(1)
  })

  test('drops and reports what the receiver rejects, and goes on', async () => {
    const { deliver, got } = receiver(
      { status: 'rejected', reason: '400' },
      { status: 'rejected', reason: '400' },
    )
    const outbox = open(deliver)
    for (const id of ['a', 'b', 'c']) outbox.enqueue(item(id))
    await outbox.flush(1000)
    expect(got).toEqual(['c'])
    expect(outbox.stats()).toMatchObject({ rejected: 2, delivered: 1, reasons: { 'rejected: 400': 2 } })
    expect(reports).toHaveLength(1)
  })

  test('runs outside the context of whoever enqueued', async () => {
    const request = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const outbox = open(async () => {
      seen.push(request.getStore())
      return DELIVERED
    })
    await settle()
    request.run('request 1', () => outbox.enqueue(item('a')))
    await outbox.flush(1000)
    expect(seen).toEqual([undefined])
  })
})

describe('bounds', () => {
  test('drop the newest item, count each and report the reason once', async () => {
    const { deliver, got } = receiver()
    const outbox = open(deliver, { maxQueueBytes: 1000 })
    const taken = Array.from({ length: 20 }, (_, index) => outbox.enqueue(item(String(index), 100)))
    const kept = taken.filter(Boolean).length
    expect(taken.slice(0, kept).every(Boolean)).toBe(true)
    expect(kept).toBe(5)
    expect(reports).toEqual([{ outbox: 'test', kind: 'dropped', reason: 'queue_full', count: 1 }])
    await outbox.flush(1000)
    expect(got).toEqual(['0', '1', '2', '3', '4'])
    expect(outbox.stats()).toMatchObject({
      accepted: 20,
      delivered: 5,
      dropped: 15,
      reasons: { 'dropped: queue_full': 15 },
    })
  })

  test('hold 100,000 items of one synchronous burst without loss', async () => {
    let delivered = 0
    const outbox = open(async () => {
      delivered += 1
      return DELIVERED
    })
    const taken = Array.from({ length: 100_000 }, (_, index) => outbox.enqueue(item(String(index), 20)))
    expect(taken.every(Boolean)).toBe(true)
    expect(await outbox.flush(60_000)).toEqual({ complete: true, pending: 0 })
    expect(delivered).toBe(100_000)
  })

  test('survive a reporter that throws and an item that is none', () => {
    const outbox = open(never, {
      onReport: () => {
        throw new Error('reporter')
      },
    })
    expect(outbox.enqueue(JSON.parse('{"id":1}') as OutboxItem)).toBe(false)
    expect(outbox.stats()).toMatchObject({
      dropped: 1,
      reasons: { 'dropped: invalid_item': 1, 'fault: onReport threw': 1 },
    })
  })

  test('limit the number of distinct reasons', async () => {
    let count = 0
    const outbox = open(async () => ({ status: 'rejected', reason: `reason ${(count += 1)}` }))
    for (let index = 0; index < 200; index += 1) outbox.enqueue(item(String(index)))
    await outbox.flush(1000)
    const { reasons } = outbox.stats()
    expect(Object.keys(reasons)).toHaveLength(65)
    expect(Object.values(reasons).reduce((sum, each) => sum + each)).toBe(200)
  })
})

describe('flush', () => {
  test('ends at its deadline and keeps the items', async () => {
    const clock = new ManualClock()
    const outbox = open(never, { clock })
    outbox.enqueue(item('a'))
    outbox.enqueue(item('b'))
    const flushed = outbox.flush(300)
    await clock.advance(300)
    expect(await flushed).toEqual({ complete: false, pending: 2 })
    expect(outbox.stats()).toMatchObject({ queued: 1, inFlight: 1 })
  })

  test('does not wait for what is enqueued after it', async () => {
    let finishA: (result: DeliveryResult) => void = () => undefined
    const outbox = open(({ id }) => (id === 'a' ? new Promise((resolve) => (finishA = resolve)) : never()))
    outbox.enqueue(item('a'))
    const flushed = outbox.flush(60_000)
    await settle()
    outbox.enqueue(item('b'))
    finishA(DELIVERED)
    expect(await flushed).toEqual({ complete: true, pending: 1 })
    await outbox.close(0)
  })

  test('cuts a wait of our own short', async () => {
    const clock = new ManualClock()
    const { deliver, got } = receiver(RETRY)
    const outbox = open(deliver, { clock, retry: { baseMs: 30_000 } })
    outbox.enqueue(item('a'))
    await settle()
    expect(await outbox.flush(1000)).toMatchObject({ complete: true })
    expect(got).toEqual(['a'])
  })

  test('is the only thing that keeps the process alive', async () => {
    const clock = new ManualClock()
    const outbox = open(receiver(RETRY, RETRY, never).deliver, { clock })
    outbox.enqueue(item('a'))
    await clock.advance(300)
    expect([...clock.timers].map(({ keepAlive }) => keepAlive)).toEqual([false])
    const flushed = outbox.flush(1000)
    expect([...clock.timers].filter(({ keepAlive }) => keepAlive)).toHaveLength(1)
    await clock.advance(1000)
    await flushed
    expect([...clock.timers].filter(({ keepAlive }) => keepAlive)).toHaveLength(0)
  })
})

describe('the spool', () => {
  test('takes what close could not deliver, and the next outbox delivers it first and in order', async () => {
    const clock = new ManualClock()
    const first = open(never, { clock })
    for (const id of ['a', 'b', 'c']) first.enqueue(item(id))
    const closed = first.close(100)
    expect(first.close(100)).toBe(closed)
    expect(first.enqueue(item('late'))).toBe(false)
    await clock.advance(100)
    expect(await closed).toEqual({ complete: false, pending: 3 })
    expect(first.stats()).toMatchObject({ accepted: 4, spooled: 3, dropped: 1, inFlight: 0, queued: 0 })
    const { deliver, got } = receiver()
    const second = open(deliver, { clock })
    second.enqueue(item('d'))
    expect(await second.flush(1000)).toEqual({ complete: true, pending: 0 })
    expect(got).toEqual(['a', 'b', 'c', 'd'])
    expect(second.stats()).toMatchObject({ accepted: 4, recovered: 3, delivered: 4 })
    expect(readdirSync(join(base, 'spool'))).toEqual([])
  })

  test('takes everything and the given items at once, and ends the attempt under way', () => {
    const outbox = open(never)
    outbox.enqueue(item('a'))
    expect(outbox.spoolSync([item('b')])).toBe(2)
    expect(outbox.stats()).toMatchObject({ accepted: 2, spooled: 2, queued: 0 })
  })

  test('keeps the progress of a replay', async () => {
    const first = open(never)
    first.spoolSync(['a', 'b', 'c'].map((id) => item(id)))
    const { deliver, got } = receiver(DELIVERED, never)
    const second = open(deliver)
    await settle()
    expect(second.stats()).toMatchObject({ recovered: 3, delivered: 1, inFlight: 1, queued: 1 })
    second.spoolSync()
    expect(second.stats()).toMatchObject({ delivered: 1, spooled: 2, inFlight: 0, queued: 0 })
    const third = receiver()
    await open(third.deliver).flush(1000)
    expect([...got, ...third.got]).toEqual(['a', 'b', 'c'])
  })

  test('takes an item whose time is up and brings it back when the receiver is back', async () => {
    const clock = new ManualClock()
    let up = false
    const got: string[] = []
    const outbox = open(
      async ({ id }) => {
        if (!up) return RETRY
        got.push(id)
        return DELIVERED
      },
      { clock, retry: { maxElapsedMs: 10_000 } },
    )
    outbox.enqueue(item('a'))
    await clock.advance(15_000)
    expect(outbox.stats()).toMatchObject({ spooled: 1, queued: 0, inFlight: 0 })
    up = true
    outbox.enqueue(item('b'))
    await clock.advance(1)
    expect(got).toEqual(['b', 'a'])
    expect(outbox.stats()).toMatchObject({ accepted: 2, recovered: 0, delivered: 2, spooled: 0 })
  })

  test('never lets one item that always fails hold up the others for long', async () => {
    const clock = new ManualClock()
    const got: string[] = []
    const outbox = open(
      async ({ id }) => {
        if (id === 'poison') return RETRY
        got.push(id)
        return DELIVERED
      },
      { clock, retry: { maxElapsedMs: 10_000, maxMs: 5000 } },
    )
    outbox.enqueue(item('poison'))
    await clock.advance(10_000)
    for (let index = 0; index < 10; index += 1) {
      outbox.enqueue(item(String(index)))
      await clock.advance(1000)
    }
    expect(got).toHaveLength(10)
    expect(outbox.stats()).toMatchObject({ delivered: 10, spooled: 1 })
  })

  test('moves past an item that fails in the middle of a replay', async () => {
    const clock = new ManualClock()
    open(never, { clock }).spoolSync(['poison', 'a', 'b'].map((id) => item(id)))
    const got: string[] = []
    const outbox = open(
      async ({ id }) => {
        if (id === 'poison') return RETRY
        got.push(id)
        return DELIVERED
      },
      { clock, retry: { maxElapsedMs: 1000, maxMs: 10 } },
    )
    await clock.advance(5000)
    for (const id of ['c', 'd']) {
      outbox.enqueue(item(id))
      await clock.advance(5000)
    }
    expect(got).toEqual(['c', 'a', 'b', 'd'])
    expect(outbox.stats()).toMatchObject({ accepted: 5, recovered: 3, delivered: 4, spooled: 1 })
  })

  test('expires what is too old', async () => {
    const clock = new ManualClock()
    open(never, { clock }).spoolSync([item('old')])
    await clock.advance(5000)
    open(never, { clock }).spoolSync([item('new')])
    await clock.advance(5001)
    const { deliver, got } = receiver()
    const outbox = open(deliver, { clock, maxSpoolAgeMs: 10_000 })
    await outbox.flush(1000)
    expect(got).toEqual(['new'])
    expect(outbox.stats()).toMatchObject({ recovered: 2, expired: 1, delivered: 1 })
  })

  test.for<[string, () => string]>([
    ['is a symbolic link', () => (symlinkSync(base, join(base, 'link')), join(base, 'link'))],
    ['can not be made', () => (writeFileSync(join(base, 'file'), ''), join(base, 'file', 'spool'))],
  ])('that %s costs only durability', async ([, directory]) => {
    const { deliver, got } = receiver()
    const outbox = open(deliver, { directory: directory() })
    outbox.enqueue(item('a'))
    await outbox.flush(1000)
    expect(got).toEqual(['a'])
    expect(outbox.spoolSync([item('b')])).toBe(0)
    expect(outbox.stats()).toMatchObject({
      accepted: 2,
      delivered: 1,
      dropped: 1,
      reasons: { 'dropped: spool_unavailable': 1 },
    })
  })
})

describe('options', () => {
  test.for<Partial<OutboxOptions>>([
    { name: '../escape' },
    { name: '' },
    { maxQueueBytes: -1 },
    { maxSpoolAgeMs: NaN },
    { retry: { jitter: 2 } },
  ])('that can not work are refused: %j', (options) => {
    const thrown = (() => {
      try {
        return open(never, options)
      } catch (error) {
        return error
      }
    })()
    expect(isAosError(thrown, 'invalid_options')).toBe(true)
  })
})

describe('accounting', () => {
  type Step =
    | { readonly do: 'enqueue'; readonly bytes: number }
    | { readonly do: 'advance'; readonly ms: number }
    | { readonly do: 'flush' | 'close'; readonly ms: number }
    | { readonly do: 'spoolSync'; readonly extra: number }
    | { readonly do: 'restart' }
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('enqueue' as const), bytes: fc.nat(400) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(3000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'close' as const), ms: fc.nat(500) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('spoolSync' as const), extra: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  )
  const anyAnswer = fc.constantFrom<DeliveryResult | 'throw' | 'hang'>(
    DELIVERED,
    DELIVERED,
    RETRY,
    { status: 'retry', reason: '429', retryAfterMs: 800 },
    { status: 'rejected', reason: 'bad' },
    'throw',
    'hang',
  )

  test('balances after every step, and every item ends delivered or counted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { maxLength: 30 }),
        fc.array(anyAnswer, { maxLength: 40 }),
        async (steps, answers) => {
          const clock = new ManualClock()
          const directory = mkdtempSync(join(base, 'run-'))
          const delivered = new Set<string>()
          const script = [...answers]
          const deliver: Deliver = async ({ id }) => {
            const answer = script.shift() ?? DELIVERED
            if (answer === 'throw') throw new Error('down')
            if (answer === 'hang') return never()
            if (answer.status === 'delivered') delivered.add(id)
            return answer
          }
          const start = (): Outbox =>
            open(deliver, {
              clock,
              directory,
              maxQueueBytes: 1500,
              maxSpoolBytes: 3000,
              attemptTimeoutMs: 1000,
              retry: { maxElapsedMs: 2000 },
            })
          let outbox = start()
          const past: Outbox[] = []
          const waiting: Promise<FlushResult>[] = []
          let offered = 0
          for (const step of steps) {
            if (step.do === 'enqueue') outbox.enqueue(item(`${(offered += 1)}`, step.bytes))
            else if (step.do === 'advance') await clock.advance(step.ms)
            else if (step.do === 'flush' || step.do === 'close') waiting.push(outbox[step.do](step.ms))
            else if (step.do === 'spoolSync')
              outbox.spoolSync(Array.from({ length: step.extra }, () => item(`${(offered += 1)}`)))
            else {
              past.push(outbox)
              waiting.push(outbox.close(0))
              await clock.advance(0)
              outbox = start()
            }
            for (const each of [...past, outbox]) expectBalanced(each.stats())
          }
          script.length = 0
          waiting.push(outbox.close(0))
          await clock.advance(0)
          const last = start()
          waiting.push(last.flush(60_000))
          await clock.advance(60_000)
          await Promise.all(waiting)
          const all = [...past, outbox, last].map((each) => each.stats())
          for (const stats of all) expectBalanced(stats)
          const sum = (pick: (stats: OutboxStats) => number): number =>
            all.reduce((total, stats) => total + pick(stats), 0)
          expect(sum((stats) => stats.accepted - stats.recovered)).toBe(offered)
          const counted = sum((stats) => stats.rejected + stats.dropped + stats.expired)
          expect(delivered.size + counted).toBeGreaterThanOrEqual(offered)
          expect(sum((stats) => stats.delivered) + counted).toBe(offered)
          expect(readdirSync(directory)).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
