import type { SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { StatsBucket, StatsQuery } from '../run-store.ts'
import { firstNumberOf } from './run-number.ts'
import { countedDuration, HOUR_MS, scopeOf } from './run-tally.ts'

/** Asks the database. */
export type ReadRows = (sql: string, ...values: readonly SQLInputValue[]) => Record<string, unknown>[]

type Span = Pick<StatsQuery, 'since' | 'until' | 'agent_id'>

// as much as is summed up before other requests have their turn: the database answers only one at a time
const MOST_HOURS = 6

/** Sums up runs, bucket by bucket: from the sums of hours, and from runs themselves where a bucket has a part of one. */
export async function readStats(read: ReadRows, query: StatsQuery): Promise<readonly StatsBucket[]> {
  const { bucketMs, until } = query
  const buckets: StatsBucket[] = []
  for (let from = nextStart(read, query); from < until;) {
    const start = Math.floor(from / bucketMs) * bucketMs
    const end = start + bucketMs
    const sums = new BucketSums()
    await addSpan({ read, sums }, { ...query, since: from, until: Math.min(until, end) })
    if (sums.runs > 0) buckets.push(sums.toBucket(start))
    from = nextStart(read, { ...query, since: end })
    await setImmediate()
  }
  return buckets
}

/** The first moment of a span at which a run may have started. */
function nextStart(read: ReadRows, { since, until, agent_id: agent }: Span): number {
  const [row] = read(
    'SELECT hour FROM run_hours WHERE scope = ? AND hour >= ? ORDER BY hour LIMIT 1',
    scopeOf(agent),
    Math.floor(since / HOUR_MS),
  )
  return row === undefined ? until : Math.max(since, Number(row['hour']) * HOUR_MS)
}

/** What is read, and where its sums go. */
interface Summing {
  readonly read: ReadRows
  readonly sums: BucketSums
}

async function addSpan(summing: Summing, span: Span): Promise<void> {
  const since = wholeStart(summing.read, span.since)
  const until = wholeEnd(summing.read, span.until)
  if (since > until) {
    addRuns(summing, span)
    return
  }
  if (span.since < since) addRuns(summing, { ...span, until: since })
  for (let from = since; from < until; from += MOST_HOURS * HOUR_MS) {
    addHours(summing, { ...span, since: from, until: Math.min(until, from + MOST_HOURS * HOUR_MS) })
    await setImmediate()
  }
  if (until < span.until) addRuns(summing, { ...span, since: until })
}

// an hour counts as whole, too, where no run started in the part that is not asked for
function wholeStart(read: ReadRows, since: number): number {
  const start = Math.floor(since / HOUR_MS) * HOUR_MS
  return hasRuns(read, start, since) ? start + HOUR_MS : start
}

function wholeEnd(read: ReadRows, until: number): number {
  const end = Math.ceil(until / HOUR_MS) * HOUR_MS
  return hasRuns(read, until, end) ? end - HOUR_MS : end
}

function hasRuns(read: ReadRows, since: number, until: number): boolean {
  if (since === until) return false
  const sql = 'SELECT 1 FROM runs WHERE number >= ? AND number < ? LIMIT 1'
  return read(sql, firstNumberOf(since), firstNumberOf(until)).length > 0
}

function addHours({ read, sums }: Summing, { since, until, agent_id: agent }: Span): void {
  const where = 'WHERE scope = ? AND hour >= ? AND hour < ?'
  const values = [scopeOf(agent), since / HOUR_MS, until / HOUR_MS]
  for (const row of read(
    `SELECT sum(runs) AS runs, sum(failed) AS failed, sum(denials) AS denials, total(tokens) AS tokens,
       sum(priced) AS priced, sum(cost_usd) AS cost_usd FROM run_hours ${where}`,
    ...values,
  ))
    sums.add(row)
  for (const row of read(`SELECT ms, runs FROM run_durations ${where}`, ...values)) sums.addDuration(row)
}

function addRuns({ read, sums }: Summing, { since, until, agent_id: agent }: Span): void {
  const where = `FROM runs WHERE number >= ? AND number < ? ${agent === undefined ? '' : 'AND agent_id = ?'}`
  const values = [firstNumberOf(since), firstNumberOf(until), ...(agent === undefined ? [] : [agent])]
  for (const row of read(
    `SELECT count(*) AS runs, sum(status = 'failed') AS failed, sum(denials) AS denials, total(tokens) AS tokens,
       count(cost_usd) AS priced, sum(cost_usd) AS cost_usd ${where}`,
    ...values,
  ))
    sums.add(row)
  const durations = `SELECT duration_ms AS ms, count(*) AS runs ${where} AND duration_ms IS NOT NULL GROUP BY duration_ms`
  for (const row of read(durations, ...values)) sums.addDuration(row)
}

/** What the runs of one bucket come to. */
class BucketSums {
  runs = 0
  #failed = 0
  #denials = 0
  #tokens = 0
  #priced = 0
  #costUsd = 0
  #timed = 0
  readonly #durations = new Map<number, number>()

  add(row: Readonly<Record<string, unknown>>): void {
    this.runs += Number(row['runs'])
    this.#failed += Number(row['failed'])
    this.#denials += Number(row['denials'])
    this.#tokens += Number(row['tokens'])
    this.#priced += Number(row['priced'])
    this.#costUsd += Number(row['cost_usd'])
  }

  addDuration(row: Readonly<Record<string, unknown>>): void {
    const [ms, runs] = [countedDuration(Number(row['ms'])), Number(row['runs'])]
    this.#durations.set(ms, (this.#durations.get(ms) ?? 0) + runs)
    this.#timed += runs
  }

  toBucket(start: number): StatsBucket {
    const durations = [...this.#durations].sort(([one], [other]) => one - other)
    const percentile = (share: number): number | null => {
      let left = Math.ceil(this.#timed * share)
      return durations.find(([, runs]) => (left -= runs) <= 0)?.[0] ?? null
    }
    return {
      start,
      runs: this.runs,
      failed: this.#failed,
      denials: this.#denials,
      tokens: this.#tokens,
      cost_usd: this.#priced === 0 ? null : this.#costUsd,
      p50_ms: percentile(0.5),
      p95_ms: percentile(0.95),
    }
  }
}
