import { expect, it } from 'vitest'
import { isInRange } from './version-range.ts'

it.each([
  ['1.9.1', '>=1.3.0 <1.10.0', true],
  ['1.10.0', '>=1.3.0 <1.10.0', false],
  ['1.10.0', '>=1.10.0 <1.11.0', true],
  ['1.9.9', '>=1.10.0 <1.11.0', false],
  ['1.9.1', '^1.3.0', true],
  ['2.0.0', '^1.3.0', false],
  ['1.2.9', '^1.3.0', false],
  ['0.223.1', '^0.223.0', true],
  ['0.224.0', '^0.223.0', false],
  ['0.0.2', '^0.0.1', false],
  ['3.1.0', '^2.12.0 || ^3.1.0', true],
  ['1.9.1', '1.9.1', true],
  ['1.9.1', '*', true],
])('%s in %s: %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected)
})
