import { AosError } from '@aos/sdk'
import { countRetries, toEvalResult, type Scorer } from './scorer.ts'
import type { Observation } from './observation.ts'

/** What a run may use up at most. */
export interface BudgetOptions {
  readonly costUsd?: number | undefined
  readonly durationMs?: number | undefined
  readonly tokens?: number | undefined
  readonly toolCalls?: number | undefined
  readonly retries?: number | undefined
}

const MEASURES: Readonly<Record<keyof BudgetOptions, (seen: Observation) => number | null | undefined>> = {
  costUsd: ({ run }) => run.cost.cost_usd,
  durationMs: ({ run }) => run.duration_ms,
  tokens: ({ run: { cost } }) => cost.total_tokens ?? cost.input_tokens + cost.output_tokens,
  toolCalls: ({ calls }) => calls.length,
  retries: ({ calls }) => countRetries(calls),
}

/** The run stayed within its budget; what is limited and not known fails, as nobody can say that it was kept. */
export function budgetScorer(limits: BudgetOptions): Scorer {
  const names = Object.keys(MEASURES).filter((name): name is keyof BudgetOptions => name in limits)
  if (names.length === 0)
    throw new AosError({
      code: 'invalid_options',
      message: 'A budget needs a limit',
      fix: `Give one of ${Object.keys(MEASURES).join(', ')}.`,
    })
  return {
    name: 'budget',
    score: (seen) => {
      const used = names.map((name) => ({
        name,
        limit: limits[name] ?? Infinity,
        value: MEASURES[name](seen),
      }))
      const kept = used.filter(({ limit, value }) => typeof value === 'number' && value <= limit)
      return toEvalResult('budget', {
        pass: kept.length === used.length,
        score: (100 * kept.length) / used.length,
        expected: used.map(({ name, limit }) => `${name} ≤ ${limit}`).join(', '),
        actual: used.map(({ name, value }) => `${name} ${value ?? 'unknown'}`).join(', '),
        detail: used
          .filter((measure) => !kept.includes(measure))
          .map(({ name, limit, value }) => `${name} is ${value ?? 'not known'}, and ${limit} is allowed`)
          .join('; '),
      })
    },
  }
}
