/** How often something of one kind was taken out. */
export interface Redaction {
  readonly kind: string
  readonly count: number
}

/** Counts finds by kind. */
export type Counts = Map<string, number>

/** The counts as a list, in the order of the first finds. */
export function toRedactions(counts: Counts): readonly Redaction[] {
  return counts.size === 0 ? [] : Array.from(counts, ([kind, count]) => ({ kind, count }))
}

/** Adds to the count of a kind. */
export function countRedaction(counts: Counts, kind: string, count = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count)
}
