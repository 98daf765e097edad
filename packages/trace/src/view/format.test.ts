import { expect, it } from 'vitest'
import { formatCost, formatCount, formatDuration, plural } from './format.ts'

it.each([
  [0, '0 ms'],
  [0.000_4, '0 ms'],
  [0.02, '20 µs'],
  [1.004, '1.00 ms'],
  [12.34, '12.3 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [9_996, '10.0 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_780_000, '1 h 3 min'],
])('formats %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it.each([
  [0, '$0.00'],
  [0.000_012, '$0.000012'],
  [0.0184, '$0.0184'],
  [12.5, '$12.50'],
])('formats %d dollars as %s', (usd, text) => {
  expect(formatCost(usd)).toBe(text)
})

it('puts thousands apart', () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([plural(1, 'span'), plural(2_000, 'span')]).toEqual(['1 span', '2,000 spans'])
})
