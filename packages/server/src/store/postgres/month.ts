/** Months since the year 0 of a moment, in milliseconds since the epoch; NaN where no `Date` can hold it. */
export function monthOf(time: number): number {
  const date = new Date(time)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** When a month begins. */
export function startOf(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12)
}

/** When the month of a moment begins. */
export function startOfMonth(time: number): number {
  return startOf(monthOf(time))
}
