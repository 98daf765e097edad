/** The last moment whose year has four digits. */
const LATEST_MS = 253_402_300_799_999

/** A moment in milliseconds since the epoch as text, with milliseconds (RFC 3339). */
export function isoTime(ms: number): string {
  return new Date(clamp(ms)).toISOString()
}

/** A moment as text in whole seconds, rounded down: what happened is never after the second in which it was issued. */
export function isoSeconds(ms: number): string {
  return `${isoTime(ms).slice(0, 19)}Z`
}

/** A moment in whole seconds since the epoch, rounded down. */
export function epochSeconds(ms: number): number {
  return Math.floor(clamp(ms) / 1000)
}

// a clock that tells nonsense must not keep a record from being made
function clamp(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LATEST_MS)
}
