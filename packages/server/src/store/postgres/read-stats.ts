import type { StatsBucket, StatsQuery } from '../run-store.ts'
import { toKeyText } from './key-text.ts'
import type { Row, Session } from './database.ts'

/** Sums up runs in stretches of time, oldest first. */
export async function readStats(session: Session, query: StatsQuery): Promise<readonly StatsBucket[]> {
  const { bucketMs, since, until, agent_id: agent } = query
  const rows = await session.query(
    `SELECT floor(started_at::double precision / $1::double precision) AS bucket, count(*) AS runs,
       sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed, sum(denials) AS denials,
       sum(tokens) AS tokens, sum(cost_usd) AS cost_usd,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) AS p50_ms,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_ms
     FROM {schema}.runs WHERE started_at >= $2 AND started_at < $3 ${agent === undefined ? '' : 'AND agent_id = $4'}
     GROUP BY bucket ORDER BY bucket`,
    [bucketMs, since, until, ...(agent === undefined ? [] : [toKeyText(agent)])],
  )
  return rows.map((row) => toBucket(row, bucketMs))
}

function toBucket(row: Row, bucketMs: number): StatsBucket {
  const numberOrNull = (name: string): number | null => (row[name] === null ? null : Number(row[name]))
  return {
    start: Number(row['bucket']) * bucketMs,
    runs: Number(row['runs']),
    failed: Number(row['failed']),
    denials: Number(row['denials']),
    tokens: Number(row['tokens']),
    cost_usd: numberOrNull('cost_usd'),
    p50_ms: numberOrNull('p50_ms'),
    p95_ms: numberOrNull('p95_ms'),
  }
}
