import { AosError } from '@aos/sdk'
import { diag } from '@opentelemetry/api'
import type { RunStore } from '../store/run-store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What decides how long runs are kept. */
export interface RetentionOptions {
  readonly store: Pick<RunStore, 'prune'>
  readonly retainDays?: number | undefined
  readonly clock?: (() => number) | undefined
}

/** Throws `invalid_options` for a number of days that is none. */
export function checkRetention(days: number | undefined): void {
  if (days === undefined || (Number.isFinite(days) && days > 0)) return
  throw new AosError({
    code: 'invalid_options',
    message: `The server cannot keep runs for ${String(days)} days`,
    fix: 'Pass retainDays as a number above 0, or leave it out to keep runs for ever.',
  })
}

/** Forgets what is older, at once and every hour; nothing where all is kept. */
export function retain({
  store,
  retainDays,
  clock = Date.now,
}: RetentionOptions): { stop(): Promise<void> } | undefined {
  if (retainDays === undefined) return undefined
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const forget = async (): Promise<void> => {
    try {
      await store.prune(clock() - retainDays * DAY_MS, stopping.signal)
    } catch (error) {
      // it is tried again in an hour
      diag.warn('aos: old runs could not be forgotten', String(error))
    }
    running = undefined
  }
  const prune = (): void => {
    running ??= forget()
  }
  prune()
  const timer = setInterval(prune, HOUR_MS)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await running
    },
  }
}
