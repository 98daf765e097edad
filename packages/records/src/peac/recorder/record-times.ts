import { clampTime, isoTime } from '../../steps/iso-time.ts'

/** A moment as text in whole seconds, rounded down: what happened is never after the second in which it was issued. */
export function isoSeconds(ms: number): string {
  return `${isoTime(ms).slice(0, 19)}Z`
}

/** A moment in whole seconds since the epoch, rounded down. */
export function epochSeconds(ms: number): number {
  return Math.floor(clampTime(ms) / 1000)
}
