import { formatDuration } from '../src/view/format.ts'
import type { TimeRange } from './page-state.ts'

/** Where a point of time is, in percent of the shown part. */
export function percentOf(ms: number, { from, to }: TimeRange): number {
  return ((ms - from) / (to - from)) * 100
}

/** A round mark of the ruler. */
export interface Tick {
  readonly ms: number
  readonly label: string
}

/** Round points of time, at most as many as fit. */
export function ticksOf({ from, to }: TimeRange, most: number): readonly Tick[] {
  const step = roundStep((to - from) / Math.max(1, most))
  const first = Math.ceil(from / step)
  const ticks: Tick[] = []
  for (let count = first; count * step <= to && ticks.length < most + 2; count += 1) {
    const ms = count * step
    ticks.push({ ms, label: ms === 0 ? '0' : labelOf(ms, step) })
  }
  return ticks
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least) ?? 10
  return factor * power
}

function labelOf(ms: number, step: number): string {
  if (step >= 60_000) return formatDuration(ms)
  const [scale, unit] = step >= 1000 ? [1000, 's'] : step >= 1 ? [1, 'ms'] : [0.001, 'µs']
  const digits = Math.max(0, -Math.floor(Math.log10(step / scale) + 1e-9))
  const value = (ms / scale).toFixed(Math.min(3, digits))
  return ms >= 1000 && unit === 'ms'
    ? `${(ms / 1000).toFixed(Math.max(0, 3 - Math.round(Math.log10(step))))} s`
    : `${value} ${unit}`
}
