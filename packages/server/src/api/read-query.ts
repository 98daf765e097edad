import type { ParseIssue } from '@agent-run/types'
import type { RunQuery, StatsQuery } from '../store/run-store.ts'
import type { PagePart } from '../store/trace-store.ts'
import type { Request } from './app-types.ts'
import { invalid } from './problem.ts'

const STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled', 'timeout'] as const
const OUTCOMES = ['success', 'failed', 'partial', 'abandoned'] as const
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i
const TEXTS = ['agent_id', 'model', 'task_id', 'parent_run_id', 'text'] as const

/** The values of a query, and what is wrong with them. */
class QueryReader {
  readonly issues: ParseIssue[] = []
  readonly #given: Readonly<Record<string, string>>

  constructor(given: Readonly<Record<string, string>>) {
    this.#given = given
  }

  text(name: string): string | undefined {
    return this.#given[name]
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#given[name]
    if (value === undefined) return undefined
    const found = choices.find((choice) => choice === value)
    if (found === undefined) this.refuse(name, `must be one of: ${choices.join(', ')}`)
    return found
  }

  time(name: string): number | undefined {
    const value = this.#given[name]
    if (value === undefined) return undefined
    const at = TIME.test(value) ? Date.parse(value) : Number.NaN
    if (Number.isNaN(at)) this.refuse(name, 'must be a time such as 2026-01-31T10:30:00Z')
    return at
  }

  count(
    name: string,
    { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
  ): number {
    const value = this.#given[name]
    if (value === undefined) return fallback
    const count = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(count >= min && count <= max)) this.refuse(name, `must be a whole number from ${min} to ${max}`)
    return count
  }

  refuse(name: string, message: string): void {
    this.issues.push({ path: `/${name}`, message })
  }
}

/** Reads which runs are asked for; throws a problem that names everything that is wrong. */
export function readRunQuery({ req }: Request): RunQuery {
  const reader = new QueryReader(req.query())
  const denied = reader.choice('denied', ['true', 'false'])
  const query: RunQuery = {
    ...Object.fromEntries(TEXTS.map((name) => [name, reader.text(name)])),
    status: reader.choice('status', STATUSES),
    outcome: reader.choice('outcome', OUTCOMES),
    since: reader.time('since'),
    until: reader.time('until'),
    denied: denied === undefined ? undefined : denied === 'true',
    limit: reader.count('limit', { fallback: 50, min: 1, max: 200 }),
    offset: reader.count('offset', { fallback: 0, min: 0, max: 999_999_999 }),
  }
  if (reader.issues.length > 0) throw invalid('query', reader.issues)
  return query
}

/** Reads which ranking is asked for. */
export function readLeaderboardQuery({ req }: Request): {
  readonly benchmark_id: string | undefined
  readonly limit: number
} {
  const reader = new QueryReader(req.query())
  const query = {
    benchmark_id: reader.text('benchmark_id'),
    limit: reader.count('limit', { fallback: 50, min: 1, max: 200 }),
  }
  if (reader.issues.length > 0) throw invalid('query', reader.issues)
  return query
}

const BUCKETS = { hour: 3_600_000, day: 86_400_000 } as const
const MAX_BUCKETS = 1_000
const DEFAULT_BUCKETS = { hour: 48, day: 30 } as const

/** Reads what is to be summed up; `now` ends it where nothing else does. */
export function readStatsQuery(
  { req }: Request,
  now: number,
): StatsQuery & { readonly bucket: keyof typeof BUCKETS } {
  const reader = new QueryReader(req.query())
  const bucket = reader.choice('bucket', ['hour', 'day']) ?? 'day'
  const bucketMs = BUCKETS[bucket]
  const until = reader.time('until') ?? now
  const since =
    reader.time('since') ?? (Math.floor((until - 1) / bucketMs) + 1 - DEFAULT_BUCKETS[bucket]) * bucketMs
  if (since > until) reader.refuse('since', 'must not be after until')
  else if (until - since > MAX_BUCKETS * bucketMs)
    reader.refuse('since', `must be at most ${MAX_BUCKETS} buckets before until`)
  if (reader.issues.length > 0) throw invalid('query', reader.issues)
  return { bucket, bucketMs, since, until, agent_id: reader.text('agent_id') }
}

/** Reads which part of the spans or events of a run is asked for. */
export function readPart({ req }: Request): PagePart {
  const reader = new QueryReader(req.query())
  const part = {
    limit: reader.count('limit', { fallback: 1_000, min: 1, max: 10_000 }),
    offset: reader.count('offset', { fallback: 0, min: 0, max: 999_999_999 }),
  }
  if (reader.issues.length > 0) throw invalid('query', reader.issues)
  return part
}
