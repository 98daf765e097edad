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

/** How long runs with a large result keep the event loop, each way of watching in a process of its own. */
export async function eventLoopLag(): Promise<TraceSections> {
  const rows: [string, ...number[]][] = []
  const notes: string[] = []
  for (const name of ALL) {
    try {
      rows.push([name, ...(await lagOf(name))])
    } catch {
      notes.push(`${name}: the process was ended by an error of the exporter.`)
    }
  }
  const table: Table = {
    heads: ['p99', 'p99 of what comes at any time', 'longest', 'spans lost'],
    rows,
  }
  const p99 = (row: string): number => rows.find(([name]) => name === row)?.[1] ?? Number.NaN
  return {
    sections: [
      {
        title: `Event loop: ${RUNS} runs with a result of 2.5 MB, in shares of ${GOAL_MS} ms`,
        table,
        notes: [
          'The 99th percentile is of what Node measures at each turn of the event loop, and of the waits of what would have come in each millisecond.',
          ...notes,
        ],
      },
    ],
    goals: {
      'event loop lag, p99 in shares of 20 ms': p99(OURS),
      'event loop lag, full content, p99 in shares of 20 ms': p99(FULL),
    },
  }
}

async function lagOf(name: string): Promise<number[]> {
  await using collector = await startCollector()
  await using child = startChild<LagOrder, Lag>('lag-child.ts')
  const { endpoint } = collector
  const { p99, arriving, longest, created } = await child.tell({ endpoint, name, runs: RUNS, bytes: BYTES })
  const { spans } = await collector.take()
  return [...[p99, arriving, longest].map((ms) => ms / GOAL_MS), created - spans]
}
