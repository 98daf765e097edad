import type { Section } from './report.ts'
import { eventLoopLag } from './trace-lag.ts'
import { memoryOfOutages } from './trace-memory.ts'
import { tracedRuns } from './trace-runs.ts'
import { throughput } from './trace-throughput.ts'

/** What was measured of tracing. */
export interface TraceSections {
  readonly sections: readonly Section[]
  readonly goals: Readonly<Record<string, number>>
}

/** Measures what it takes to get spans to a collector, beside peers. */
export async function traceSections(): Promise<TraceSections> {
  const parts: TraceSections[] = []
  for (const measure of [throughput, tracedRuns, eventLoopLag, memoryOfOutages]) parts.push(await measure())
  return {
    sections: parts.flatMap(({ sections }) => sections),
    goals: Object.assign({}, ...parts.map(({ goals }) => goals)) as Record<string, number>,
  }
}
