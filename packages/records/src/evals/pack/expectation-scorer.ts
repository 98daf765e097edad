import { AosError } from '@aos/sdk'
import type { BenchExpectation, BenchTask } from '../../generated/eval-pack-types.ts'
import { exactScorer, jsonScorer, numericScorer, textScorer } from '../scoring/answer-scorers.ts'
import { budgetScorer } from '../scoring/budget-scorer.ts'
import { allOf, weightedMean } from '../scoring/combined-scorers.ts'
import {
  decisionScorer,
  deniedScorer,
  endedScorer,
  executedScorer,
  notExecutedScorer,
} from '../scoring/guard-scorers.ts'
import { judgeScorer, type AskJudge } from '../scoring/judge-scorer.ts'
import type { Scorer } from '../scoring/scorer.ts'
import { trajectoryScorer } from '../scoring/trajectory-scorer.ts'
import { kindsOf } from './parse-bench-pack.ts'

/** What a pack may need of whoever runs it. */
export interface ScorerSources {
  /** Asks the model that judges, for expectations `judge`. */
  readonly judge?: AskJudge | undefined
  /** Scorers by the names that expectations `custom` have. */
  readonly scorers?: Readonly<Record<string, Scorer>> | undefined
}

/** The scorer of a task: all that it expects, or with `passScore` its weighted mean. */
export function taskScorer({ expect, passScore }: BenchTask, sources: ScorerSources): Scorer {
  const parts = expect.map((expectation) => ({
    scorer: namedScorer(expectation, sources),
    weight: expectation.weight,
  }))
  return passScore === undefined ? allOf(parts.map(({ scorer }) => scorer)) : weightedMean(parts, passScore)
}

function namedScorer(expectation: BenchExpectation, sources: ScorerSources): Scorer {
  const scorer = scorerOf(expectation, sources)
  return expectation.name === undefined
    ? scorer
    : { name: expectation.name, score: (seen) => scorer.score(seen) }
}

type Makers = {
  readonly [Kind in Exclude<keyof BenchExpectation, 'name' | 'weight'>]-?: (
    options: NonNullable<BenchExpectation[Kind]>,
    sources: ScorerSources,
  ) => Scorer
}

const MAKERS: Makers = {
  exact: (expected) => exactScorer(expected),
  json: ({ value, ...options }) => jsonScorer(value, options),
  numeric: ({ value, ...options }) => numericScorer(value, options),
  text: textScorer,
  trajectory: trajectoryScorer,
  budget: budgetScorer,
  denied: deniedScorer,
  executed: executedScorer,
  notExecuted: notExecutedScorer,
  decision: decisionScorer,
  ended: endedScorer,
  judge: (options, { judge }) => {
    if (judge === undefined) throw missing('judge', 'Pass judge: a function that asks a model.')
    return judgeScorer({ ...options, ask: judge })
  },
  custom: (name, { scorers = {} }) => {
    const scorer = Object.hasOwn(scorers, name) ? scorers[name] : undefined
    if (scorer === undefined) throw missing(`the scorer ${name}`, `Pass scorers: { '${name}': … }.`)
    return scorer
  },
}

function scorerOf(expectation: BenchExpectation, sources: ScorerSources): Scorer {
  const [kind] = kindsOf(expectation) as readonly (keyof Makers)[]
  if (kind === undefined) throw missing('an expectation', 'Check the pack with checkBenchPack().')
  const make = MAKERS[kind] as (options: unknown, sources: ScorerSources) => Scorer
  return make(expectation[kind], sources)
}

function missing(what: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The pack needs ${what}, which is not there`,
    why: 'What is expected could not be judged.',
    fix,
  })
}
