import { AosError } from '@aos/sdk'

/** Outcome of a test that gives each paired difference either sign with the same chance. */
export interface SignFlipTest {
  /** Pairs that differ. */
  readonly n: number
  /** Chance of a sum of gains as low as the one that was seen, or lower, if nothing had changed. */
  readonly lower: number
  /** Chance of a sum of gains as high as the one that was seen, or higher, if nothing had changed. */
  readonly upper: number
  readonly twoSided: number
  /** Smallest two-sided chance that differences of these sizes can come to: all of them in one direction. */
  readonly smallest: number
  readonly exact: boolean
}

const MAX_CELLS = 20_000_000

/**
 * Tests whether paired differences lean to one side: exactly, over all ways to give them signs, and beyond that size by
 * the normal approximation with correction for continuity. The differences are whole numbers.
 */
export function signFlipTest(differences: readonly number[]): SignFlipTest {
  if (!differences.every(Number.isSafeInteger))
    throw new AosError({
      code: 'invalid_options',
      message: 'The differences of a sign-flip test must be whole numbers',
      fix: 'Multiply them until they are, or rank them: signedRankTest() takes any numbers.',
    })
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs)
  const n = sizes.length
  if (n === 0) return { n, lower: 1, upper: 1, twoSided: 1, smallest: 1, exact: true }
  const unit = sizes.reduce(greatestDivisor)
  const parts = sizes.map((size) => size / unit)
  const total = parts.reduce((sum, part) => sum + part, 0)
  const gains = differences.reduce((sum, difference) => sum + Math.max(0, difference), 0) / unit
  const exact = n * total <= MAX_CELLS
  const { lower, upper } = exact ? exactTails(parts, gains) : normalTails(parts, gains)
  return { n, lower, upper, twoSided: twice(lower, upper), smallest: Math.min(1, 2 ** (1 - n)), exact }
}

function twice(lower: number, upper: number): number {
  return Math.min(1, 2 * Math.min(lower, upper))
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

// chance[s] is that of a sum of gains s, after each part was gained or lost
function exactTails(parts: readonly number[], gains: number): { lower: number; upper: number } {
  const total = parts.reduce((sum, part) => sum + part, 0)
  const chance = new Float64Array(total + 1)
  chance[0] = 1
  let reached = 0
  for (const part of parts) {
    reached += part
    for (let sum = reached; sum >= 0; sum -= 1)
      chance[sum] = 0.5 * (chance[sum] ?? 0) + (sum < part ? 0 : 0.5 * (chance[sum - part] ?? 0))
  }
  const sumOf = (from: number, to: number): number =>
    chance.subarray(from, to + 1).reduce((sum, value) => sum + value, 0)
  return { lower: Math.min(1, sumOf(0, gains)), upper: Math.min(1, sumOf(gains, total)) }
}

function normalTails(parts: readonly number[], gains: number): { lower: number; upper: number } {
  const total = parts.reduce((sum, part) => sum + part, 0)
  const deviation = Math.sqrt(parts.reduce((sum, part) => sum + part * part, 0)) / 2
  const tail = (value: number): number => normalBelow((value + 0.5 - total / 2) / deviation)
  return { lower: tail(gains), upper: tail(total - gains) }
}

/** Chance that a standard normal value is below `z`. */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  // Abramowitz and Stegun 7.1.26 is too coarse in the tails: a continued fraction there, a series near zero
  const above = x < 2 ? 0.5 * (1 - errorSeries(x)) : 0.5 * complementFraction(x)
  return z < 0 ? above : 1 - above
}

function errorSeries(x: number): number {
  let term = x
  let sum = x
  for (let index = 1; Math.abs(term) > 1e-17; index += 1) {
    term *= (-x * x) / index
    sum += term / (2 * index + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function complementFraction(x: number): number {
  let fraction = 0
  for (let index = 60; index > 0; index -= 1) fraction = index / 2 / (x + fraction)
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction))
}
