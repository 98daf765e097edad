import { median } from './interleave.ts'
import type { Table } from './report.ts'
import { startChild, startCollector } from './trace-children.ts'
import type { Lag, LagOrder } from './trace-peers/lag-child.ts'
import type { TraceSections } from './trace-sections.ts'

const OURS = 'ours, hooks and spans'
const FULL = 'ours, hooks and spans, full content'
const ALL = [
  'none',
  OURS,
  FULL,
  '@ai-sdk/otel, bare OpenTelemetry',
  '@ai-sdk/otel, Langfuse',
  '@ai-sdk/otel, OpenInference',
]
const RUNS = 100
const BYTES = 2_500_000
const GOAL_MS = 20
/** Columns of the table. */
const P99 = 0
const BUSY = 3

/** How long runs with a large result keep the event loop, each way of watching in a process of its own. */
export async function eventLoopLag(): Promise<TraceSections> {
  const rows: [string, ...number[]][] = []
  const notes: string[] = []
  for (const name of ALL) {
    try {
      rows.push([name, ...(await lagOf(name))])
    } catch (error) {
      const [, reason = 'an error'] = /^\w+Error: (.+)$/m.exec((error as Error).message) ?? []
      notes.push(`${name}: its exporter ended the process (${reason}).`)
    }
  }
  const table: Table = {
    heads: ['p99', 'p99 of what comes at any time', 'longest', 'p99 of processor time', 'spans lost'],
    rows,
  }
  const share = (row: string, column: number): number => {
    const [, ...values] = rows.find(([name]) => name === row) ?? [row]
    return values[column] ?? Number.NaN
  }
  const added = (row: string): number => share(row, BUSY) - share('none', BUSY)
  return {
    sections: [
      {
        title: `Event loop: ${RUNS} runs with a result of 2.5 MB, in shares of ${GOAL_MS} ms`,
        table,
        notes: [
          'The 99th percentile is of what Node measures at each turn of the event loop, of the waits of what would have come in each millisecond, and of the processor time of a turn, whatever else the machine does.',
          ...notes,
        ],
      },
    ],
    goals: {
      'event loop lag, p99 in shares of 20 ms': share(OURS, P99),
      'event loop lag, full content, p99 in shares of 20 ms': share(FULL, P99),
      'event loop kept beyond none, p99 of processor time in shares of 20 ms': added(OURS),
      'event loop kept beyond none, full content, p99 of processor time in shares of 20 ms': added(FULL),
    },
  }
}

/** What is ours is measured several times, as its lags are of the length of a collection. */
async function lagOf(name: string): Promise<readonly number[]> {
  const all: (readonly number[])[] = []
  for (let time = 0; time < (name.startsWith('@') ? 1 : 3); time++) all.push(await oneLag(name))
  return (all[0] ?? []).map((_, column) => median(all.map((values) => values[column] ?? Number.NaN)))
}

async function oneLag(name: string): Promise<readonly number[]> {
  await using collector = await startCollector()
  await using child = startChild<LagOrder, Lag>('lag-child.ts')
  const { endpoint } = collector
  const { p99, arriving, longest, busy, created } = await child.tell({
    endpoint,
    name,
    runs: RUNS,
    bytes: BYTES,
  })
  const { spans } = await collector.take()
  return [...[p99, arriving, longest, busy].map((ms) => ms / GOAL_MS), created - spans]
}
