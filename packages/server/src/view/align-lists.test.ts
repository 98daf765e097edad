import fc from 'fast-check'
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { alignLists } from './align-lists.ts'

const align = (left: string, right: string): string =>
  alignLists(left.split(''), right.split(''), (one, other) => one === other)
    .map(({ left: one = '-', right: other = '-' }) => `${one}${other}`)
    .join(' ')

describe('two lists beside each other', () => {
  test('meet where they are the same', () => {
    equal(align('abc', 'abc'), 'aa bb cc')
    equal(align('abc', 'axc'), 'aa b- -x cc')
    equal(align('abcd', 'bd'), 'a- bb c- dd')
    equal(align('', 'ab'), '-a -b')
    equal(align('', ''), '')
  })

  test('lose nothing, turn nothing around, and pair only what is the same', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
    fc.assert(
      fc.property(list, list, (left, right) => {
        const pairs = alignLists(left, right, (one, other) => one === other)
        deepEqual(
          pairs.flatMap((pair) => (pair.left === undefined ? [] : [pair.left])),
          left,
        )
        deepEqual(
          pairs.flatMap((pair) => (pair.right === undefined ? [] : [pair.right])),
          right,
        )
        for (const { left: one, right: other } of pairs)
          if (one !== undefined && other !== undefined) equal(one, other)
      }),
    )
  })

  test('are told as replaced where a table of both would be too large', () => {
    const many = (letter: string): string[] => Array.from({ length: 2_100 }, () => letter)
    equal(alignLists(many('a'), many('b'), Object.is).length, 4_200)
  })
})
