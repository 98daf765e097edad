import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fisherExact, holm, mcnemar, wilson } from './proportions.ts'
import { normalBelow, signFlipTest } from './sign-flips.ts'
import { signedRankTest } from './signed-ranks.ts'

// Darwin's maize, in eighths of an inch (Fisher, The Design of Experiments, 1935, sections 17 and 21)
const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

/** All ways to give the differences signs, one by one. */
function bruteForce(differences: readonly number[]): { lower: number; upper: number } {
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs)
  const seen = differences.reduce((sum, difference) => sum + Math.max(0, difference), 0)
  let lower = 0
  let upper = 0
  for (let signs = 0; signs < 2 ** sizes.length; signs += 1) {
    const sum = sizes.reduce((total, size, index) => total + ((signs >> index) & 1) * size, 0)
    if (sum <= seen) lower += 1
    if (sum >= seen) upper += 1
  }
  return { lower: lower / 2 ** sizes.length, upper: upper / 2 ** sizes.length }
}

describe('published values', () => {
  it("gives Fisher's chance for Darwin's maize: 863 of 32768 on one side", () => {
    const test = signFlipTest(MAIZE)
    expect(test.upper * 32_768).toBeCloseTo(863, 6)
    expect(test.twoSided).toBeCloseTo(1726 / 32_768, 12)
    expect(test.exact).toBe(true)
  })

  it("gives the signed ranks of Darwin's maize: 96 against 24", () => {
    const test = signedRankTest(MAIZE)
    expect([test.gains, test.losses]).toEqual([96, 24])
    expect(test.twoSided).toBeCloseTo(0.041_26, 5)
  })

  it('gives the signed ranks of the depression scores of Hollander and Wolfe: V = 40, one-sided 0.01953', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const test = signedRankTest(before.map((value, index) => value - (after[index] ?? 0)))
    expect(test.gains).toBe(40)
    expect(test.upper).toBeCloseTo(0.019_53, 5)
    expect(test.twoSided).toBeCloseTo(0.039_06, 5)
  })

  it("gives the sign test of Zar's deer: 8 of 10, two-sided 0.109375", () => {
    expect(mcnemar(2, 8)).toBeCloseTo(0.109_375, 12)
  })

  it.each([
    { successes: 81, total: 263, low: 0.2553, high: 0.3662 },
    { successes: 15, total: 148, low: 0.0624, high: 0.1605 },
    { successes: 0, total: 20, low: 0, high: 0.1611 },
    { successes: 1, total: 29, low: 0.0061, high: 0.1718 },
  ])("gives Newcombe's interval (1998) of $successes of $total", ({ successes, total, low, high }) => {
    const interval = wilson(successes, total)
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })

  it('gives the chance of the lady who tastes tea, and that of the men who diet', () => {
    expect(fisherExact([3, 1, 1, 3])).toBeCloseTo(0.4857, 4)
    expect(fisherExact([1, 9, 11, 3])).toBeCloseTo(0.002_759, 6)
  })

  it('gives the normal distribution of the tables, also far out', () => {
    expect(normalBelow(0)).toBe(0.5)
    expect(normalBelow(1.959_963_984_540_054)).toBeCloseTo(0.975, 12)
    expect(normalBelow(-6) / 9.865_876_450_376_98e-10).toBeCloseTo(1, 8)
    expect(normalBelow(2.828) - normalBelow(2.829)).toBeCloseTo(-7.3e-6, 6)
  })

  it('takes whole numbers only where signs alone count', () => {
    expect(() => signFlipTest([0.1, 0.2])).toThrow('whole numbers')
    expect(() => signFlipTest([Number.NaN])).toThrow('whole numbers')
    expect(signedRankTest([0.1, 0.2]).twoSided).toBe(0.5)
    expect(signFlipTest([]).twoSided).toBe(1)
  })

  it('corrects by Holm', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
    expect(holm([])).toEqual([])
  })
})

describe('for all differences', () => {
  const differences = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 10 })

  it('the sums are those of all signs, one by one', () => {
    fc.assert(
      fc.property(differences, (given) => {
        const { lower, upper } = signFlipTest(given)
        const counted = bruteForce(given)
        expect(lower).toBeCloseTo(counted.lower, 12)
        expect(upper).toBeCloseTo(counted.upper, 12)
      }),
    )
  })

  it('signs turned around turn the sides around, and no scale changes anything', () => {
    fc.assert(
      fc.property(differences, fc.integer({ min: 1, max: 1000 }), (given, scale) => {
        const there = signedRankTest(given)
        const back = signedRankTest(given.map((difference) => -difference * scale))
        expect(back.lower).toBeCloseTo(there.upper, 12)
        expect(back.twoSided).toBeCloseTo(there.twoSided, 12)
        expect(back.effect).toBeCloseTo(-there.effect, 12)
        expect(there.twoSided).toBeGreaterThanOrEqual(there.smallest - 1e-12)
      }),
    )
  })

  it('an exact test is wrong no more often than it says, and the approximation comes near it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.integer({ min: 0, max: 400 }), (n, raw) => {
        const broken = raw % (n + 1)
        const chance = mcnemar(broken, n - broken)
        expect(chance).toBeGreaterThan(0)
        expect(chance).toBeLessThanOrEqual(1)
        expect(mcnemar(n - broken, broken)).toBeCloseTo(chance, 12)
      }),
    )
    const many = Array.from({ length: 3000 }, (_, index) => (index % 20 === 0 ? -1 : 1) * (5 + (index % 7)))
    expect(signedRankTest(many).exact).toBe(false)
    const exact = signFlipTest(many.map(Math.sign).slice(0, 400))
    expect(exact.exact).toBe(true)
    expect(signFlipTest(many).lower).toBeGreaterThan(0.999)
  })

  it('intervals hold the share and shrink with the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (total, raw) => {
        const successes = raw % (total + 1)
        const { low, high, rate } = wilson(successes, total)
        expect(low).toBeLessThanOrEqual(rate)
        expect(high).toBeGreaterThanOrEqual(rate)
        const larger = wilson(successes * 4, total * 4)
        expect(larger.high - larger.low).toBeLessThan(high - low)
      }),
    )
  })
})
