import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const keysOf = (map: { get(key: string): unknown }, all: readonly string[]): readonly string[] =>
  all.filter((key) => map.get(key) !== undefined)

describe('a bounded map', () => {
  test('forgets what was not used for longest', () => {
    const map = new BoundedMap<string>(3)
    for (const key of ['a', 'b', 'c']) map.getOrMake(key, () => key)
    map.get('a')
    map.getOrMake('d', () => 'd')
    deepEqual([keysOf(map, ['a', 'b', 'c', 'd']), map.evicted, map.size], [['a', 'c', 'd'], 1, 3])
  })

  test('keeps what must be kept, and makes nothing where no place is left', () => {
    const map = new BoundedMap<{ full: boolean }>(2, ({ full }) => full)
    const first = map.getOrMake('a', () => ({ full: true }))
    map.getOrMake('b', () => ({ full: true }))
    equal(
      map.getOrMake('c', () => ({ full: false })),
      undefined,
    )
    equal(
      map.getOrMake('a', () => ({ full: false })),
      first,
    )
    map.delete('b')
    map.getOrMake('c', () => ({ full: false }))
    map.getOrMake('d', () => ({ full: false }))
    deepEqual(keysOf(map, ['a', 'b', 'c', 'd']), ['a', 'd'])
  })

  test('is what a list in order of use would be', () => {
    const step = fc.record({ key: fc.constantFrom(...KEYS), drop: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
        const map = new BoundedMap<string>(max)
        let order: string[] = []
        for (const { key, drop } of steps) {
          const others = order.filter((other) => other !== key)
          if (drop) {
            map.delete(key)
            order = others
          } else {
            map.getOrMake(key, () => key)
            order = [
              ...(order.includes(key) ? others : others.slice(Math.max(0, others.length - max + 1))),
              key,
            ]
          }
          equal(map.size, order.length)
        }
        deepEqual(new Set(keysOf(map, KEYS)), new Set(order))
      }),
    )
  })
})
