import type { RunColumns } from '../run-columns.ts'
import type { WriteRows } from './sqlite-traces.ts'

/** Length of the stretches of time that runs are summed up in as they are kept. */
export const HOUR_MS = 3_600_000

/** What is summed up of a run. */
export type MeasuredRun = Pick<
  RunColumns,
  'agent_id' | 'status' | 'started_at' | 'duration_ms' | 'cost_usd' | 'tokens' | 'denials'
>

/** Whose runs a sum is of: those of one agent, or all. */
export function scopeOf(agentId: string | undefined): string {
  return agentId === undefined ? '' : `=${agentId}`
}

/** A duration as it is counted: rounded up to three digits that count. */
export function countedDuration(ms: number): number {
  const step = 10 ** Math.max(0, String(ms).length - 3)
  return Math.ceil(ms / step) * step
}

const SUMS = ['runs', 'failed', 'denials', 'tokens', 'priced', 'cost_usd'] as const

type Sums = Record<(typeof SUMS)[number], number>

interface Place {
  readonly scope: string
  readonly hour: number
}

const ADD_SUMS = `INSERT INTO run_hours (scope, hour, ${SUMS.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET ${SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`
const PLACE = 'scope = ? AND hour = ?'
const ADD_DURATION = `INSERT INTO run_durations (scope, hour, ms, runs) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET runs = runs + excluded.runs`

/** What the runs of one transaction add to the sums of each hour, and take from them. */
export class RunTally {
  readonly #sums = new Map<string, Place & { readonly sums: Sums }>()
  readonly #durations = new Map<string, Place & { readonly ms: number; runs: number }>()

  /** Counts a run in, or out. */
  count(run: MeasuredRun, by: 1 | -1): void {
    const hour = Math.floor(run.started_at / HOUR_MS)
    for (const scope of ['', scopeOf(run.agent_id)]) {
      this.#countSums({ scope, hour }, run, by)
      if (run.duration_ms !== null) this.#countDuration({ scope, hour }, countedDuration(run.duration_ms), by)
    }
  }

  /** Writes what has changed; the caller holds the transaction. */
  write(write: WriteRows): void {
    for (const { scope, hour, sums } of this.#sums.values()) {
      const values = SUMS.map((name) => sums[name])
      if (values.some((value) => value !== 0)) write(ADD_SUMS, scope, hour, ...values)
      if (sums.runs < 0) write(`DELETE FROM run_hours WHERE ${PLACE} AND runs = 0`, scope, hour)
    }
    for (const { scope, hour, ms, runs } of this.#durations.values()) {
      if (runs !== 0) write(ADD_DURATION, scope, hour, ms, runs)
      if (runs < 0) write(`DELETE FROM run_durations WHERE ${PLACE} AND ms = ? AND runs = 0`, scope, hour, ms)
    }
  }

  #countSums({ scope, hour }: Place, run: MeasuredRun, by: 1 | -1): void {
    const key = `${hour} ${scope}`
    const { sums } = this.#sums.get(key) ?? {
      sums: { runs: 0, failed: 0, denials: 0, tokens: 0, priced: 0, cost_usd: 0 },
    }
    this.#sums.set(key, { scope, hour, sums })
    sums.runs += by
    if (run.status === 'failed') sums.failed += by
    sums.denials += by * run.denials
    sums.tokens += by * run.tokens
    if (run.cost_usd === null) return
    sums.priced += by
    sums.cost_usd += by * run.cost_usd
  }

  #countDuration({ scope, hour }: Place, ms: number, by: 1 | -1): void {
    const key = `${hour} ${ms} ${scope}`
    const known = this.#durations.get(key)
    if (known === undefined) this.#durations.set(key, { scope, hour, ms, runs: by })
    else known.runs += by
  }
}
