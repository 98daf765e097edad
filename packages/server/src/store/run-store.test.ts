import { deepEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { MAX_COUNTED, toPage } from './run-store.ts'

test('a count is exact up to the most that is counted, and says so beyond it', () => {
  deepEqual(toPage([], MAX_COUNTED), { runs: [], total: MAX_COUNTED })
  deepEqual(toPage([], MAX_COUNTED + 1), { runs: [], total: MAX_COUNTED, total_is_at_least: true })
})
