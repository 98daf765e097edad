import type { AgentRun } from '@agent-run/types'
import { formatDuration } from '@aos/trace/view'

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

const NOBODY_KNOWS = '–'

// what a run brings need not be a time
function told(format: Intl.DateTimeFormat, at: number): string {
  return Number.isNaN(new Date(at).getTime()) ? NOBODY_KNOWS : format.format(at)
}

/** A moment: its time where it is of today, else with its day. */
export function formatMoment(at: number): string {
  const [date, today] = [new Date(at), new Date()]
  if (Number.isNaN(date.getTime())) return NOBODY_KNOWS
  if (date.toDateString() === today.toDateString()) return TIME.format(date)
  const day = (date.getFullYear() === today.getFullYear() ? DAY : DATE).format(date)
  return `${day}, ${TIME.format(date)}`
}

/** The day of a moment. */
export function formatDay(at: number): string {
  return told(DATE, at)
}

/** The time of day of a moment. */
export function formatTime(at: number): string {
  return told(TIME, at)
}

/** A moment in full, in the time of the user. */
export function formatFull(at: number): string {
  return `${told(DATE, at)}, ${told(TIME, at)}`
}

/** How long a run took, or that nobody knows. */
export function formatLength({ duration_ms: ms }: Pick<AgentRun, 'duration_ms'>): string {
  return typeof ms === 'number' ? formatDuration(ms) : NOBODY_KNOWS
}

/** An id, short enough for a table. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id
}

/** A size: `820 B`, `12.3 kB`, `4.56 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB']
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`
}
