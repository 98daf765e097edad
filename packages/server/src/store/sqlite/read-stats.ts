import type { SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { StatsBucket, StatsQuery } from '../run-store.ts'

/** Asks the database. */
export type ReadRows = (sql: string, ...values: readonly SQLInputValue[]) => Record<string, unknown>[]

/** Sums up runs, bucket by bucket: other requests come in between, as the database answers only one at a time. */
export async function readStats(read: ReadRows, query: StatsQuery): Promise<readonly StatsBucket[]> {
  const { bucketMs, since, until } = query
  const buckets: StatsBucket[] = []
  for (let from = since; from < until;) {
    const start = Math.floor(from / bucketMs) * bucketMs
    const bucket = readBucket(read, { ...query, since: from, until: Math.min(until, start + bucketMs) })
    if (bucket.runs > 0) {
      buckets.push({ ...bucket, start })
      from = start + bucketMs
      await setImmediate()
    } else from = nextStart(read, { ...query, since: from }) ?? until
  }
  return buckets
}

function conditionOf({ since, until, agent_id: agent }: StatsQuery): {
  readonly where: string
  readonly values: readonly SQLInputValue[]
} {
  const where = `FROM runs INDEXED BY runs_measured WHERE started_at >= ? AND started_at < ?`
  if (agent === undefined) return { where, values: [since, until] }
  return { where: `${where} AND agent_id = ?`, values: [since, until, agent] }
}

function nextStart(read: ReadRows, query: StatsQuery): number | undefined {
  const { where, values } = conditionOf(query)
  const [row] = read(`SELECT started_at ${where} ORDER BY started_at LIMIT 1`, ...values)
  return row === undefined ? undefined : Number(row['started_at'])
}

function readBucket(read: ReadRows, query: StatsQuery): StatsBucket {
  const { where, values } = conditionOf(query)
  const [row = {}] = read(
    `SELECT count(*) AS runs, coalesce(sum(status = 'failed'), 0) AS failed, coalesce(sum(denials), 0) AS denials,
       coalesce(sum(tokens), 0) AS tokens, sum(cost_usd) AS cost_usd, count(duration_ms) AS timed ${where}`,
    ...values,
  )
  const timed = Number(row['timed'])
  const percentile = (share: number): number | null => {
    if (timed === 0) return null
    const [found] = read(
      `SELECT duration_ms ${where} AND duration_ms IS NOT NULL ORDER BY duration_ms LIMIT 1 OFFSET ?`,
      ...values,
      Math.ceil(timed * share) - 1,
    )
    return Number(found?.['duration_ms'])
  }
  return {
    start: 0,
    runs: Number(row['runs']),
    failed: Number(row['failed']),
    denials: Number(row['denials']),
    tokens: Number(row['tokens']),
    cost_usd: row['cost_usd'] === null ? null : Number(row['cost_usd']),
    p50_ms: percentile(0.5),
    p95_ms: percentile(0.95),
  }
}
