import { normalBelow, signFlipTest } from './sign-flips.ts'

/** A share with the interval in which the true one lies. */
export interface Proportion {
  readonly successes: number
  readonly total: number
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** Wilson's score interval of a share; of nothing at all it is from 0 to 1. */
export function wilson(successes: number, total: number, confidence: number = 0.95): Proportion {
  if (total === 0) return { successes, total, rate: 0, low: 0, high: 1 }
  const z = normalQuantile(1 - (1 - confidence) / 2)
  const rate = successes / total
  const spread = z * Math.sqrt((rate * (1 - rate)) / total + (z * z) / (4 * total * total))
  const center = rate + (z * z) / (2 * total)
  const scale = 1 + (z * z) / total
  return {
    successes,
    total,
    rate,
    low: successes === 0 ? 0 : (center - spread) / scale,
    high: successes === total ? 1 : (center + spread) / scale,
  }
}

/** The exact test of McNemar, two-sided: `broken` pairs turned from pass to fail, `mended` ones the other way round. */
export function mcnemar(broken: number, mended: number): number {
  const pairs = [...Array<number>(broken).fill(-1), ...Array<number>(mended).fill(1)]
  return signFlipTest(pairs).twoSided
}

/** Fisher's exact test, two-sided, of `a` passes and `b` fails against `c` passes and `d` fails. */
export function fisherExact([a, b, c, d]: readonly [number, number, number, number]): number {
  const first = a + b
  const second = c + d
  const passes = a + c
  const whole = logChoose(first + second, passes)
  const chanceOf = (x: number): number =>
    Math.exp(logChoose(first, x) + logChoose(second, passes - x) - whole)
  const seen = chanceOf(a)
  let sum = 0
  for (let x = Math.max(0, passes - second); x <= Math.min(first, passes); x += 1) {
    const chance = chanceOf(x)
    // tables as likely as the one seen differ from it by rounding
    if (chance <= seen * (1 + 1e-7)) sum += chance
  }
  return Math.min(1, sum)
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let index = 1; index <= k; index += 1) sum += Math.log((n - k + index) / index)
  return sum
}

/** Corrects chances for the number of tests by the method of Holm; each keeps its place. */
export function holm(chances: readonly number[]): readonly number[] {
  const order = chances.map((_, index) => index).toSorted((a, b) => (chances[a] ?? 1) - (chances[b] ?? 1))
  const corrected = Array<number>(chances.length).fill(1)
  let highest = 0
  for (const [rank, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (chances[index] ?? 1) * (chances.length - rank)))
    corrected[index] = highest
  }
  return corrected
}

// halving an interval that holds it: exact to the last digits, and fast enough for one number
function normalQuantile(chance: number): number {
  let low = -40
  let high = 40
  for (let round = 0; round < 100; round += 1) {
    const middle = (low + high) / 2
    if (normalBelow(middle) < chance) low = middle
    else high = middle
  }
  return (low + high) / 2
}
