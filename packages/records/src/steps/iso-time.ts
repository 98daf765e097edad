/** The last moment whose year has four digits. */
const LATEST_MS = 253_402_300_799_999

/**
 * A moment, in milliseconds since the epoch, as text with milliseconds (RFC 3339). One outside of the calendar is put at its
 * edge: a clock that tells nonsense must not keep a record from being made.
 */
export function isoTime(ms: number): string {
  return new Date(clampTime(ms)).toISOString()
}

/** A moment within the calendar, in milliseconds since the epoch. */
export function clampTime(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LATEST_MS)
}
