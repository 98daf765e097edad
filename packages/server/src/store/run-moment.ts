/** When a valid time of a record is, in milliseconds since the epoch: a leap second, which no Date can hold, counts as the second before. */
export function momentOf(time: string): number {
  return Date.parse(time.replace(/:60(?=\D)/, ':59'))
}
