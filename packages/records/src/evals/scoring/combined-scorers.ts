import type { EvalResult } from '@agent-run/types'
import { AosError } from '@aos/sdk'
import type { Observation } from './observation.ts'
import { scoreRun, toEvalResult, type Scorer } from './scorer.ts'

/** What a function of your own may answer: whether it passes, or a whole EvalResult. */
export type CustomAnswer = boolean | EvalResult

/** Judges by a function of your own. */
export function customScorer(
  name: string,
  judge: (seen: Observation) => CustomAnswer | PromiseLike<CustomAnswer>,
): Scorer {
  return {
    name,
    score: async (seen) => {
      const answer = await judge(seen)
      return typeof answer === 'boolean' ? toEvalResult('custom', { pass: answer }) : answer
    },
  }
}

/** A scorer with what it counts for. */
export interface WeightedScorer {
  readonly scorer: Scorer
  /** Default 1. */
  readonly weight?: number | undefined
}

/** All of them pass; the score is their mean. */
export function allOf(scorers: readonly Scorer[]): Scorer {
  const parts = scorers.map((scorer) => ({ scorer, weight: 1 }))
  return combined('all', parts, (results) => results.every(({ pass }) => pass))
}

/** Their weighted mean score is at least `passScore`. */
export function weightedMean(parts: readonly WeightedScorer[], passScore: number): Scorer {
  if (!(passScore > 0 && passScore <= 100))
    throw new AosError({
      code: 'invalid_options',
      message: `passScore must be over 0 and at most 100, and is ${passScore}`,
      fix: 'Pass the score from which on a run passes, such as 80.',
    })
  return combined('weighted', parts, (_, score) => score >= passScore)
}

function combined(
  name: string,
  parts: readonly WeightedScorer[],
  passes: (results: readonly EvalResult[], score: number) => boolean,
): Scorer {
  const weights = parts.map(({ weight = 1 }) => weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!weights.every((weight) => weight >= 0) || !(total > 0))
    throw new AosError({
      code: 'invalid_options',
      message: `${name} needs a scorer, and weights that are not negative`,
      why: 'With nothing to judge by, every run would pass.',
      fix: 'Give at least one scorer with a weight over 0.',
    })
  return {
    name,
    score: async (seen) => {
      const results = await Promise.all(parts.map(({ scorer }) => scoreRun(scorer, seen)))
      const score =
        results.reduce((sum, result, index) => sum + result.score * (weights[index] ?? 0), 0) / total
      return toEvalResult('combined', {
        pass: passes(results, score),
        score,
        ...facts(parts, results),
        metrics: Object.assign({}, ...results.map(({ metrics }) => metrics)) as EvalResult['metrics'],
        metadata: {
          parts: results.map(({ pass, score: points, detail }, index) => ({
            scorer: parts[index]?.scorer.name,
            pass,
            score: points,
            ...(detail === undefined ? {} : { detail }),
          })),
        },
      })
    },
  }
}

/** In words, what was expected and came out where it does not pass; of a single scorer, always. */
function facts(
  parts: readonly WeightedScorer[],
  results: readonly EvalResult[],
): { readonly expected?: string; readonly actual?: string; readonly detail?: string } {
  const told = results
    .map((result, index) => ({ result, name: parts[index]?.scorer.name }))
    .filter(({ result }) => !result.pass || results.length === 1)
  const list = (key: 'expected_outcome' | 'actual_outcome'): string =>
    told.flatMap(({ result }) => result[key] ?? []).join('\n')
  const details = told
    .filter(({ result }) => !result.pass)
    .map(
      ({ name, result: { detail, expected_outcome: expected, actual_outcome: actual } }) =>
        `${name}: ${detail ?? `${expected ?? ''}, but ${actual ?? ''}`}`,
    )
  const [expected, actual] = [list('expected_outcome'), list('actual_outcome')]
  return {
    ...(expected === '' ? {} : { expected }),
    ...(actual === '' ? {} : { actual }),
    ...(details.length === 0 ? {} : { detail: details.join('\n') }),
  }
}
