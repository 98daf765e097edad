import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../../test/conformance/verifies.ts'
import { compareResults } from './compare-results.ts'
import type { TaskResult } from './task-changes.ts'

/** Results of tasks t0, t1, …, each with the outcomes given for it. */
function results(...outcomes: readonly (boolean | number | readonly boolean[])[]): TaskResult[] {
  return outcomes.flatMap((outcome, index) =>
    [outcome].flat().map((value: boolean | number, attempt) => ({
      task: `t${index}`,
      pass: value === true || (typeof value === 'number' && value >= 50),
      score: typeof value === 'number' ? value : value ? 100 : 0,
      runId: `r${index}-${attempt}`,
    })),
  )
}

const repeat = <T>(count: number, value: T): T[] => Array<T>(count).fill(value)

describe('two sets of runs', () => {
  it('say nothing where there are too few of them', () => {
    const comparison = compareResults(results(true, true, true), results(false, false, false))
    expect(comparison.verdict).toBe('no_evidence')
    expect(comparison.decidable).toBe(false)
    expect(comparison.because).toContain('too few runs')
    expect(comparison.passes).toEqual({ n: 3, p: 0.25, corrected: 0.25, effect: -1, gain: -1 })
  })

  it('show a regression once enough tasks break', () => {
    const before = results(...repeat(20, true))
    const after = results(...repeat(8, false), ...repeat(12, true))
    const comparison = compareResults(before, after)
    expect(comparison).toMatchObject({ verdict: 'regression', decidable: true })
    expect(comparison.passes.p).toBeCloseTo(2 / 2 ** 8, 12)
    expect(comparison.regressed).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'])
    expect([comparison.before.rate, comparison.after.rate]).toEqual([1, 0.6])
    expect(compareResults(after, before)).toMatchObject({ verdict: 'improvement', regressed: [] })
  })

  it('show it by scores where all pass', () => {
    const before = results(...repeat(10, 90))
    const after = results(...Array.from({ length: 10 }, (_, index) => 80 - index))
    const comparison = compareResults(before, after)
    expect(comparison.verdict).toBe('regression')
    expect(comparison.passes.n).toBe(0)
    expect(comparison.scores).toMatchObject({ n: 10, effect: -1, gain: -14.5 })
  })

  it('count scores as evidence of their own only where they say more than the passes', () => {
    const before = results(...repeat(6, 100))
    const same = compareResults(before, results(...repeat(6, 0)))
    expect(same).toMatchObject({ verdict: 'regression', decidable: true })
    expect(same.passes.corrected).toBe(2 / 2 ** 6)
    const more = compareResults(before, results(...repeat(6, 10)))
    expect(more).toMatchObject({ verdict: 'no_evidence', decidable: false })
    expect(more.passes.corrected).toBe(4 / 2 ** 6)
  })

  it('show a single task that fell while the others stayed', () => {
    const others = repeat(9, repeat(10, true))
    const comparison = compareResults(
      results(repeat(10, true), ...others),
      results(repeat(10, false), ...others),
    )
    expect(comparison).toMatchObject({ verdict: 'regression', regressed: ['t0'] })
    expect(comparison.tasks[0]?.p).toBeCloseTo((10 * 2) / 184_756, 10)
    expect(comparison.because).toContain('t0 fell')
  })

  it('weigh tasks that ran a different number of times by their rates', () => {
    const before = results(...repeat(8, [true, true]))
    const after = results(...repeat(8, [true, false, false]))
    expect(compareResults(before, after).passes).toMatchObject({ n: 8, p: 2 / 2 ** 8, effect: -1 })
  })

  it('weigh any numbers of runs', () => {
    const counts = Array.from({ length: 60 }, (_, index) => index + 41)
    const before = results(...counts.map((count) => repeat(count, true)))
    const after = results(...counts.map((count) => [false, ...repeat(count - 1, true)]))
    const { verdict, passes } = compareResults(before, after)
    expect([verdict, passes.n, passes.effect]).toEqual(['regression', 60, -1])
  })

  it('compare only what both have', () => {
    const comparison = compareResults(results(true, true), [
      ...results(true),
      { task: 'new', pass: false, score: 0 },
    ])
    expect(comparison).toMatchObject({ onlyBefore: ['t1'], onlyAfter: ['new'], verdict: 'no_evidence' })
    expect(comparison.after).toMatchObject({ successes: 1, total: 1 })
    expect(compareResults([], [])).toMatchObject({ verdict: 'no_evidence', decidable: false, tasks: [] })
  })

  it('are told apart without chance where there is none', () => {
    const options = { deterministic: true }
    expect(compareResults(results(true, true), results(true, false), options)).toMatchObject({
      verdict: 'regression',
      regressed: ['t1'],
    })
    expect(compareResults(results(true, 80), results(true, 70), options).regressed).toEqual(['t1'])
    expect(compareResults(results(false), results(true), options).verdict).toBe('improvement')
    expect(compareResults(results(true), results(true), options).verdict).toBe('no_evidence')
  })

  it('need a share of false alarms that is one', () => {
    expect(() => compareResults([], [], { alpha: 5 })).toThrow('alpha must be between 0 and 1')
  })
})

describe('for all results', () => {
  const outcomes = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 12,
  })

  it('there and back say the opposite, and the same against itself says nothing', () => {
    fc.assert(
      fc.property(outcomes, outcomes, (one, other) => {
        const [before, after] = [results(...one), results(...other)]
        const there = compareResults(before, after)
        const back = compareResults(after, before)
        expect(back.passes.p).toBeCloseTo(there.passes.p, 12)
        expect(back.scores.effect).toBeCloseTo(-there.scores.effect, 12)
        expect(there.verdict === 'no_evidence').toBe(back.verdict === 'no_evidence')
        if (!there.decidable) expect(there.verdict).toBe('no_evidence')
        expect(compareResults(before, before).verdict).toBe('no_evidence')
      }),
    )
  })

  verifies('aos-sdk.evals.false-alarms', 'in at most 5 of 100 comparisons of the same agent', () => {
    const settings = [
      { tasks: 12, runs: 1, chance: 0.5 },
      { tasks: 8, runs: 5, chance: 0.7 },
      { tasks: 3, runs: 8, chance: 0.5 },
    ]
    for (const { tasks, runs, chance } of settings) {
      const random = generator(tasks * 100 + runs)
      const draw = (): TaskResult[] =>
        results(...Array.from({ length: tasks }, () => Array.from({ length: runs }, () => random() < chance)))
      const rounds = 2000
      let alarms = 0
      for (let round = 0; round < rounds; round += 1) {
        const { verdict, decidable } = compareResults(draw(), draw())
        if (verdict === 'no_evidence') continue
        alarms += 1
        expect(decidable).toBe(true)
      }
      expect(alarms / rounds).toBeLessThanOrEqual(0.05)
      // the test can tell: there are alarms
      expect(alarms).toBeGreaterThan(0)
    }
  })
})

/** Numbers from 0 to 1 that are the same on every machine. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
