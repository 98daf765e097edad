import { expect, test } from 'vitest'
import { uuidV7 } from './ids.ts'

test('makes UUIDs of version 7 that sort by time and never repeat', () => {
  const times = [0, 1, 1, 1_700_000_000_000, 1_700_000_000_000.75, 1_700_000_000_001, 281_474_976_710_655]
  const ids = times.map(uuidV7)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.map((id) => Number.parseInt(id.slice(0, 13).replace('-', ''), 16))).toEqual(
    times.map(Math.floor),
  )
  expect(new Set(Array.from({ length: 10_000 }, () => uuidV7(5))).size).toBe(10_000)
})
