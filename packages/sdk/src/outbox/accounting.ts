/** Where an item is, or how it ended; every accepted item is in exactly one of these. */
export type ItemState = 'queued' | 'inFlight' | 'spooled' | 'delivered' | 'rejected' | 'dropped' | 'expired'

/** Exact counts: `accepted` is the sum of all {@link ItemState} counts at any time. */
export type OutboxStats = Readonly<Record<ItemState, number>> & {
  /** Items handed to `enqueue` or `spoolSync`, and items taken over from the spool. */
  readonly accepted: number
  /** The part of `accepted` that earlier or other processes left in the spool. */
  readonly recovered: number
  /** Size of the items that wait in memory. */
  readonly queuedBytes: number
  /** Attempts that ended in `retry`. */
  readonly retries: number
  /** Unreadable records met in the spool; nobody can tell what they were, so they are not part of `accepted`. */
  readonly corrupt: number
  /** Count per kind and reason of everything that went to {@link OutboxReport}. */
  readonly reasons: Readonly<Record<string, number>>
}

/** Something that was lost or went wrong; sent once per kind and reason, counted in `stats().reasons` after that. */
export interface OutboxReport {
  readonly outbox: string
  readonly kind: 'dropped' | 'rejected' | 'expired' | 'corrupt' | 'fault'
  readonly reason: string
  /** Items or records concerned by this first occurrence. */
  readonly count: number
  readonly cause?: unknown
  /** What to do about it, where that is known. */
  readonly fix?: string | undefined
}

/** What a {@link createAccounting} report is made of. */
export type OutboxIncident = Omit<OutboxReport, 'outbox'>

/** The books of one outbox: every change of a state goes through it. */
export interface Accounting {
  admit(state: ItemState, count?: number): void
  move(from: ItemState, to: ItemState, count?: number): void
  /** Counts the parts that one item was divided into, in its place. */
  divide(state: ItemState, parts: number): void
  /** Counts items that were taken over from the spool and now wait in memory. */
  recover(count: number): void
  retried(): void
  report(incident: OutboxIncident): void
  count(state: ItemState): number
  snapshot(queuedBytes: number): OutboxStats
}

const MAX_REASONS = 64

/** Creates the books of one outbox. */
export function createAccounting(
  outbox: string,
  onReport: ((report: OutboxReport) => void) | undefined,
): Accounting {
  const states = { queued: 0, inFlight: 0, spooled: 0, delivered: 0, rejected: 0, dropped: 0, expired: 0 }
  const reasons = new Map<string, number>()
  let accepted = 0
  let recovered = 0
  let retries = 0
  let corrupt = 0
  const admit = (state: ItemState, count = 1): void => {
    accepted += count
    states[state] += count
  }
  const add = (key: string, count: number): boolean => {
    const known = reasons.get(key)
    reasons.set(key, (known ?? 0) + count)
    return known === undefined
  }
  return {
    admit,
    move(from, to, count = 1) {
      states[from] -= count
      states[to] += count
    },
    divide: (state, parts) => admit(state, parts - 1),
    recover(count) {
      recovered += count
      admit('queued', count)
    },
    retried() {
      retries += 1
    },
    report(incident) {
      if (incident.kind === 'corrupt') corrupt += incident.count
      const key = `${incident.kind}: ${incident.reason}`
      // reasons come from receivers too, so their number is bounded
      const isNew = add(
        reasons.has(key) || reasons.size < MAX_REASONS ? key : `${incident.kind}: other`,
        incident.count,
      )
      if (!isNew || onReport === undefined) return
      try {
        onReport({ outbox, ...incident })
      } catch {
        add('fault: onReport threw', 1)
      }
    },
    count: (state) => states[state],
    snapshot: (queuedBytes) => ({
      ...states,
      accepted,
      recovered,
      queuedBytes,
      retries,
      corrupt,
      reasons: Object.fromEntries(reasons),
    }),
  }
}
