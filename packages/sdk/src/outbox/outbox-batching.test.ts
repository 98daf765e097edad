import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
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
import type { DeliveryResult, OutboxItem } from './outbox-item.ts'
import type { OutboxBatching } from './outbox-options.ts'

let bench: OutboxBench
beforeEach(() => {
  bench = createOutboxBench()
})
afterEach(() => bench.remove())

const TOO_LARGE: DeliveryResult = { status: 'too_large', reason: '413' }

const batching: OutboxBatching = {
  maxBytes: 10_000,
  maxUnits: 4,
  unitsOf: () => 1,
  maxWaitMs: 1000,
  join: (items) => ({
    ...item(items.map(({ id }) => id).join('+')),
    body: Buffer.concat(items.map(({ body }) => body)),
  }),
}

function halves({ id, body }: OutboxItem): readonly OutboxItem[] {
  const half = Math.ceil(body.byteLength / 2)
  return half === body.byteLength ? [] : [item(`${id}l`, half), item(`${id}r`, body.byteLength - half)]
}

function bytesOnDisk(): number {
  return readdirSync(bench.directory).reduce(
    (sum, name) => sum + statSync(join(bench.directory, name)).size,
    0,
  )
}

describe('items that are sent together', () => {
  test('wait for others, but not longer than they may', async () => {
    const clock = new ManualClock()
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { clock, batching })
    outbox.enqueue(item('a'))
    await clock.advance(600)
    outbox.enqueue(item('b'))
    await clock.advance(399)
    expect(got).toEqual([])
    await clock.advance(1)
    expect(got).toEqual(['a+b'])
    expect(outbox.stats()).toMatchObject({ accepted: 2, delivered: 2 })
  })

  test('go at once when they fill a request, in number or in bytes, and when flushed', async () => {
    const clock = new ManualClock()
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { clock, batching })
    for (const id of ['a', 'b', 'c', 'd', 'e']) outbox.enqueue(item(id))
    await settle()
    expect(got).toEqual(['a+b+c+d'])
    outbox.enqueue(item('large', 9_900))
    await settle()
    expect(got).toEqual(['a+b+c+d', 'e'])
    await outbox.flush(1000)
    expect(got).toEqual(['a+b+c+d', 'e', 'large'])
  })

  test('stay together when they are tried again, and are saved apart', async () => {
    const clock = new ManualClock()
    const { deliver, tried } = receiver(RETRY, RETRY)
    const outbox = bench.open(deliver, { clock, batching, retry: { maxElapsedMs: 400 } })
    for (const id of ['a', 'b']) outbox.enqueue(item(id))
    await clock.advance(1000)
    outbox.enqueue(item('c'))
    await clock.advance(399)
    expect(tried).toEqual(['a+b'])
    outbox.spoolSync()
    expect(outbox.stats()).toMatchObject({ accepted: 3, spooled: 3 })
    const next = receiver()
    await bench.open(next.deliver, { clock }).flush(1000)
    expect(next.got).toEqual(['a', 'b', 'c'])
  })

  test('are brought back together, and one by one after they have failed together', async () => {
    const clock = new ManualClock()
    bench.open(never, { clock }).spoolSync(['a', 'b', 'poison', 'c', 'd'].map((id) => item(id)))
    const got: string[] = []
    const deliver = async ({ id }: OutboxItem): Promise<DeliveryResult> => {
      if (id.includes('poison')) return RETRY
      got.push(id)
      return DELIVERED
    }
    const outbox = bench.open(deliver, { clock, batching, retry: { maxElapsedMs: 1000, maxMs: 10 } })
    await clock.advance(5000)
    for (const id of ['e', 'f', 'g', 'h']) {
      outbox.enqueue(item(id))
      await clock.advance(5000)
    }
    expect(got.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(outbox.stats()).toMatchObject({ accepted: 9, recovered: 5, delivered: 8, spooled: 1 })
  })
})

describe('a request that is too large', () => {
  const upTo =
    (maxBytes: number, got: OutboxItem[]) =>
    async (sent: OutboxItem): Promise<DeliveryResult> => {
      if (sent.body.byteLength > maxBytes) return TOO_LARGE
      got.push(sent)
      return DELIVERED
    }

  test('is sent in halves, down to parts of one item', async () => {
    const got: OutboxItem[] = []
    const outbox = bench.open(upTo(50, got), { batching, divide: halves })
    for (const id of ['a', 'b', 'c']) outbox.enqueue(item(id, 20))
    outbox.enqueue(item('large', 150))
    await outbox.flush(1000)
    expect(got.map(({ id }) => id)).toEqual(['a+b', 'c', 'largell', 'largelr', 'largerl', 'largerr'])
    expect(outbox.stats()).toMatchObject({ accepted: 7, delivered: 7, rejected: 0, retries: 0 })
  })

  test('is counted as rejected when it cannot be made smaller', async () => {
    const outbox = bench.open(upTo(0, []), { divide: halves })
    outbox.enqueue(item('a', 4))
    await outbox.flush(1000)
    expect(outbox.stats()).toMatchObject({ accepted: 4, rejected: 4, reasons: { 'rejected: 413': 4 } })
  })

  test.for([true, false])(
    'loses no part when the process ends in between, written ahead: %s',
    async (writeAhead) => {
      const { deliver, got } = receiver(TOO_LARGE, DELIVERED, never)
      const outbox = bench.open(deliver, { divide: halves, writeAhead })
      outbox.enqueue(item('a', 20))
      outbox.enqueue(item('b', 20))
      await settle()
      expect(got).toEqual(['al'])
      outbox.spoolSync()
      expect(outbox.stats()).toMatchObject({ accepted: 3, delivered: 1, spooled: 2 })
      const next = receiver()
      await bench.open(next.deliver).flush(1000)
      expect(next.got.toSorted()).toEqual(['ar', 'b'])
    },
  )

  test('is divided on disk too when it comes from there', async () => {
    bench.open(never).spoolSync([item('a', 20), item('b', 20)])
    const { deliver, got } = receiver(TOO_LARGE, DELIVERED, never)
    const outbox = bench.open(deliver, { divide: halves })
    await settle()
    expect(got).toEqual(['al'])
    outbox.spoolSync()
    expect(outbox.stats()).toMatchObject({ accepted: 3, recovered: 2, delivered: 1, spooled: 2 })
    const next = receiver()
    await bench.open(next.deliver).flush(1000)
    expect(next.got.toSorted()).toEqual(['ar', 'b'])
  })
})

