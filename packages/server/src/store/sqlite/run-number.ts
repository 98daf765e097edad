import type { ReadRows } from './read-stats.ts'

const BITS = 15n
const RANGE = 1n << BITS
// moments beyond, some 8,900 years from 1970, have no numbers of their own
const MOST_MS = 2 ** 48 - 1

/** Least and most that a number may be. */
export const LEAST_NUMBER: bigint = -(1n << 63n)
/** See {@link LEAST_NUMBER}. */
export const MOST_NUMBER: bigint = (1n << 63n) - 1n

/** The first number of runs that started at a moment: numbers are in the order of starts, so that newest first is backwards. */
export function firstNumberOf(startedAt: number): bigint {
  return BigInt(Math.max(-MOST_MS, Math.min(MOST_MS, startedAt))) << BITS
}

/** A number that no run has, for one that started at a moment; beyond what fits into a millisecond it is one of the next. */
export function freeNumber(read: ReadRows, startedAt: number): bigint {
  for (let first = firstNumberOf(startedAt); ; first += RANGE) {
    const [last] = read(
      'SELECT CAST(number AS TEXT) AS digits FROM runs WHERE number >= ? AND number < ? ORDER BY number DESC LIMIT 1',
      first,
      first + RANGE,
    )
    if (last === undefined) return first
    const next = numberIn(last) + 1n
    if (next < first + RANGE) return next
  }
}

/** The number in a row, which has its digits: it may be more than a `number` holds. */
export function numberIn(row: Readonly<Record<string, unknown>>): bigint {
  return BigInt(String(row['digits']))
}
