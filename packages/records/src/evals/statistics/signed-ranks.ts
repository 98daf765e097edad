import { signFlipTest, type SignFlipTest } from './sign-flips.ts'

/** Outcome of Wilcoxon's signed-rank test. */
export interface SignedRankTest extends SignFlipTest {
  /** Sum of the ranks of the gains, and that of the losses. */
  readonly gains: number
  readonly losses: number
  /** Matched-pairs rank-biserial correlation: 1 where every pair gains, -1 where every pair loses. */
  readonly effect: number
}

/**
 * Wilcoxon's signed-rank test of paired differences: those of zero are left out, equal sizes share their mean rank, and the
 * chances are exact with ties too, as they come from the ranks that there are.
 */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  const ranked = signedRanks(differences)
  const gains = ranked.reduce((sum, rank) => sum + Math.max(0, rank), 0) / 2
  const losses = ranked.reduce((sum, rank) => sum + Math.max(0, -rank), 0) / 2
  const effect = ranked.length === 0 ? 0 : (gains - losses) / (gains + losses)
  return { ...signFlipTest(ranked), gains, losses, effect }
}

/** The ranks of the differences by size with their signs, doubled so that mean ranks are whole numbers. */
function signedRanks(differences: readonly number[]): readonly number[] {
  const sorted = differences
    .filter((difference) => difference !== 0)
    .toSorted((a, b) => Math.abs(a) - Math.abs(b))
  const ranks: number[] = []
  for (let start = 0; start < sorted.length;) {
    const size = Math.abs(sorted[start] ?? 0)
    let end = start
    while (end < sorted.length && sameSize(Math.abs(sorted[end] ?? 0), size)) end += 1
    // twice the mean of the ranks start + 1 to end
    for (const difference of sorted.slice(start, end)) ranks.push(Math.sign(difference) * (start + 1 + end))
    start = end
  }
  return ranks
}

// scores are sums of decimals: what differs by rounding alone is a tie
function sameSize(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(a, b)
}