describe('items that are written ahead', () => {
  test('are on disk as long as they wait, and not longer', async () => {
    const clock = new ManualClock()
    const { deliver } = receiver(RETRY)
    const outbox = bench.open(deliver, { clock, writeAhead: true })
    outbox.enqueue(item('a', 100))
    outbox.enqueue(item('b', 200))
    expect(bytesOnDisk()).toBeGreaterThan(300)
    await clock.advance(1000)
    expect(outbox.stats()).toMatchObject({ delivered: 2, spooled: 0 })
    expect(readdirSync(bench.directory)).toEqual([])
  })

  test('are left to nobody else while this process lives', async () => {
    const outbox = bench.open(never, { writeAhead: true })
    outbox.enqueue(item('a'))
    const other = receiver()
    await bench.open(other.deliver).flush(1000)
    expect(other.got).toEqual([])
    expect(outbox.spoolSync()).toBe(1)
    await bench.open(other.deliver).flush(1000)
    expect(other.got).toEqual(['a'])
  })

  test('make room in memory when it is full, and come back when the receiver is back', async () => {
    const clock = new ManualClock()
    let up = false
    const got: string[] = []
    const deliver = async ({ id }: OutboxItem): Promise<DeliveryResult> => {
      if (!up) return RETRY
      got.push(id)
      return DELIVERED
    }
    const outbox = bench.open(deliver, {
      clock,
      writeAhead: true,
      maxQueueBytes: 2_000_000,
      retry: { maxElapsedMs: 1_000_000 },
    })
    const ids = Array.from({ length: 50 }, (_, index) => `i${index}`)
    for (const id of ids) expect(outbox.enqueue(item(id, 200_000))).toBe(true)
    await clock.advance(60_000)
    const { queuedBytes, spooled, dropped } = outbox.stats()
    expect(queuedBytes).toBeLessThan(2_000_000)
    expect(spooled).toBeGreaterThan(30)
    expect(dropped).toBe(0)
    up = true
    await clock.advance(120_000)
    expect(got.toSorted()).toEqual(ids.toSorted())
    expect(outbox.stats()).toMatchObject({ accepted: 50, recovered: 0, delivered: 50 })
    expect(readdirSync(bench.directory)).toEqual([])
  })

  test('stay in memory when the disk takes no more', async () => {
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { writeAhead: true, maxSpoolBytes: 0 })
    outbox.enqueue(item('a'))
    await outbox.flush(1000)
    expect(got).toEqual(['a'])
    expect(outbox.stats()).toMatchObject({ delivered: 1, dropped: 0 })
  })

  test('are so one by one where others are not, and the caller hears whether they are', async () => {
    const outbox = bench.open(never)
    outbox.enqueue(item('a'))
    expect(outbox.enqueueDurably(item('b'))).toBe('saved')
    outbox.enqueue(item('c'))
    expect(outbox.enqueueDurably(item('d'))).toBe('saved')
    expect(outbox.spoolSync()).toBe(4)
    const next = receiver()
    await bench.open(next.deliver).flush(1000)
    expect(next.got.toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(bench.open(next.deliver, { directory: false }).enqueueDurably(item('e'))).toBe('queued')
    expect(bench.open(next.deliver, { maxQueueBytes: 1 }).enqueueDurably(item('f'))).toBe('dropped')
  })
})

describe('a receiver that asks for time', () => {
  test('gets it for everything, also beyond the time of one item', async () => {
    const clock = new ManualClock()
    const { deliver, tried } = receiver({ status: 'retry', reason: '503', retryAfterMs: 500_000 })
    const outbox = bench.open(deliver, { clock })
    for (const id of ['a', 'b']) outbox.enqueue(item(id))
    await clock.advance(499_999)
    expect(tried).toEqual(['a'])
    expect(outbox.stats()).toMatchObject({ spooled: 1, queued: 1 })
    await clock.advance(1)
    expect(tried).toEqual(['a', 'b', 'a'])
    expect(outbox.stats()).toMatchObject({ accepted: 2, delivered: 2 })
  })

  test('is asked again after an hour at the latest', async () => {
    const clock = new ManualClock()
    const { deliver, got } = receiver({ status: 'retry', reason: '503', retryAfterMs: 1e12 })
    const outbox = bench.open(deliver, { clock })
    for (const id of ['a', 'b']) outbox.enqueue(item(id))
    await clock.advance(3_600_000)
    expect(got).toEqual(['b', 'a'])
  })

  test('that stays down is asked rarely, whatever item is next', async () => {
    const clock = new ManualClock()
    let tried = 0
    const outbox = bench.open(
      async () => {
        tried += 1
        return RETRY
      },
      { clock, retry: { maxElapsedMs: 60_000 } },
    )
    for (let index = 0; index < 100; index += 1) outbox.enqueue(item(String(index)))
    await clock.advance(600_000)
    expect(tried).toBeLessThan(50)
  })
})
