import { AosError } from '../errors.ts'
import type { ItemState, OutboxReport } from './accounting.ts'
import { systemClock } from './outbox-clock.ts'
import type { OutboxClock } from './outbox-clock.ts'
import type { Deliver, OutboxItem } from './outbox-item.ts'
import { DEFAULT_RETRY_POLICY } from './retry-policy.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { defaultSpoolDirectory } from './spool-directory.ts'

/** What became of an item; what is in the spool comes back. */
export type Outcome = Exclude<ItemState, 'queued' | 'inFlight'>

/** How waiting items are sent together, as one. */
export interface OutboxBatching {
  /** Largest size of what is joined; a larger item goes alone. */
  readonly maxBytes: number
  /** Bound of the sum of `unitsOf` of what is joined. */
  readonly maxUnits: number
  readonly unitsOf: (item: OutboxItem) => number
  /** Longest time an item waits for others. */
  readonly maxWaitMs: number
  /** Makes one item of several, at least two. */
  readonly join: (items: readonly OutboxItem[]) => OutboxItem
}

/** What `createOutbox` takes. */
export interface OutboxOptions {
  /** Names the queue and its default spool folder; outboxes with one name share what is undelivered. */
  readonly name: string
  readonly deliver: Deliver
  /** Private spool folder, by default one below the user's state folder (`XDG_STATE_HOME`); `false` keeps nothing on disk. */
  readonly directory?: string | false | undefined
  /** Bound of the items that wait in memory, 16 MiB by default; the newest item is dropped beyond it. */
  readonly maxQueueBytes?: number | undefined
  /** Bound of the spool folder, 64 MiB by default, shared by all processes that use it. */
  readonly maxSpoolBytes?: number | undefined
  /** Age after which a spooled item is no longer delivered, 7 days by default. */
  readonly maxSpoolAgeMs?: number | undefined
  /** Time after which an unanswered attempt is aborted and tried again, 10 s by default. */
  readonly attemptTimeoutMs?: number | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Sends items together; by default each goes alone. */
  readonly batching?: OutboxBatching | undefined
  /** Makes smaller items of one that the receiver finds too large; none when it cannot be made smaller. */
  readonly divide?: ((item: OutboxItem) => readonly OutboxItem[]) | undefined
  /** Also writes each item to the spool at once, so that it survives whatever ends the process; off by default. */
  readonly writeAhead?: boolean | undefined
  readonly clock?: OutboxClock | undefined
  /** Source of jitter, `Math.random` by default. */
  readonly random?: (() => number) | undefined
  /** Hears of every item once when it is settled, and once when it moves to the spool. */
  readonly onOutcome?: ((items: readonly OutboxItem[], outcome: Outcome) => void) | undefined
  /** Hears of each kind and reason of loss or fault once. */
  readonly onReport?: ((report: OutboxReport) => void) | undefined
}

/** Options with every default filled in. */
export type OutboxSettings = {
  readonly [Key in Exclude<keyof OutboxOptions, 'retry' | Optional>]-?: NonNullable<OutboxOptions[Key]>
} & {
  readonly [Key in Optional]: OutboxOptions[Key]
} & { readonly retry: RetryPolicy }

type Optional = 'batching' | 'divide' | 'onOutcome' | 'onReport'

const MEBIBYTE = 1024 * 1024
const DAY_MS = 86_400_000
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/** Fills in the defaults and throws for options that can not work. */
export function resolveOutboxSettings(options: OutboxOptions): OutboxSettings {
  if (!NAME.test(options.name)) {
    throw invalid(
      `name ${JSON.stringify(options.name)}`,
      'Use up to 64 letters, digits, dots, dashes and underscores.',
    )
  }
  if (typeof options.deliver !== 'function')
    throw invalid('deliver', 'Pass the function that sends one item.')
  const numbers = {
    maxQueueBytes: options.maxQueueBytes ?? 16 * MEBIBYTE,
    maxSpoolBytes: options.maxSpoolBytes ?? 64 * MEBIBYTE,
    maxSpoolAgeMs: options.maxSpoolAgeMs ?? 7 * DAY_MS,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 10_000,
  }
  const retry: RetryPolicy = {
    maxElapsedMs: options.retry?.maxElapsedMs ?? DEFAULT_RETRY_POLICY.maxElapsedMs,
    baseMs: options.retry?.baseMs ?? DEFAULT_RETRY_POLICY.baseMs,
    maxMs: options.retry?.maxMs ?? DEFAULT_RETRY_POLICY.maxMs,
    jitter: options.retry?.jitter ?? DEFAULT_RETRY_POLICY.jitter,
  }
  for (const [key, value] of Object.entries({ ...numbers, ...retry })) {
    if (typeof value !== 'number' || !(value >= 0)) throw invalid(key, 'Pass a number that is not negative.')
  }
  if (retry.jitter > 1) throw invalid('retry.jitter', 'Pass a share from 0 to 1.')
  return {
    ...numbers,
    retry,
    name: options.name,
    deliver: options.deliver,
    directory: options.directory ?? defaultSpoolDirectory(options.name),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    batching: options.batching,
    divide: options.divide,
    writeAhead: options.writeAhead ?? false,
    onOutcome: options.onOutcome,
    onReport: options.onReport,
  }
}

function invalid(what: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `createOutbox: invalid ${what}`, fix })
}
