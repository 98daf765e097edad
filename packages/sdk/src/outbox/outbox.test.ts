import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createOutboxBench,
  DELIVERED,
  item,
  ManualClock,
  never,
  receiver,
  RETRY,
  settle,
} from '../../../../test/support/outbox-bench.ts'
import type { OutboxBench } from '../../../../test/support/outbox-bench.ts'
import { isAosError } from '../errors.ts'
import type { DeliveryResult, OutboxItem } from './outbox-item.ts'
import type { OutboxOptions } from './outbox-options.ts'

let bench: OutboxBench
beforeEach(() => {
  bench = createOutboxBench()
})
afterEach(() => bench.remove())

describe('delivery', () => {
  test('is in order, one at a time', async () => {
    let open_ = 0
    const got: string[] = []
    const outbox = bench.open(async ({ id }) => {
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
    const outbox = bench.open(deliver, { clock, retry: { baseMs: 100 } })
    outbox.enqueue(item('a'))
    const counts: number[] = []
    for (const byMs of [99, 1, 199, 1, 399, 1]) {
      await clock.advance(byMs)
      counts.push(tried.length)
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 4])
    expect(outbox.stats()).toMatchObject({ delivered: 1, retries: 3 })
    expect(bench.reports).toEqual([{ outbox: 'test', kind: 'fault', reason: 'delivery: busy', count: 1 }])
  })

  test('waits as long as the receiver says, even when flushed', async () => {
    const clock = new ManualClock()
    const { deliver, tried } = receiver({ status: 'retry', reason: '429', retryAfterMs: 5000 })
    const outbox = bench.open(deliver, { clock })
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
    const outbox = bench.open(deliver, { retry: { baseMs: 0 } })
    outbox.enqueue(item('a'))
    outbox.enqueue(item('b'))
    await outbox.flush(1000)
    expect(got).toEqual(['a', 'b'])
    expect(outbox.stats()).toMatchObject({ retries: 1, delivered: 2 })
  })

  test('goes on after a receiver that throws at once', async () => {
    let calls = 0
    const outbox = bench.open(
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
    const outbox = bench.open(
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
    const outbox = bench.open(deliver)
    for (const id of ['a', 'b', 'c']) outbox.enqueue(item(id))
    await outbox.flush(1000)
    expect(got).toEqual(['c'])
    expect(outbox.stats()).toMatchObject({ rejected: 2, delivered: 1, reasons: { 'rejected: 400': 2 } })
    expect(bench.reports).toHaveLength(1)
  })

  test('runs outside the context of whoever enqueued', async () => {
    const request = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const outbox = bench.open(async () => {
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
    const outbox = bench.open(deliver, { maxQueueBytes: 1000 })
    const taken = Array.from({ length: 20 }, (_, index) => outbox.enqueue(item(String(index), 100)))
    const kept = taken.filter(Boolean).length
    expect(taken.slice(0, kept).every(Boolean)).toBe(true)
    expect(kept).toBe(5)
    expect(bench.reports).toEqual([{ outbox: 'test', kind: 'dropped', reason: 'queue_full', count: 1 }])
    await outbox.flush(1000)
    expect(got).toEqual(['0', '1', '2', '3', '4'])
    expect(outbox.stats()).toMatchObject({
      accepted: 20,
      delivered: 5,
      dropped: 15,
      reasons: { 'dropped: queue_full': 15 },
    })
  })

  test('hold 100,000 items of one synchronous burst without loss', { timeout: 60_000 }, async () => {
    let delivered = 0
    const outbox = bench.open(async () => {
      delivered += 1
      return DELIVERED
    })
    const taken = Array.from({ length: 100_000 }, (_, index) => outbox.enqueue(item(String(index), 20)))
    expect(taken.every(Boolean)).toBe(true)
    expect(await outbox.flush(60_000)).toEqual({ complete: true, pending: 0 })
    expect(delivered).toBe(100_000)
  })

  test('survive a reporter that throws and an item that is none', () => {
    const outbox = bench.open(never, {
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
    const outbox = bench.open(async () => ({ status: 'rejected', reason: `reason ${(count += 1)}` }))
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
    const outbox = bench.open(never, { clock })
    outbox.enqueue(item('a'))
    outbox.enqueue(item('b'))
    const flushed = outbox.flush(300)
    await clock.advance(300)
    expect(await flushed).toEqual({ complete: false, pending: 2 })
    expect(outbox.stats()).toMatchObject({ queued: 1, inFlight: 1 })
  })

  test('does not wait for what is enqueued after it', async () => {
    let finishA: (result: DeliveryResult) => void = () => undefined
    const outbox = bench.open(({ id }) =>
      id === 'a' ? new Promise((resolve) => (finishA = resolve)) : never(),
    )
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
    const outbox = bench.open(deliver, { clock, retry: { baseMs: 30_000 } })
    outbox.enqueue(item('a'))
    await settle()
    expect(await outbox.flush(1000)).toMatchObject({ complete: true })
    expect(got).toEqual(['a'])
  })

  test('is the only thing that keeps the process alive', async () => {
    const clock = new ManualClock()
    const outbox = bench.open(receiver(RETRY, RETRY, never).deliver, { clock })
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
        return bench.open(never, options)
      } catch (error) {
        return error
      }
    })()
    expect(isAosError(thrown, 'invalid_options')).toBe(true)
  })
})
