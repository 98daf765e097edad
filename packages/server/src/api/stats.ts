import type { RunStore } from '../store/run-store.ts'
import type { App } from './app-types.ts'
import { readStatsQuery } from './read-query.ts'

/** Adds the route that sums up runs over time. */
export function addStatsRoute(
  app: App,
  { store, clock }: { readonly store: Pick<RunStore, 'stats'>; readonly clock: () => number },
): void {
  app.get('/stats', async (context) => {
    const { bucket, ...query } = readStatsQuery(context, clock())
    const buckets = await store.stats(query)
    return context.json({
      bucket,
      since: new Date(query.since).toISOString(),
      until: new Date(query.until).toISOString(),
      buckets: buckets.map((one) => ({ ...one, start: new Date(one.start).toISOString() })),
    })
  })
}
