import { equal, deepEqual } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { validAttributes, validText, validTime } from './valid-value.ts'

describe('validText', () => {
  test('puts U+FFFD in the place of half a pair, and leaves what is whole', () => {
    equal(validText('half \ud83e'), 'half \ufffd')
    equal(validText('🧪'), '🧪')
  })
})

describe('validAttributes', () => {
  test('gives the very ones where all are fine', () => {
    const fine = {
      text: '🧪',
      number: 0.5,
      list: ['a'],
      bytes: new Uint8Array([1]),
      nested: { deep: [true, null] },
    }
    equal(validAttributes(fine), fine)
  })

  test('makes texts of numbers that JSON does not have, however deep, and changes no others', () => {
    const list = ['fine']
    const valid = validAttributes({
      nan: Number.NaN,
      big: 1e21,
      unsafe: 2 ** 53,
      whole: 10n,
      wide: 2n ** 64n,
      list,
      nested: { deep: [-Infinity, 1] },
      ['half \ud83e']: 1,
    })
    deepEqual(valid, {
      nan: 'NaN',
      big: '1e+21',
      unsafe: '9007199254740992',
      whole: 10,
      wide: '18446744073709551616',
      list,
      nested: { deep: ['-Infinity', 1] },
      'half \ufffd': 1,
    })
    equal(valid['list'], list)
  })

  test('ends with what contains itself', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    equal(JSON.stringify(validAttributes(circular)).includes('[too deep]'), true)
  })
})

describe('validTime', () => {
  test('stays within what OTLP has', () => {
    deepEqual(validTime([1, 2]), [1, 2])
    deepEqual(validTime([-1, 0]), [0, 0])
    deepEqual(validTime([Number.NaN, 0]), [0, 0])
    deepEqual(validTime([8.64e12, 0]), [18_446_744_073, 709_551_615])
  })
})
