import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'vitest'
import { monthOf, startOf, startOfMonth } from './month.ts'

test('a month is told by its number, and begins at its first moment in UTC', () => {
  const cases = [
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z'],
    ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-01T00:00:00.000Z'],
    ['0001-03-04T00:00:00.000Z', '0001-03-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-01T00:00:00.000Z'],
  ]
  deepEqual(
    cases.map(([time = '']) => new Date(startOfMonth(Date.parse(time))).toISOString()),
    cases.map(([, start]) => start),
  )
  equal(monthOf(Date.UTC(2026, 1)) - monthOf(Date.UTC(2025, 11)), 2)
  equal(startOf(monthOf(Date.UTC(2026, 11)) + 1), Date.UTC(2027, 0))
})
