import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
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

let bench: OutboxBench
beforeEach(() => {
  bench = createOutboxBench()
})
afterEach(() => bench.remove())

describe('the spool', () => {
  test('takes what close could not deliver, and the next outbox delivers it first and in order', async () => {
    const clock = new ManualClock()
    const first = bench.open(never, { clock })
    for (const id of ['a', 'b', 'c']) first.enqueue(item(id))
    const closed = first.close(100)
    expect(first.close(100)).toBe(closed)
    expect(first.enqueue(item('late'))).toBe(false)
    await clock.advance(100)
    expect(await closed).toEqual({ complete: false, pending: 3 })
    expect(first.stats()).toMatchObject({ accepted: 4, spooled: 3, dropped: 1, inFlight: 0, queued: 0 })
    const { deliver, got } = receiver()
    const second = bench.open(deliver, { clock })
    second.enqueue(item('d'))
    expect(await second.flush(1000)).toEqual({ complete: true, pending: 0 })
    expect(got).toEqual(['a', 'b', 'c', 'd'])
    expect(second.stats()).toMatchObject({ accepted: 4, recovered: 3, delivered: 4 })
    expect(readdirSync(bench.directory)).toEqual([])
  })

  test('takes everything and the given items at once, and ends the attempt under way', () => {
    const outbox = bench.open(never)
    outbox.enqueue(item('a'))
    expect(outbox.spoolSync([item('b')])).toBe(2)
    expect(outbox.stats()).toMatchObject({ accepted: 2, spooled: 2, queued: 0 })
  })

  test('keeps the progress of a replay', async () => {
    const first = bench.open(never)
    first.spoolSync(['a', 'b', 'c'].map((id) => item(id)))
    const { deliver, got } = receiver(DELIVERED, never)
    const second = bench.open(deliver)
    await settle()
    expect(second.stats()).toMatchObject({ recovered: 3, delivered: 1, inFlight: 1, queued: 1 })
    second.spoolSync()
    expect(second.stats()).toMatchObject({ delivered: 1, spooled: 2, inFlight: 0, queued: 0 })
    const third = receiver()
    await bench.open(third.deliver).flush(1000)
    expect([...got, ...third.got]).toEqual(['a', 'b', 'c'])
  })

  test('takes an item whose time is up and brings it back when the receiver is back', async () => {
    const clock = new ManualClock()
    let up = false
    const got: string[] = []
    const outbox = bench.open(
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

  test('never lets one item that always fails hold up the others, nor tries it with each of them', async () => {
    const clock = new ManualClock()
    const got: string[] = []
    let poisonTried = 0
    const outbox = bench.open(
      async ({ id }) => {
        if (id === 'poison') poisonTried += 1
        else got.push(id)
        return id === 'poison' ? RETRY : DELIVERED
      },
      { clock, retry: { maxElapsedMs: 10_000, maxMs: 5000 } },
    )
    outbox.enqueue(item('poison'))
    await clock.advance(10_000)
    poisonTried = 0
    for (let index = 1; index <= 10; index += 1) {
      outbox.enqueue(item(String(index)))
      await clock.advance(1000)
      expect(got).toHaveLength(index)
    }
    expect(poisonTried).toBe(2)
    expect(outbox.stats()).toMatchObject({ delivered: 10, spooled: 1 })
  })

  test('moves past an item that fails in the middle of a replay', async () => {
    const clock = new ManualClock()
    bench.open(never, { clock }).spoolSync(['poison', 'a', 'b'].map((id) => item(id)))
    const got: string[] = []
    const outbox = bench.open(
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
    bench.open(never, { clock }).spoolSync([item('old')])
    await clock.advance(5000)
    bench.open(never, { clock }).spoolSync([item('new')])
    await clock.advance(5001)
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { clock, maxSpoolAgeMs: 10_000 })
    await outbox.flush(1000)
    expect(got).toEqual(['new'])
    expect(outbox.stats()).toMatchObject({ recovered: 2, expired: 1, delivered: 1 })
  })

  test('can be left out', async () => {
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { directory: false })
    outbox.enqueue(item('a'))
    await outbox.flush(1000)
    expect(got).toEqual(['a'])
    expect(outbox.spoolSync([item('b')])).toBe(0)
    expect(outbox.stats()).toMatchObject({
      accepted: 2,
      delivered: 1,
      dropped: 1,
      reasons: { 'dropped: no_spool': 1 },
    })
  })

  test.for<[string, () => string]>([
    [
      'is a symbolic link',
      () => (symlinkSync(bench.base, join(bench.base, 'link')), join(bench.base, 'link')),
    ],
    [
      'can not be made',
      () => (writeFileSync(join(bench.base, 'file'), ''), join(bench.base, 'file', 'spool')),
    ],
  ])('that %s costs only durability', async ([, directory]) => {
    const { deliver, got } = receiver()
    const outbox = bench.open(deliver, { directory: directory() })
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
